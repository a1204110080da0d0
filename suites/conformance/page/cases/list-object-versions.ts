// Cases of the document's "Querying objects and their version history".
import {
  APPID,
  type At,
  ETAG,
  isNow,
  keep,
  type OperationCases,
  OWNER_ID,
  put,
  putAll,
  told,
  VERSION_ID,
} from '../case.js'

/** Two versions of a, a marker over b/1, and more keys to fold. */
async function history(at: At): Promise<readonly string[]> {
  await keep(at)
  const first = await put(at, 'a', 'one')
  const second = await put(at, 'a', 'second')
  await putAll(at, ['b/1', 'b/2', 'c é'])
  await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'b/1' })
  return [second, first]
}

async function keysOf(at: At, more: object): Promise<string[]> {
  const { Version } = await at.cos.listObjectVersions({ Bucket: at.Bucket, ...more })
  return Version.map(({ Key }) => Key)
}

async function page(at: At) {
  const [newest = ''] = await history(at)
  const asked = { Prefix: 'a', Delimiter: '%', KeyMarker: 'a', MaxKeys: 1, EncodingType: 'url' } as const
  const reply = await at.cos.listObjectVersions({ Bucket: at.Bucket, ...asked, VersionIdMarker: newest })
  return { reply, newest }
}

async function firstPage(at: At) {
  const [newest = ''] = await history(at)
  return { reply: await at.cos.listObjectVersions({ Bucket: at.Bucket, MaxKeys: 1 }), newest }
}

async function all(at: At) {
  const ids = await history(at)
  const { Version, DeleteMarker } = await at.cos.listObjectVersions({ Bucket: at.Bucket })
  return { Version, DeleteMarker, ids, newest: Version[0], marker: DeleteMarker[0] }
}

async function folded(at: At) {
  await history(at)
  return at.cos.listObjectVersions({ Bucket: at.Bucket, Delimiter: '/' })
}

export const listObjectVersions: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await history(at)
      at.expect(await keysOf(at, {})).toHaveLength(5)
      at.expect(await keysOf(at, { Bucket: await at.newBucket() })).toEqual([])
    },
    Prefix: async (at) => {
      await history(at)
      at.expect(await keysOf(at, { Prefix: 'b/' })).toEqual(['b/1', 'b/2'])
    },
    Delimiter: async (at) => {
      await history(at)
      at.expect(await keysOf(at, { Delimiter: '/' })).toEqual(['a', 'a', 'c é'])
    },
    KeyMarker: async (at) => {
      await history(at)
      at.expect(await keysOf(at, { KeyMarker: 'b/1' })).toEqual(['b/2', 'c é'])
    },
    VersionIdMarker: async (at) => {
      const [newest, oldest] = await history(at)
      const asked = { Prefix: 'a', KeyMarker: 'a', VersionIdMarker: newest }
      const { Version } = await at.cos.listObjectVersions({ Bucket: at.Bucket, ...asked })
      at.expect(Version.map(({ VersionId }) => VersionId)).toEqual([oldest])
    },
    MaxKeys: async (at) => {
      await history(at)
      at.expect(await keysOf(at, { MaxKeys: 2 })).toEqual(['a', 'a'])
    },
    EncodingType: async (at) => {
      await history(at)
      at.expect(await keysOf(at, { Prefix: 'c', EncodingType: 'url' })).toEqual(['c%20%C3%A9'])
    },
  },
  tells: {
    ...told(page, {
      MaxKeys: ({ reply }, { expect }) => expect(reply.MaxKeys).toBe(1),
      Prefix: ({ reply }, { expect }) => expect(reply.Prefix).toBe('a'),
      Delimiter: ({ reply }, { expect }) => expect(reply.Delimiter).toBe('%'),
      KeyMarker: ({ reply }, { expect }) => expect(reply.KeyMarker).toBe('a'),
      VersionIdMarker: ({ reply, newest }, { expect }) => expect(reply.VersionIdMarker).toBe(newest),
      Name: ({ reply }, { expect, Bucket }) => expect(reply.Name).toBe(Bucket),
      EncodingType: ({ reply }, { expect }) => expect(reply.EncodingType).toBe('url'),
    }),
    ...told(firstPage, {
      IsTruncated: ({ reply }, { expect }) => expect(reply.IsTruncated).toBe(true),
      NextKeyMarker: ({ reply }, { expect }) => expect(reply.NextKeyMarker).toBe('a'),
      NextVersionIdMarker: ({ reply, newest }, { expect }) => expect(reply.NextVersionIdMarker).toBe(newest),
    }),
    ...told(all, {
      Version: ({ Version }, { expect }) => expect(Version).toHaveLength(5),
      'Version.ETag': ({ newest }, { expect }) => expect(newest?.ETag).toMatch(ETAG),
      'Version.StorageClass': ({ newest }, { expect }) => expect(newest?.StorageClass).toBe('STANDARD'),
      'Version.Key': ({ Version }, { expect }) =>
        expect(Version.map(({ Key }) => Key)).toEqual(['a', 'a', 'b/1', 'b/2', 'c é']),
      'Version.VersionId': ({ Version, ids }, { expect }) =>
        expect(Version.slice(0, 2).map(({ VersionId }) => VersionId)).toEqual(ids),
      'Version.IsLatest': ({ Version }, { expect }) =>
        expect(Version.map(({ IsLatest }) => IsLatest)).toEqual([true, false, false, true, true]),
      'Version.Owner': ({ newest }, { expect }) => expect(newest?.Owner?.DisplayName).toBe(APPID),
      'Version.LastModified': ({ newest }, { expect }) => expect(isNow(newest?.LastModified)).toBe(true),
      'Version.Size': ({ Version }, { expect }) =>
        expect(Version.slice(0, 2).map(({ Size }) => Size)).toEqual([6, 3]),
      DeleteMarker: ({ DeleteMarker }, { expect }) => expect(DeleteMarker).toHaveLength(1),
      'DeleteMarker.Key': ({ marker }, { expect }) => expect(marker?.Key).toBe('b/1'),
      'DeleteMarker.VersionId': ({ marker }, { expect }) => expect(marker?.VersionId).toMatch(VERSION_ID),
      'DeleteMarker.IsLatest': ({ marker }, { expect }) => expect(marker?.IsLatest).toBe(true),
      'DeleteMarker.Owner': ({ marker }, { expect }) =>
        expect([APPID, OWNER_ID]).toContain(marker?.Owner?.ID),
      'DeleteMarker.LastModified': ({ marker }, { expect }) => expect(isNow(marker?.LastModified)).toBe(true),
    }),
    ...told(folded, {
      CommonPrefixes: ({ CommonPrefixes }, { expect }) => expect(CommonPrefixes).toHaveLength(1),
      'CommonPrefixes.Prefix': ({ CommonPrefixes }, { expect }) =>
        expect(CommonPrefixes[0]?.Prefix).toBe('b/'),
    }),
  },
}
