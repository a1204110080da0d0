// Cases of the document's "Uploading a part" and "Copying a part".
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { OperationInput } from '@coset/sdk'
import {
  type At,
  type Cases,
  ETAG,
  isNow,
  isSlow,
  keep,
  type OperationCases,
  PAST,
  put,
  read,
  SLOW_BYTES,
  SLOWEST,
  told,
} from '../case.js'
import { sourceCases } from './copy-source.js'
import { begin, MIB, type Upload } from './upload.js'

const OTHER_ETAG = '"00000000000000000000000000000000"'
const md5 = (text: string) => createHash('md5').update(text).digest('base64')

async function parts(at: At, upload: Upload): Promise<string[]> {
  const { Part } = await at.cos.listParts(upload)
  return Part.map(({ PartNumber, Size }) => `${PartNumber}: ${Size}`)
}

/** Completes the upload with all it has, and reads the object. */
async function complete(at: At, upload: Upload): Promise<string> {
  const { Part } = await at.cos.listParts(upload)
  const entries = Part.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))
  await at.cos.completeMultipartUpload({ ...upload, MultipartUpload: { Part: entries } })
  return read(at, upload.Key)
}

const bodyCases: Cases = {
  Body: async (at) => {
    const upload = await begin(at)
    await at.cos.uploadPart({ ...upload, PartNumber: 1, Body: MIB })
    await at.cos.uploadPart({ ...upload, PartNumber: 2, Body: Readable.from(['st', 'ream']) })
    at.expect(await complete(at, upload)).toBe(`${MIB}stream`)
  },
  EnableMD5: async (at) => {
    const part = { ...(await begin(at)), PartNumber: 1, Body: 'content' }
    await at.cos.uploadPart(part)
    at.expect(at.sent().at(-1)?.['content-md5']).toBeUndefined()
    await at.cos.uploadPart({ ...part, EnableMD5: true })
    at.expect(at.sent().at(-1)?.['content-md5']).toBe(md5('content'))
  },
  ContentLength: async (at) => {
    const upload = await begin(at)
    const part = { ...upload, PartNumber: 1, ContentLength: '6' } as const
    await at.cos.uploadPart({ ...part, Body: Readable.from(['abc', 'def']) })
    at.expect(at.sent().at(-1)?.['content-length']).toBe('6')
    at.expect(await parts(at, upload)).toEqual(['1: 6'])
    const short = at.cos.uploadPart({ ...part, PartNumber: 2, Body: Readable.from(['abc']) })
    at.expect(await at.refusal(short)).toBe('body')
    at.expect(await parts(at, upload)).toEqual(['1: 6'])
  },
  ContentMD5: async (at) => {
    const upload = await begin(at)
    const part = { ...upload, PartNumber: 1, Body: 'content' }
    const wrong = at.cos.uploadPart({ ...part, ContentMD5: md5('other') })
    at.expect(await at.refusal(wrong)).toBe('400 BadDigest')
    at.expect(await parts(at, upload)).toEqual([])
    await at.cos.uploadPart({ ...part, ContentMD5: md5('content') })
    at.expect(await parts(at, upload)).toEqual(['1: 7'])
  },
  TrafficLimit: async (at) => {
    const part = { ...(await begin(at)), PartNumber: 1, Body: SLOW_BYTES }
    const upload = () => at.cos.uploadPart({ ...part, TrafficLimit: `${SLOWEST}` })
    at.expect(await isSlow(upload)).toBe(true)
    const less = at.cos.uploadPart({ ...part, TrafficLimit: SLOWEST - 1 })
    at.expect(await at.refusal(less)).toBe('400 InvalidArgument')
  },
}

/** The four members that name where a part belongs; `send` uploads or copies one. */
function placeCases(send: (at: At, upload: Upload, PartNumber: number) => Promise<unknown>): Cases {
  return {
    Bucket: async (at) => {
      const upload = await begin(at)
      const elsewhere = send(at, { ...upload, Bucket: await at.newBucket() }, 1)
      at.expect(await at.refusal(elsewhere)).toBe('404 NoSuchUpload')
    },
    Key: async (at) => {
      const upload = await begin(at)
      at.expect(await at.refusal(send(at, { ...upload, Key: 'other' }, 1))).toBe('404 NoSuchUpload')
    },
    PartNumber: async (at) => {
      const upload = await begin(at)
      await send(at, upload, 10_000)
      await send(at, upload, 7)
      at.expect((await parts(at, upload)).map((part) => part.split(':')[0])).toEqual(['7', '10000'])
      at.expect(await at.refusal(send(at, upload, 10_001))).toBe('validation')
      at.expect(await at.refusal(send(at, upload, 0))).toBe('validation')
    },
    UploadId: async (at) => {
      const [one, two] = [await begin(at), await begin(at)]
      await send(at, two, 1)
      at.expect(await parts(at, one)).toEqual([])
      at.expect(await parts(at, two)).toHaveLength(1)
      const none = send(at, { ...one, UploadId: 'no-such-upload' }, 1)
      at.expect(await at.refusal(none)).toBe('404 NoSuchUpload')
    },
  }
}

export const uploadPart: OperationCases = {
  takes: {
    ...bodyCases,
    ...placeCases((at, upload, PartNumber) => at.cos.uploadPart({ ...upload, PartNumber, Body: 'x' })),
  },
  tells: told(async (at) => at.cos.uploadPart({ ...(await begin(at)), PartNumber: 1, Body: 'hello' }), {
    ETag: ({ ETag }, { expect }) => expect(ETag).toBe('"5d41402abc4b2a76b9719d911017c592"'),
  }),
}

type CopyInput = Partial<OperationInput<'uploadPartCopy'>>

async function copyPart(at: At, upload: Upload, more: CopyInput = {}) {
  const CopySource = { Bucket: at.Bucket, Key: 'source' }
  return at.cos.uploadPartCopy({ ...upload, PartNumber: 1, CopySource, ...more })
}

/** What a copy of these members becomes as the only part of an object. */
async function copied(at: At, more: CopyInput): Promise<string> {
  const upload = await begin(at)
  await copyPart(at, upload, more)
  return complete(at, upload)
}

const FAILED = '412 PreconditionFailed'
const source = async (at: At) => {
  await put(at, 'source', 'content')
  return at.cos.headObject({ Bucket: at.Bucket, Key: 'source' })
}

const copyConditionCases: Cases = {
  CopySourceIfMatch: async (at) => {
    const { ETag } = await source(at)
    at.expect(await copied(at, { CopySourceIfMatch: ETag })).toBe('content')
    at.expect(await at.refusal(copied(at, { CopySourceIfMatch: OTHER_ETAG }))).toBe(FAILED)
  },
  CopySourceIfNoneMatch: async (at) => {
    const { ETag } = await source(at)
    at.expect(await copied(at, { CopySourceIfNoneMatch: OTHER_ETAG })).toBe('content')
    at.expect(await at.refusal(copied(at, { CopySourceIfNoneMatch: ETag }))).toBe(FAILED)
  },
  CopySourceIfModifiedSince: async (at) => {
    const { LastModified } = await source(at)
    at.expect(await copied(at, { CopySourceIfModifiedSince: PAST })).toBe('content')
    at.expect(await at.refusal(copied(at, { CopySourceIfModifiedSince: LastModified }))).toBe(FAILED)
  },
  CopySourceIfUnmodifiedSince: async (at) => {
    const { LastModified } = await source(at)
    at.expect(await copied(at, { CopySourceIfUnmodifiedSince: LastModified })).toBe('content')
    at.expect(await at.refusal(copied(at, { CopySourceIfUnmodifiedSince: PAST }))).toBe(FAILED)
  },
}

export const uploadPartCopy: OperationCases = {
  takes: {
    ...placeCases(async (at, upload, PartNumber) => {
      await source(at)
      return copyPart(at, upload, { PartNumber })
    }),
    ...sourceCases((at, CopySource) => copied(at, { CopySource })),
    ...copyConditionCases,
    CopySourceRange: async (at) => {
      await source(at)
      at.expect(await copied(at, { CopySourceRange: 'bytes=1-3' })).toBe('ont')
      at.expect(await at.refusal(copied(at, { CopySourceRange: 'bytes=5-7' }))).toMatch(/InvalidRange$/)
    },
  },
  tells: told(
    async (at) => {
      await keep(at)
      const VersionId = await put(at, 'source', 'content')
      const CopySource = { Bucket: at.Bucket, Key: 'source', VersionId }
      return { version: VersionId, reply: await copyPart(at, await begin(at), { CopySource }) }
    },
    {
      ETag: ({ reply }, { expect }) => expect(reply.ETag).toMatch(ETAG),
      LastModified: ({ reply }, { expect }) => expect(isNow(reply.LastModified)).toBe(true),
      'x-cos-copy-source-version-id': ({ reply, version }, { expect }) =>
        expect(reply.CopySourceVersionId).toBe(version),
    },
  ),
}
