// Cases of what a copy is made from, shared by whole objects and parts.
import type { OperationInput } from '@coset/sdk'
import { type At, type Cases, keep, put } from '../case.js'

type CopySource = OperationInput<'copyObject'>['CopySource']

/** `copy` gives the content of what it made. */
export function sourceCases(copy: (at: At, source: CopySource) => Promise<string>): Cases {
  const store = async (at: At) => {
    await put(at, 'source', 'content')
    return { Bucket: at.Bucket, Key: 'source' }
  }
  return {
    CopySource: async (at) => {
      const { Bucket, Key } = await store(at)
      at.expect(await copy(at, `${Bucket}.cos.${at.region}.myqcloud.com/${Key}`)).toBe('content')
      at.expect(await at.refusal(copy(at, 'nowhere'))).toBe('400 InvalidCopySource')
    },
    'CopySource.Bucket': async (at) => {
      const Bucket = await at.newBucket()
      await at.cos.putObject({ Bucket, Key: 'source', Body: 'of another bucket' })
      at.expect(await copy(at, { Bucket, Key: 'source' })).toBe('of another bucket')
    },
    'CopySource.Key': async (at) => {
      const { Bucket } = await store(at)
      await put(at, 'dir/other é+%', 'of another key')
      at.expect(await copy(at, { Bucket, Key: 'dir/other é+%' })).toBe('of another key')
      at.expect(await at.refusal(copy(at, { Bucket, Key: 'missing' }))).toBe('404 NoSuchKey')
    },
    'CopySource.Region': async (at) => {
      const source = await store(at)
      at.expect(await copy(at, { ...source, Region: at.region })).toBe('content')
      const elsewhere = copy(at, { ...source, Region: 'ap-beijing' })
      at.expect(await at.refusal(elsewhere)).toBe('400 InvalidCopySource')
      at.expect(at.sent().at(-1)?.['x-cos-copy-source']).toContain('.cos.ap-beijing.')
    },
    'CopySource.VersionId': async (at) => {
      await keep(at)
      const VersionId = await put(at, 'source', 'old')
      at.expect(await copy(at, { ...(await store(at)), VersionId })).toBe('old')
    },
  }
}
