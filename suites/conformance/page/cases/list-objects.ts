// Cases of the document's "Querying an object list".
import { APPID, type At, ETAG, isNow, type OperationCases, OWNER_ID, putAll, told } from '../case.js'

const KEYS = ['a', 'b/1', 'b/2', 'c/1', 'd é']

async function keysOf({ cos, Bucket }: At, more: object): Promise<string[]> {
  return (await cos.listObjects({ Bucket, ...more })).Contents.map(({ Key }) => Key)
}

async function page(at: At) {
  await putAll(at, KEYS)
  const { Bucket } = at
  const asked = { Prefix: 'b/', Delimiter: '%', Marker: 'b/0', MaxKeys: 1, EncodingType: 'url' } as const
  return at.cos.listObjects({ Bucket, ...asked })
}

async function folded(at: At) {
  await putAll(at, KEYS)
  return at.cos.listObjects({ Bucket: at.Bucket, Delimiter: '/' })
}

async function single(at: At) {
  await at.cos.putObject({ Bucket: at.Bucket, Key: 'k', Body: 'hello', StorageClass: 'STANDARD_IA' })
  const [entry] = (await at.cos.listObjects({ Bucket: at.Bucket })).Contents
  return entry
}

export const listObjects: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await putAll(at, ['a'])
      at.expect(await keysOf(at, {})).toEqual(['a'])
      at.expect(await keysOf(at, { Bucket: await at.newBucket() })).toEqual([])
    },
    Prefix: async (at) => {
      await putAll(at, KEYS)
      at.expect(await keysOf(at, { Prefix: 'b/' })).toEqual(['b/1', 'b/2'])
    },
    Delimiter: async (at) => {
      await putAll(at, KEYS)
      at.expect(await keysOf(at, { Delimiter: '/' })).toEqual(['a', 'd é'])
    },
    Marker: async (at) => {
      await putAll(at, KEYS)
      at.expect(await keysOf(at, { Marker: 'b/1' })).toEqual(['b/2', 'c/1', 'd é'])
    },
    MaxKeys: async (at) => {
      await putAll(at, KEYS)
      at.expect(await keysOf(at, { MaxKeys: 2 })).toEqual(['a', 'b/1'])
    },
    EncodingType: async (at) => {
      await putAll(at, KEYS)
      at.expect(await keysOf(at, { Prefix: 'd', EncodingType: 'url' })).toEqual(['d%20%C3%A9'])
    },
  },
  tells: {
    ...told(page, {
      MaxKeys: ({ MaxKeys }, { expect }) => expect(MaxKeys).toBe(1),
      Prefix: ({ Prefix }, { expect }) => expect(Prefix).toBe('b/'),
      Delimiter: ({ Delimiter }, { expect }) => expect(Delimiter).toBe('%'),
      Marker: ({ Marker }, { expect }) => expect(Marker).toBe('b/0'),
      NextMarker: ({ NextMarker }, { expect }) => expect(NextMarker).toBe('b/1'),
      Name: ({ Name }, { expect, Bucket }) => expect(Name).toBe(Bucket),
      IsTruncated: ({ IsTruncated }, { expect }) => expect(IsTruncated).toBe(true),
      EncodingType: ({ EncodingType }, { expect }) => expect(EncodingType).toBe('url'),
      Contents: ({ Contents }, { expect }) => expect(Contents).toHaveLength(1),
    }),
    ...told(single, {
      'Contents.ETag': (entry, { expect }) => expect(entry?.ETag).toMatch(ETAG),
      'Contents.StorageClass': (entry, { expect }) => expect(entry?.StorageClass).toBe('STANDARD_IA'),
      'Contents.Key': (entry, { expect }) => expect(entry?.Key).toBe('k'),
      'Contents.Owner': (entry, { expect }) => {
        expect(entry?.Owner?.DisplayName).toBe(APPID)
        expect([APPID, OWNER_ID]).toContain(entry?.Owner?.ID)
      },
      'Contents.LastModified': (entry, { expect }) => expect(isNow(entry?.LastModified)).toBe(true),
      'Contents.Size': (entry, { expect }) => expect(entry?.Size).toBe(5),
    }),
    ...told(folded, {
      CommonPrefixes: ({ CommonPrefixes }, { expect }) => expect(CommonPrefixes).toHaveLength(2),
      'CommonPrefixes.Prefix': ({ CommonPrefixes }, { expect }) =>
        expect(CommonPrefixes.map(({ Prefix }) => Prefix)).toEqual(['b/', 'c/']),
    }),
  },
}
