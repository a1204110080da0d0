// Cases of the document's "Deleting a single object" and "Deleting multiple objects".
import { type At, keep, type OperationCases, put, putAll, read, told, VERSION_ID } from '../case.js'

const TOO_LONG = 'k'.repeat(851)

export const deleteObject: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await putAll(at, ['k'])
      await at.cos.deleteObject({ Bucket: await at.newBucket(), Key: 'k' })
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'k' })).toBe(true)
    },
    Key: async (at) => {
      await putAll(at, ['k', 'other'])
      await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'k' })
      at.expect(await keysOf(at)).toEqual(['other'])
    },
    VersionId: async (at) => {
      await keep(at)
      const VersionId = await put(at, 'k', 'one')
      await put(at, 'k', 'second')
      await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'k', VersionId })
      at.expect(await at.refusal(read(at, 'k', VersionId))).toBe('404 NoSuchVersion')
      at.expect(await read(at, 'k')).toBe('second')
    },
  },
  tells: told(
    async (at) => {
      await keep(at)
      await put(at, 'k', 'content')
      return at.cos.deleteObject({ Bucket: at.Bucket, Key: 'k' })
    },
    {
      'x-cos-version-id': async ({ VersionId }, at) => {
        at.expect(VersionId).toMatch(VERSION_ID)
        const removed = await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'k', VersionId })
        at.expect(removed.VersionId).toBe(VersionId)
        at.expect(await read(at, 'k')).toBe('content')
      },
      'x-cos-delete-marker': ({ DeleteMarker }, { expect }) => expect(DeleteMarker).toBe(true),
    },
  ),
}

async function keysOf({ cos, Bucket }: At): Promise<string[]> {
  return (await cos.listObjects({ Bucket })).Contents.map(({ Key }) => Key)
}

/** One marker made, one marker removed, one failure for its key and one for its version. */
async function mixed(at: At) {
  await keep(at)
  await putAll(at, ['new', 'old'])
  const { VersionId = '' } = await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'old' })
  const entries = [{ Key: 'new' }, { Key: 'old', VersionId }, { Key: TOO_LONG }, { Key: 'x', VersionId: '!' }]
  const { Deleted, Error: failed } = await at.cos.deleteObjects({
    Bucket: at.Bucket,
    Delete: { Object: entries },
  })
  return { Deleted, failed, markerId: VersionId }
}

export const deleteObjects: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await putAll(at, ['k'])
      const Delete = { Object: [{ Key: 'k' }] }
      await at.cos.deleteObjects({ Bucket: await at.newBucket(), Delete })
      at.expect(await keysOf(at)).toEqual(['k'])
      await at.cos.deleteObjects({ Bucket: at.Bucket, Delete })
      at.expect(await keysOf(at)).toEqual([])
    },
    Delete: async (at) => {
      const nothing = at.cos.deleteObjects({ Bucket: at.Bucket, Delete: { Object: [] } })
      at.expect(await at.refusal(nothing)).toBe('400 MalformedXML')
    },
    Objects: async (at) => {
      await putAll(at, ['a', 'b', 'c'])
      const entries = [{ Key: 'a' }, { Key: 'c' }]
      await at.cos.deleteObjects({ Bucket: at.Bucket, Delete: { Object: entries } })
      at.expect(await keysOf(at)).toEqual(['b'])
    },
    Key: async (at) => {
      await putAll(at, ['a&b <é>', 'b'])
      await at.cos.deleteObjects({ Bucket: at.Bucket, Delete: { Object: [{ Key: 'a&b <é>' }] } })
      at.expect(await keysOf(at)).toEqual(['b'])
    },
    VersionId: async (at) => {
      await keep(at)
      const VersionId = await put(at, 'k', 'one')
      await put(at, 'k', 'second')
      await at.cos.deleteObjects({ Bucket: at.Bucket, Delete: { Object: [{ Key: 'k', VersionId }] } })
      at.expect(await at.refusal(read(at, 'k', VersionId))).toBe('404 NoSuchVersion')
      at.expect(await read(at, 'k')).toBe('second')
    },
    Quiet: async (at) => {
      const remove = async (Quiet: 'true' | 'false') => {
        const Delete = { Quiet, Object: [{ Key: 'k' }, { Key: TOO_LONG }] }
        const { Deleted, Error: failed } = await at.cos.deleteObjects({ Bucket: at.Bucket, Delete })
        return [Deleted.length, failed.length]
      }
      at.expect(await remove('true')).toEqual([0, 1])
      at.expect(await remove('false')).toEqual([1, 1])
    },
  },
  tells: told(mixed, {
    Deleted: ({ Deleted }, { expect }) => expect(Deleted).toHaveLength(2),
    'Deleted.Key': ({ Deleted }, { expect }) => expect(Deleted.map(({ Key }) => Key)).toEqual(['new', 'old']),
    'Deleted.VersionId': ({ Deleted, markerId }, { expect }) =>
      expect(Deleted.map(({ VersionId }) => VersionId)).toEqual([undefined, markerId]),
    'Deleted.DeleteMarker': ({ Deleted }, { expect }) =>
      expect(Deleted.map(({ DeleteMarker }) => DeleteMarker)).toEqual([true, true]),
    'Deleted.DeleteMarkerVersionId': ({ Deleted, markerId }, { expect }) => {
      expect(Deleted[0]?.DeleteMarkerVersionId).toMatch(VERSION_ID)
      expect(Deleted[1]?.DeleteMarkerVersionId).toBe(markerId)
    },
    Error: ({ failed }, { expect }) => expect(failed).toHaveLength(2),
    'Error.Key': ({ failed }, { expect }) => expect(failed.map(({ Key }) => Key)).toEqual([TOO_LONG, 'x']),
    'Error.VersionId': ({ failed }, { expect }) =>
      expect(failed.map(({ VersionId }) => VersionId)).toEqual([undefined, '!']),
    'Error.Code': ({ failed }, { expect }) =>
      expect(failed.map(({ Code }) => Code)).toEqual(['KeyTooLong', 'InvalidArgument']),
    'Error.Message': ({ failed }, { expect }) =>
      expect(failed[0]?.Message).toBe('The specified key is too long.'),
  }),
}
