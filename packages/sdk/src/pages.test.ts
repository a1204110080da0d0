import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { CosClient } from './index.js'
import { BUCKET, clientOf, type ScriptedServer, startScriptedServer, xml } from './testing/scripted-server.js'

let server: ScriptedServer
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
  cos = clientOf(server)
})
afterAll(async () => {
  await cos.close()
  await server.close()
})
beforeEach(() => {
  server.requests.length = 0
})

const TIME = '2020-12-10T03:37:30.000Z'
const entry = (key: string) =>
  `<Contents><Key>${key}</Key><LastModified>${TIME}</LastModified><ETag>"e"</ETag><Size>3</Size><StorageClass>STANDARD</StorageClass></Contents>`
const page = (entries: string, next?: string, encoding = '<EncodingType>url</EncodingType>') =>
  xml(
    200,
    `<ListBucketResult><Name>b</Name>${encoding}<MaxKeys>2</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>${next ? `<NextMarker>${next}</NextMarker>` : ''}${entries}</ListBucketResult>`,
  )
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
const markers = () =>
  server.requests.map(({ url }) => new URLSearchParams(url.split('?')[1]).get('marker') ?? undefined)

describe('a list of objects', () => {
  it('asks for encoded keys and gives plain ones', async () => {
    server.script(page(entry('a%20b%01') + entry('%E6%96%87')))
    const list = await cos.listObjects({ Bucket: BUCKET, Prefix: 'a b' })
    expect(list.Contents.map(({ Key }) => Key)).toEqual(['a b\u0001', '文'])
    expect(list.Contents[0]).toMatchObject({ Size: 3, LastModified: new Date(TIME), ETag: '"e"' })
    expect(list.CommonPrefixes).toEqual([])
    expect(list).not.toHaveProperty('EncodingType')
    expect(server.requests[0]?.url).toBe(`/${BUCKET}/?prefix=a%20b&encoding-type=url`)
  })

  it('leaves keys encoded for who asked for it', async () => {
    server.script(page(entry('a%20b')))
    const list = await cos.listObjects({ Bucket: BUCKET, EncodingType: 'url' })
    expect(list.Contents[0]?.Key).toBe('a%20b')
    expect(list.EncodingType).toBe('url')
  })

  it('leaves keys alone that the server did not encode', async () => {
    server.script(page(entry('a%20b'), undefined, ''))
    expect((await cos.listObjects({ Bucket: BUCKET })).Contents[0]?.Key).toBe('a%20b')
  })

  it('is walked page after page', async () => {
    server.script(page(entry('a') + entry('b%20'), 'b%20'), page(entry('c'), 'c'), page(''))
    const keys = (await all(cos.paginateObjects({ Bucket: BUCKET, MaxKeys: 2 }))).map(({ Key }) => Key)
    expect(keys).toEqual(['a', 'b ', 'c'])
    expect(markers()).toEqual([undefined, 'b ', 'c'])
  })

  it('is walked with encoded keys too', async () => {
    server.script(page(entry('b%20'), 'b%20'), page(entry('c')))
    const pages = await all(cos.paginateObjectPages({ Bucket: BUCKET, EncodingType: 'url' }))
    expect(pages.map(({ Contents }) => Contents[0]?.Key)).toEqual(['b%20', 'c'])
    expect(markers()).toEqual([undefined, 'b '])
  })

  it('goes on from the last entry where no marker is told', async () => {
    server.script(
      page(`${entry('a')}<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>`, ''),
      page(entry('c')),
    )
    await all(cos.paginateObjects({ Bucket: BUCKET, Delimiter: '/' }))
    expect(markers()).toEqual([undefined, 'b/'])
  })

  it('ends with an error when its marker does not advance', async () => {
    server.script(page(entry('b'), 'b'), page(entry('b'), 'b'))
    await expect(all(cos.paginateObjects({ Bucket: BUCKET }))).rejects.toMatchObject({ kind: 'body' })
    server.script(page(entry('b'), 'b'), page(entry('a'), 'a'))
    await expect(all(cos.paginateObjects({ Bucket: BUCKET }))).rejects.toThrow(/does not advance/)
    server.script(page('', ''))
    await expect(all(cos.paginateObjects({ Bucket: BUCKET }))).rejects.toThrow(/does not advance/)
  })

  it('asks for no page that is not wanted, and none after an abort', async () => {
    server.script(page(entry('a'), 'a'))
    for await (const _ of cos.paginateObjects({ Bucket: BUCKET })) break
    expect(server.requests.length).toBe(1)
    const controller = new AbortController()
    const walk = async () => {
      for await (const _ of cos.paginateObjects({ Bucket: BUCKET }, { signal: controller.signal }))
        controller.abort()
    }
    await expect(walk()).rejects.toMatchObject({ kind: 'aborted' })
    expect(server.requests.length).toBe(2)
  })
})

describe('a list of versions', () => {
  const version = (kind: 'Version' | 'DeleteMarker', key: string, id: string, second: number) =>
    `<${kind}><Key>${key}</Key><VersionId>${id}</VersionId><IsLatest>${second === 9}</IsLatest><LastModified>2020-12-10T03:37:0${second}.000Z</LastModified>${kind === 'Version' ? '<ETag>"e"</ETag><Size>1</Size><StorageClass>STANDARD</StorageClass>' : ''}</${kind}>`
  const versions = (entries: string, next?: readonly [string, string]) =>
    xml(
      200,
      `<ListVersionsResult><Name>b</Name><EncodingType>url</EncodingType><MaxKeys>9</MaxKeys><IsTruncated>${next !== undefined}</IsTruncated>${next ? `<NextKeyMarker>${next[0]}</NextKeyMarker><NextVersionIdMarker>${next[1]}</NextVersionIdMarker>` : ''}${entries}</ListVersionsResult>`,
    )

  it('mixes versions and delete markers in their order', async () => {
    server.script(
      versions(
        [
          version('Version', 'a', 'v3', 8),
          version('Version', 'a', 'v1', 1),
          version('Version', '%F0%9F%AA%A3', 'v5', 9),
          version('DeleteMarker', 'a', 'v4', 9),
          version('DeleteMarker', 'a', 'v2', 2),
          version('DeleteMarker', '%EF%BC%A1', 'v6', 9),
        ].join(''),
      ),
    )
    const found = await all(cos.paginateObjectVersions({ Bucket: BUCKET }))
    expect(found.map(({ Key, VersionId, IsDeleteMarker }) => [Key, VersionId, IsDeleteMarker])).toEqual([
      ['a', 'v4', true],
      ['a', 'v3', false],
      ['a', 'v2', true],
      ['a', 'v1', false],
      ['Ａ', 'v6', true],
      ['🪣', 'v5', false],
    ])
    const [, first] = found
    if (first?.IsDeleteMarker === false) expect(first.Size).toBe(1)
  })

  it('tells the newer of one second by the ids of COS', async () => {
    const id = (offset: bigint) =>
      Buffer.from(String(18_445_157_562_314_500_088n - offset)).toString('base64')
    const entries = [version('Version', 'a', id(1n), 1), version('Version', 'a', id(3n), 1)]
    server.script(versions([...entries, version('DeleteMarker', 'a', id(2n), 1)].join('')))
    const found = await all(cos.paginateObjectVersions({ Bucket: BUCKET }))
    expect(found.map(({ VersionId }) => VersionId)).toEqual([id(3n), id(2n), id(1n)])
  })

  it('goes on within one key, and ends when it is stuck', async () => {
    server.script(
      versions(version('Version', 'a', 'v3', 9), ['a', 'v3']),
      versions(version('Version', 'a', 'v2', 2), ['a', 'v2']),
      versions(version('Version', 'b', 'v1', 9)),
    )
    expect(
      (await all(cos.paginateObjectVersions({ Bucket: BUCKET }))).map(({ VersionId }) => VersionId),
    ).toEqual(['v3', 'v2', 'v1'])
    expect(server.requests[2]?.url).toContain('key-marker=a&version-id-marker=v2')
    server.script(versions(version('Version', 'a', 'v3', 9), ['a', 'v3']))
    await expect(all(cos.paginateObjectVersions({ Bucket: BUCKET }))).rejects.toThrow(/does not advance/)
  })
})
