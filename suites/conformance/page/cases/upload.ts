// Cases of the document's chapter on multipart uploads, from beginning to end.
import { type At, keep, type OperationCases, read, told, VERSION_ID } from '../case.js'
import { writtenCases } from './written.js'

const NONE = 'no-such-upload'
export const MIB = Buffer.alloc(1024 * 1024, 'part ')

/** An upload of the key `k`, or another. */
export async function begin({ cos, Bucket }: At, members: object = {}) {
  const { UploadId } = await cos.createMultipartUpload({ Bucket, Key: 'k', ...members })
  return { Bucket, Key: 'k', ...members, UploadId }
}

export interface Upload {
  readonly Bucket: string
  readonly Key: string
  readonly UploadId: string
}

/** Uploads these contents as parts 1, 2, … and gives the list that completing asks for. */
export async function fill({ cos }: At, upload: Upload, contents: readonly (string | Uint8Array)[]) {
  const { Bucket, Key, UploadId } = upload
  const named = { Bucket, Key, UploadId }
  const uploads = contents.map(async (Body, at) => {
    const { ETag } = await cos.uploadPart({ ...named, PartNumber: at + 1, Body })
    return { PartNumber: at + 1, ETag }
  })
  return Promise.all(uploads)
}

export const createMultipartUpload: OperationCases = {
  takes: {
    ...writtenCases(async (at, members) => {
      const upload = await begin(at, { Key: 'written', ...members })
      const Part = await fill(at, upload, ['content'])
      const { Bucket, Key, UploadId } = upload
      await at.cos.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Part } })
    }),
    Bucket: async (at) => {
      const Bucket = await at.newBucket()
      await at.cos.createMultipartUpload({ Bucket, Key: 'k' })
      at.expect((await at.cos.listMultipartUploads({ Bucket })).Upload).toHaveLength(1)
      const missing = at.cos.createMultipartUpload({ Bucket: 'missing-1250000000', Key: 'k' })
      at.expect(await at.refusal(missing)).toBe('404 NoSuchBucket')
    },
    Key: async (at) => {
      await begin(at, { Key: 'dir/multipart é.txt' })
      const { Upload } = await at.cos.listMultipartUploads({ Bucket: at.Bucket })
      at.expect(Upload.map(({ Key }) => Key)).toEqual(['dir/multipart é.txt'])
    },
  },
  tells: told(({ cos, Bucket }) => cos.createMultipartUpload({ Bucket, Key: 'k' }), {
    UploadId: async ({ UploadId }, at) => {
      at.expect(UploadId).not.toBe('')
      const { Part } = await at.cos.listParts({ Bucket: at.Bucket, Key: 'k', UploadId })
      at.expect(Part).toEqual([])
    },
    Bucket: (reply, { expect, Bucket }) => expect(reply.Bucket).toBe(Bucket),
    Key: ({ Key }, { expect }) => expect(Key).toBe('k'),
  }),
}

export const completeMultipartUpload: OperationCases = {
  takes: {
    Bucket: async (at) => {
      const upload = await begin(at)
      const MultipartUpload = { Part: await fill(at, upload, ['x']) }
      const elsewhere = { ...upload, Bucket: await at.newBucket(), MultipartUpload }
      at.expect(await at.refusal(at.cos.completeMultipartUpload(elsewhere))).toBe('404 NoSuchUpload')
      await at.cos.completeMultipartUpload({ ...upload, MultipartUpload })
      at.expect(await read(at, 'k')).toBe('x')
    },
    Key: async (at) => {
      const upload = await begin(at)
      const MultipartUpload = { Part: await fill(at, upload, ['x']) }
      const other = at.cos.completeMultipartUpload({ ...upload, Key: 'other', MultipartUpload })
      at.expect(await at.refusal(other)).toBe('404 NoSuchUpload')
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'other' })).toBe(false)
    },
    UploadId: async (at) => {
      const [one, two] = [await begin(at), await begin(at)]
      await fill(at, one, ['of one'])
      const MultipartUpload = { Part: await fill(at, two, ['of two']) }
      await at.cos.completeMultipartUpload({ ...two, MultipartUpload })
      at.expect(await read(at, 'k')).toBe('of two')
      const none = at.cos.completeMultipartUpload({ ...one, UploadId: NONE, MultipartUpload })
      at.expect(await at.refusal(none)).toBe('404 NoSuchUpload')
    },
    MultipartUpload: async (at) => {
      const upload = await begin(at)
      const [first, , third] = await fill(at, upload, [MIB, 'dropped', 'end'])
      if (!first || !third) throw new Error('Three parts were uploaded.')
      const turned = { Part: [third, first] }
      const wrong = at.cos.completeMultipartUpload({ ...upload, MultipartUpload: turned })
      at.expect(await at.refusal(wrong)).toBe('400 InvalidPartOrder')
      await at.cos.completeMultipartUpload({ ...upload, MultipartUpload: { Part: [first, third] } })
      at.expect(await read(at, 'k')).toBe(`${MIB}end`)
    },
    'MultipartUpload.Part.ETag': async (at) => {
      const upload = await begin(at)
      const [part] = await fill(at, upload, ['x'])
      const complete = (ETag: string) =>
        at.cos.completeMultipartUpload({ ...upload, MultipartUpload: { Part: [{ PartNumber: 1, ETag }] } })
      at.expect(await at.refusal(complete(`"${'0'.repeat(32)}"`))).toBe('400 InvalidPart')
      at.expect((await complete(part?.ETag ?? '')).statusCode).toBe(200)
    },
    'MultipartUpload.Part.PartNumber': async (at) => {
      const upload = await begin(at)
      const [part] = await fill(at, upload, ['x'])
      const complete = (PartNumber: number) =>
        at.cos.completeMultipartUpload({
          ...upload,
          MultipartUpload: { Part: [{ PartNumber, ETag: part?.ETag ?? '' }] },
        })
      at.expect(await at.refusal(complete(2))).toBe('400 InvalidPart')
      at.expect((await complete(1)).statusCode).toBe(200)
    },
  },
  tells: told(
    async (at) => {
      await keep(at)
      const upload = await begin(at)
      const MultipartUpload = { Part: await fill(at, upload, [MIB, 'end']) }
      return at.cos.completeMultipartUpload({ ...upload, MultipartUpload })
    },
    {
      ETag: async ({ ETag, VersionId }, at) => {
        at.expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/)
        at.expect(VersionId).toMatch(VERSION_ID)
        at.expect((await at.cos.headObject({ Bucket: at.Bucket, Key: 'k' })).ETag).toBe(ETag)
      },
      Bucket: (reply, { expect, Bucket }) => expect(reply.Bucket).toBe(Bucket),
      Location: ({ Location }, { expect, Bucket }) => {
        expect(Location).toContain(Bucket)
        expect(Location).toMatch(/\/k$/)
      },
      Key: ({ Key }, { expect }) => expect(Key).toBe('k'),
    },
  ),
}

export const abortMultipartUpload: OperationCases = {
  takes: {
    Bucket: async (at) => {
      const upload = await begin(at)
      const elsewhere = at.cos.abortMultipartUpload({ ...upload, Bucket: await at.newBucket() })
      at.expect(await at.refusal(elsewhere)).toBe('404 NoSuchUpload')
      await at.cos.abortMultipartUpload(upload)
      at.expect(await at.refusal(at.cos.listParts(upload))).toBe('404 NoSuchUpload')
    },
    Key: async (at) => {
      const upload = await begin(at)
      const other = at.cos.abortMultipartUpload({ ...upload, Key: 'other' })
      at.expect(await at.refusal(other)).toBe('404 NoSuchUpload')
      at.expect((await at.cos.listParts(upload)).UploadId).toBe(upload.UploadId)
    },
    UploadId: async (at) => {
      const [one, two] = [await begin(at), await begin(at)]
      at.expect((await at.cos.abortMultipartUpload(one)).statusCode).toBe(204)
      const { Upload } = await at.cos.listMultipartUploads({ Bucket: at.Bucket })
      at.expect(Upload.map(({ UploadId }) => UploadId)).toEqual([two.UploadId])
    },
  },
  tells: {},
}
