// Cases of the document's "Querying a multipart upload" and "Querying Uploaded Parts".
import { APPID, type At, type Cases, ETAG, isNow, type OperationCases, OWNER_ID, told } from '../case.js'
import { begin, fill, type Upload } from './upload.js'

const KEYS = ['a', 'b/1', 'b/2', 'c é']

async function beginAll(at: At): Promise<void> {
  for (const Key of KEYS) await begin(at, { Key })
}

async function keysOf({ cos, Bucket }: At, more: object): Promise<string[]> {
  return (await cos.listMultipartUploads({ Bucket, ...more })).Upload.map(({ Key }) => Key)
}

/** The second page of uploads that share a key. */
async function page(at: At) {
  const uploads = [await begin(at), await begin(at), await begin(at)]
  const asked = { Prefix: 'k', Delimiter: '/', KeyMarker: 'k', MaxUploads: 1, EncodingType: 'url' } as const
  const first = await at.cos.listMultipartUploads({ Bucket: at.Bucket, MaxUploads: 1 })
  const UploadIdMarker = first.NextUploadIdMarker ?? ''
  const reply = await at.cos.listMultipartUploads({ Bucket: at.Bucket, ...asked, UploadIdMarker })
  return { reply, UploadIdMarker, ids: uploads.map(({ UploadId }) => UploadId) }
}

async function single(at: At) {
  const { UploadId } = await begin(at, { StorageClass: 'STANDARD_IA' })
  const { Upload } = await at.cos.listMultipartUploads({ Bucket: at.Bucket })
  return { entry: Upload[0], count: Upload.length, UploadId }
}

async function folded(at: At) {
  await beginAll(at)
  return at.cos.listMultipartUploads({ Bucket: at.Bucket, Delimiter: '/' })
}

export const listMultipartUploads: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await beginAll(at)
      at.expect(await keysOf(at, {})).toEqual(KEYS)
      at.expect(await keysOf(at, { Bucket: await at.newBucket() })).toEqual([])
    },
    Prefix: async (at) => {
      await beginAll(at)
      at.expect(await keysOf(at, { Prefix: 'b/' })).toEqual(['b/1', 'b/2'])
    },
    Delimiter: async (at) => {
      await beginAll(at)
      at.expect(await keysOf(at, { Delimiter: '/' })).toEqual(['a', 'c é'])
    },
    KeyMarker: async (at) => {
      await beginAll(at)
      at.expect(await keysOf(at, { KeyMarker: 'b/1' })).toEqual(['b/2', 'c é'])
    },
    UploadIdMarker: async (at) => {
      const { reply, UploadIdMarker, ids } = await page(at)
      at.expect(ids).toContain(UploadIdMarker)
      at.expect(reply.Upload.map(({ Key }) => Key)).toEqual(['k'])
      at.expect(reply.Upload[0]?.UploadId).not.toBe(UploadIdMarker)
      at.expect(await keysOf(at, { UploadIdMarker })).toHaveLength(3)
    },
    MaxUploads: async (at) => {
      await beginAll(at)
      at.expect(await keysOf(at, { MaxUploads: 2 })).toEqual(['a', 'b/1'])
    },
    EncodingType: async (at) => {
      await beginAll(at)
      at.expect(await keysOf(at, { Prefix: 'c', EncodingType: 'url' })).toEqual(['c%20%C3%A9'])
    },
  },
  tells: {
    ...told(page, {
      Bucket: ({ reply }, { expect, Bucket }) => expect(reply.Bucket).toBe(Bucket),
      Prefix: ({ reply }, { expect }) => expect(reply.Prefix).toBe('k'),
      Delimiter: ({ reply }, { expect }) => expect(reply.Delimiter).toBe('/'),
      KeyMarker: ({ reply }, { expect }) => expect(reply.KeyMarker).toBe('k'),
      UploadIdMarker: ({ reply, UploadIdMarker }, { expect }) =>
        expect(reply.UploadIdMarker).toBe(UploadIdMarker),
      NextKeyMarker: ({ reply }, { expect }) => expect(reply.NextKeyMarker).toBe('k'),
      NextUploadIdMarker: ({ reply, ids }, { expect }) => {
        expect(ids).toContain(reply.NextUploadIdMarker)
        expect(reply.NextUploadIdMarker).toBe(reply.Upload[0]?.UploadId)
      },
      MaxUploads: ({ reply }, { expect }) => expect(reply.MaxUploads).toBe(1),
      IsTruncated: ({ reply }, { expect }) => expect(reply.IsTruncated).toBe(true),
      EncodingType: ({ reply }, { expect }) => expect(reply.EncodingType).toBe('url'),
    }),
    ...told(single, {
      Upload: ({ count }, { expect }) => expect(count).toBe(1),
      'Upload.UploadId': ({ entry, UploadId }, { expect }) => expect(entry?.UploadId).toBe(UploadId),
      'Upload.Key': ({ entry }, { expect }) => expect(entry?.Key).toBe('k'),
      'Upload.Initiated': ({ entry }, { expect }) => expect(isNow(entry?.Initiated)).toBe(true),
      'Upload.StorageClass': ({ entry }, { expect }) => expect(entry?.StorageClass).toBe('STANDARD_IA'),
      'Upload.Owner': ({ entry }, { expect }) => expect(entry?.Owner?.DisplayName).toBe(APPID),
      'Upload.Initiator': ({ entry }, { expect }) => expect(entry?.Initiator?.ID).toContain(APPID),
    }),
    ...told(folded, {
      CommonPrefixes: ({ CommonPrefixes }, { expect }) => expect(CommonPrefixes).toHaveLength(1),
      'CommonPrefixes.Prefix': ({ CommonPrefixes }, { expect }) =>
        expect(CommonPrefixes[0]?.Prefix).toBe('b/'),
    }),
  },
}

async function filled(at: At): Promise<Upload> {
  const upload = await begin(at, { Key: 'k é', StorageClass: 'STANDARD_IA' })
  await fill(at, upload, ['one', 'second', 'third'])
  const { Bucket, Key, UploadId } = upload
  return { Bucket, Key, UploadId }
}

async function numbers(at: At, more: object = {}): Promise<number[]> {
  const { Part } = await at.cos.listParts({ ...(await filled(at)), ...more })
  return Part.map(({ PartNumber }) => PartNumber)
}

async function partsPage(at: At) {
  const upload = await filled(at)
  const asked = { PartNumberMarker: 1, MaxParts: 1, EncodingType: 'url' } as const
  return { ...upload, reply: await at.cos.listParts({ ...upload, ...asked }) }
}

const personCases: Cases = Object.fromEntries(
  (['Initiator', 'Owner'] as const).flatMap((name) =>
    Object.entries(
      told(partsPage, {
        [name]: ({ reply }, { expect }) => expect(reply[name]).toBeDefined(),
        [`${name}.DisplayName`]: ({ reply }, { expect }) => expect(reply[name]?.DisplayName).toBe(APPID),
        [`${name}.ID`]: ({ reply }, { expect }) => expect([APPID, OWNER_ID]).toContain(reply[name]?.ID),
      }),
    ),
  ),
)

export const listParts: OperationCases = {
  takes: {
    Bucket: async (at) => {
      const elsewhere = at.cos.listParts({ ...(await filled(at)), Bucket: await at.newBucket() })
      at.expect(await at.refusal(elsewhere)).toBe('404 NoSuchUpload')
    },
    Key: async (at) => {
      const other = at.cos.listParts({ ...(await filled(at)), Key: 'other' })
      at.expect(await at.refusal(other)).toBe('404 NoSuchUpload')
    },
    UploadId: async (at) => {
      const empty = await begin(at, { Key: 'k é' })
      at.expect(await numbers(at)).toEqual([1, 2, 3])
      at.expect(await numbers(at, { UploadId: empty.UploadId })).toEqual([])
    },
    MaxParts: async (at) => at.expect(await numbers(at, { MaxParts: 2 })).toEqual([1, 2]),
    PartNumberMarker: async (at) => at.expect(await numbers(at, { PartNumberMarker: 2 })).toEqual([3]),
    EncodingType: async (at) => {
      const { Key } = await at.cos.listParts({ ...(await filled(at)), EncodingType: 'url' })
      at.expect(Key).toBe('k%20%C3%A9')
    },
  },
  tells: {
    ...told(partsPage, {
      Bucket: ({ reply }, { expect, Bucket }) => expect(reply.Bucket).toBe(Bucket),
      Key: ({ reply }, { expect }) => expect(decodeURIComponent(reply.Key)).toBe('k é'),
      UploadId: ({ reply, UploadId }, { expect }) => expect(reply.UploadId).toBe(UploadId),
      EncodingType: ({ reply }, { expect }) => expect(reply.EncodingType).toBe('url'),
      MaxParts: ({ reply }, { expect }) => expect(reply.MaxParts).toBe(1),
      IsTruncated: ({ reply }, { expect }) => expect(reply.IsTruncated).toBe(true),
      PartNumberMarker: ({ reply }, { expect }) => expect(reply.PartNumberMarker).toBe(1),
      NextPartNumberMarker: ({ reply }, { expect }) => expect(reply.NextPartNumberMarker).toBe(2),
      StorageClass: ({ reply }, { expect }) => expect(reply.StorageClass).toBe('STANDARD_IA'),
      Part: ({ reply }, { expect }) => expect(reply.Part).toHaveLength(1),
      'Part.ETag': ({ reply }, { expect }) => expect(reply.Part[0]?.ETag).toMatch(ETAG),
      'Part.PartNumber': ({ reply }, { expect }) => expect(reply.Part[0]?.PartNumber).toBe(2),
      'Part.Size': ({ reply }, { expect }) => expect(reply.Part[0]?.Size).toBe(6),
      'Part.LastModified': ({ reply }, { expect }) => expect(isNow(reply.Part[0]?.LastModified)).toBe(true),
    }),
    ...personCases,
  },
}
