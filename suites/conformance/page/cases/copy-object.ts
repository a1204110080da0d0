// Cases of the document's "Copying an object".
import { type At, isNow, keep, type OperationCases, put, read, told, VERSION_ID } from '../case.js'
import { sourceCases } from './copy-source.js'
import { writtenCases } from './written.js'

const target = (at: At) => ({ Bucket: at.Bucket, Key: 'copy' })
const source = (at: At) => ({ Bucket: at.Bucket, Key: 'source' })

export const copyObject: OperationCases = {
  takes: {
    ...writtenCases(async (at, members) => {
      await put(at, 'source', 'content')
      const to = { Bucket: at.Bucket, Key: 'written' }
      return at.cos.copyObject({ ...to, CopySource: source(at), CopyStatus: 'Replaced', ...members })
    }),
    ...sourceCases(async (at, CopySource) => {
      await at.cos.copyObject({ ...target(at), CopySource })
      return read(at, 'copy')
    }),
    Bucket: async (at) => {
      await put(at, 'source', 'content')
      const to = { Bucket: await at.newBucket(), Key: 'copy' }
      await at.cos.copyObject({ ...to, CopySource: source(at) })
      at.expect(await (await at.cos.getObject(to)).Body.text()).toBe('content')
      at.expect(await at.cos.objectExists(target(at))).toBe(false)
    },
    Key: async (at) => {
      await put(at, 'source', 'content')
      await at.cos.copyObject({ Bucket: at.Bucket, Key: 'dir/copy é', CopySource: source(at) })
      at.expect(await read(at, 'dir/copy é')).toBe('content')
    },
    CopyStatus: async (at) => {
      await at.cos.putObject({ ...source(at), Body: 'x', ContentLanguage: 'en', Metadata: { a: 'source' } })
      const copy = async (CopyStatus: 'Copy' | 'Replaced') => {
        const members = { CopyStatus, CopySource: source(at), Metadata: { a: 'copy' } }
        await at.cos.copyObject({ ...target(at), ...members })
        const { ContentLanguage, Metadata } = await at.cos.headObject(target(at))
        return [ContentLanguage, Metadata?.a]
      }
      at.expect(await copy('Copy')).toEqual(['en', 'source'])
      at.expect(await copy('Replaced')).toEqual([undefined, 'copy'])
      const itself = at.cos.copyObject({ ...source(at), CopySource: source(at), CopyStatus: 'Copy' })
      at.expect(await at.refusal(itself)).toBe('400 InvalidRequest')
    },
  },
  tells: told(
    async (at) => {
      await keep(at)
      const VersionId = await put(at, 'source', 'hello')
      const CopySource = { ...source(at), VersionId }
      return { version: VersionId, reply: await at.cos.copyObject({ ...target(at), CopySource }) }
    },
    {
      ETag: ({ reply }, { expect }) => expect(reply.ETag).toBe('"5d41402abc4b2a76b9719d911017c592"'),
      LastModified: ({ reply }, { expect }) => expect(isNow(reply.LastModified)).toBe(true),
      VersionId: async ({ reply: { VersionId } }, at) => {
        at.expect(VersionId).toMatch(VERSION_ID)
        at.expect((await at.cos.headObject(target(at))).VersionId).toBe(VersionId)
      },
      'x-cos-copy-source-version-id': ({ reply, version }, { expect }) =>
        expect(reply.CopySourceVersionId).toBe(version),
    },
  ),
}
