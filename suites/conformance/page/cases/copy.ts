// Cases of the document's "Copying an object" of any size.
import { type At, ETAG, keep, type OperationCases, put, read, told } from '../case.js'

const MIB = 1024 * 1024
/** More than one copy takes: 5 GiB and one byte, made of one part of 64 MiB over and over. */
const PART = 64 * MIB
const PARTS = 80

async function storeHuge({ cos, Bucket }: At): Promise<void> {
  await cos.putObject({ Bucket, Key: 'part', Body: Buffer.alloc(PART, 'part ') })
  const upload = await cos.createMultipartUpload({ Bucket, Key: 'huge' })
  const named = { Bucket, Key: 'huge', UploadId: upload.UploadId }
  const Part: { PartNumber: number; ETag: string }[] = []
  for (let PartNumber = 1; PartNumber <= PARTS; PartNumber++) {
    const { ETag } = await cos.uploadPartCopy({ ...named, PartNumber, CopySource: { Bucket, Key: 'part' } })
    Part.push({ PartNumber, ETag })
  }
  const last = await cos.uploadPart({ ...named, PartNumber: PARTS + 1, Body: 'x' })
  Part.push({ PartNumber: PARTS + 1, ETag: last.ETag })
  await cos.completeMultipartUpload({ ...named, MultipartUpload: { Part } })
}

const source = (at: At, Key = 'source') => ({ Bucket: at.Bucket, Key, Region: at.region })
const partsOf = ({ ETag }: { readonly ETag: string | undefined }) => Number(/-(\d+)"$/.exec(ETag ?? '')?.[1])

export const copy: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await put(at, 'source', 'content')
      const Bucket = await at.newBucket()
      await at.cos.copy({ Bucket, Key: 'k', CopySource: source(at) })
      at.expect(await at.cos.objectExists({ Bucket, Key: 'k' })).toBe(true)
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'k' })).toBe(false)
    },
    Key: async (at) => {
      await put(at, 'source', 'content')
      await at.cos.copy({ Bucket: at.Bucket, Key: 'copy_10G.txt', CopySource: source(at) })
      at.expect(await read(at, 'copy_10G.txt')).toBe('content')
    },
    CopySource: async (at) => {
      await keep(at)
      const VersionId = await put(at, 'source', 'old')
      await put(at, 'source', 'new')
      await at.cos.copy({ Bucket: at.Bucket, Key: 'k', CopySource: { ...source(at), VersionId } })
      at.expect(await read(at, 'k')).toBe('old')
      const missing = at.cos.copy({ Bucket: at.Bucket, Key: 'k', CopySource: source(at, 'missing') })
      at.expect(await at.refusal(missing)).toBe('404 NoSuchKey')
    },
    CopyStatus: async (at) => {
      const Metadata = { own: 'yes' }
      await at.cos.putObject({ Bucket: at.Bucket, Key: 'source', Body: 'content', Metadata })
      const input = { Bucket: at.Bucket, Key: 'k', CopySource: source(at), Metadata: { other: 'yes' } }
      await at.cos.copy({ ...input, CopyStatus: 'Copy' })
      at.expect((await at.cos.headObject(input)).Metadata).toEqual(Metadata)
      await at.cos.copy({ ...input, CopyStatus: 'Replaced' })
      at.expect((await at.cos.headObject(input)).Metadata).toEqual({ other: 'yes' })
    },
    PartSize: async (at) => {
      await storeHuge(at)
      const input = { Bucket: at.Bucket, Key: 'k', CopySource: source(at, 'huge') }
      at.expect(partsOf(await at.cos.copy({ ...input, PartSize: '2048' }))).toBe(3)
      at.expect((await at.cos.headObject(input)).ContentLength).toBe(PARTS * PART + 1)
    },
    MAXThread: async (at) => {
      await put(at, 'source', 'content')
      const input = { Bucket: at.Bucket, Key: 'k', CopySource: source(at) }
      at.expect(await at.refusal(at.cos.copy({ ...input, MAXThread: 0 }))).toBe('validation')
      await at.cos.copy({ ...input, MAXThread: '2' })
      at.expect(await read(at, 'k')).toBe('content')
    },
  },
  tells: told(
    async (at) => {
      await put(at, 'source', 'content')
      return at.cos.copy({ Bucket: at.Bucket, Key: 'k', CopySource: source(at) })
    },
    { ETag: ({ ETag }, { expect }) => expect(ETag).toMatch(ETAG) },
  ),
}
