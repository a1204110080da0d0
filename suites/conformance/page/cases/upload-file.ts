// Cases of the document's "Uploading an object (checkpoint restart)".
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { UploadFileInput } from '@coset/sdk'
import { type At, ETAG, isSlow, type OperationCases, read, SLOW_BYTES, SLOWEST, told } from '../case.js'
import { writtenCases } from './written.js'

const MB = 1024 * 1024
/** One byte more than goes in one request. */
const LARGE = Buffer.alloc(20 * MB + 1, 'large ')
const md5 = (content: string | Buffer) => createHash('md5').update(content).digest('base64')

/** Uploads a file of this content as `k`. */
async function upload(at: At, content: string | Buffer, members: Partial<UploadFileInput> = {}) {
  const LocalFilePath = join(at.dir, 'local.txt')
  await writeFile(LocalFilePath, content)
  const input = { Bucket: at.Bucket, Key: 'k', LocalFilePath, ...members }
  return at.cos.uploadFile(input, { checkpoint: { folder: join(at.dir, 'state') } })
}

const partsOf = (reply: { readonly ETag: string }) => Number(/-(\d+)"$/.exec(reply.ETag)?.[1] ?? 1)

export const uploadFile: OperationCases = {
  takes: {
    // What is stored with an object is given at the beginning of an upload in parts: the harder way.
    ...writtenCases((at, members) => upload(at, LARGE, { Key: 'written', ...members })),
    Bucket: async (at) => {
      const Bucket = await at.newBucket()
      await upload(at, 'x', { Bucket })
      at.expect(await at.cos.objectExists({ Bucket, Key: 'k' })).toBe(true)
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'k' })).toBe(false)
      const missing = upload(at, LARGE, { Bucket: 'missing-1250000000' })
      at.expect(await at.refusal(missing)).toBe('404 NoSuchBucket')
    },
    Key: async (at) => {
      await upload(at, LARGE, { Key: 'doc/pic é+%.jpg' })
      const { Contents } = await at.cos.listObjects({ Bucket: at.Bucket })
      at.expect(Contents.map(({ Key }) => Key)).toEqual(['doc/pic é+%.jpg'])
    },
    LocalFilePath: async (at) => {
      const LocalFilePath = join(at.dir, 'another.txt')
      const another = () => upload(at, 'local', { LocalFilePath })
      at.expect(await at.refusal(another())).toBe('file')
      await writeFile(LocalFilePath, LARGE)
      await another()
      const { Body } = await at.cos.getObject({ Bucket: at.Bucket, Key: 'k' })
      at.expect(LARGE.equals(await Body.bytes())).toBe(true)
    },
    PartSize: async (at) => {
      at.expect(partsOf(await upload(at, LARGE, { PartSize: 5 }))).toBe(5)
      at.expect(partsOf(await upload(at, LARGE, { PartSize: '10' }))).toBe(3)
      at.expect(await at.refusal(upload(at, LARGE, { PartSize: 0 }))).toBe('validation')
    },
    MAXThread: async (at) => {
      await upload(at, LARGE, { MAXThread: '2' })
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'k' })).toBe(true)
      at.expect(await at.refusal(upload(at, LARGE, { MAXThread: 0 }))).toBe('validation')
    },
    TrafficLimit: async (at) => {
      at.expect(await isSlow(() => upload(at, SLOW_BYTES, { TrafficLimit: `${SLOWEST}` }))).toBe(true)
      const less = upload(at, LARGE, { TrafficLimit: SLOWEST - 1 })
      at.expect(await at.refusal(less)).toBe('400 InvalidArgument')
    },
    progress_callback: async (at) => {
      const told: (readonly [number, number])[] = []
      await upload(at, LARGE, { progress_callback: (consumed, total) => void told.push([consumed, total]) })
      at.expect(told.at(-1)).toEqual([LARGE.length, LARGE.length])
    },
    EnableMD5: async (at) => {
      await upload(at, 'content', { EnableMD5: true })
      at.expect(at.sent().at(-1)?.['content-md5']).toBe(md5('content'))
      await upload(at, LARGE, { EnableMD5: true })
      const parts = at.sent().filter((headers) => headers['content-length'] === String(8 * MB))
      at.expect(parts.map((headers) => headers['content-md5'])).toContain(md5(LARGE.subarray(0, 8 * MB)))
    },
    ContentLength: async (at) => {
      await upload(at, 'abcdef', { ContentLength: '6' })
      at.expect(await read(at, 'k')).toBe('abcdef')
      at.expect(await at.refusal(upload(at, 'abc', { ContentLength: '6' }))).toBe('validation')
      at.expect(await read(at, 'k')).toBe('abcdef')
    },
    ContentMD5: async (at) => {
      await upload(at, LARGE, { ContentMD5: md5(LARGE) })
      at.expect(await at.refusal(upload(at, 'content', { ContentMD5: md5('other') }))).toBe('400 BadDigest')
      at.expect(await at.refusal(upload(at, LARGE, { ContentMD5: md5('other') }))).toBe('checksum')
    },
  },
  tells: told((at) => upload(at, 'hello'), {
    ETag: ({ ETag: etag }, { expect }) => expect(etag).toMatch(ETAG),
  }),
}
