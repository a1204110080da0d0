import { type NameValue, parseAuthorization, parseQuerySignature, verifySignature } from '@coset/protocol'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeSha1 } from './hashing-node.js'
import { CosClient, type CosClientOptions } from './index.js'
import {
  BUCKET,
  clientOf,
  fakeTime,
  type Recorded,
  reply,
  type ScriptedServer,
  SECRET_ID,
  SECRET_KEY,
  startScriptedServer,
} from './testing/scripted-server.js'

let server: ScriptedServer
beforeAll(async () => {
  server = await startScriptedServer()
  server.script(reply(200, { etag: '"e"' }))
})
afterAll(() => server.close())

const NOW_S = 1_700_000_000

function split(url: string): { readonly path: string; readonly params: readonly NameValue[] } {
  const [path = '', query = ''] = url.split('?')
  const params = query.split('&').flatMap((pair): NameValue[] => {
    const [name = '', value = ''] = pair.split('=')
    return pair === '' ? [] : [[decodeURIComponent(name), decodeURIComponent(value)]]
  })
  return { path: decodeURIComponent(path), params }
}

function verify(recorded: Recorded) {
  const parsed = parseAuthorization(recorded.headers.authorization ?? '')
  if (!parsed.ok) throw new Error(parsed.message)
  const { path, params } = split(recorded.url)
  const { method, headers } = recorded
  const request = {
    method,
    path,
    params,
    header: (name: string) => headers[name],
    hosts: [headers.host ?? ''],
  }
  const verified = verifySignature({ fields: parsed.fields, secretKey: SECRET_KEY, request }, nodeSha1)
  return { ...parsed.fields, ...verified }
}

async function withClient<T>(
  options: CosClientOptions,
  use: (cos: CosClient) => Promise<T>,
): Promise<Recorded> {
  const cos = clientOf(server, options)
  await use(cos)
  await cos.close()
  const request = server.requests.at(-1)
  if (!request) throw new Error('Nothing was sent.')
  return request
}

describe('the signature of a request', () => {
  it('covers host, content, range, conditions and every x-cos- header, for sixteen minutes', async () => {
    const recorded = await withClient({ Token: 'tok/en+=' }, (cos) =>
      cos.putObject({
        Bucket: BUCKET,
        Key: 'dir/文件 a+b(c).txt',
        Body: 'hello',
        EnableMD5: true,
        ContentType: 'text/plain',
        CacheControl: 'no-cache',
        Metadata: { author: "A B/C~'(x)*! ü" },
      }),
    )
    const { ok, headerList, secretId, keyTime, signTime } = verify(recorded)
    expect(ok).toBe(true)
    expect(secretId).toBe(SECRET_ID)
    expect(headerList).toEqual([
      'content-length',
      'content-md5',
      'content-type',
      'host',
      'x-cos-meta-author',
      'x-cos-security-token',
    ])
    expect(keyTime).toMatchObject({ start: NOW_S - 60, end: NOW_S + 900 })
    expect(signTime.text).toBe(keyTime.text)
    expect(recorded.headers['content-md5']).toBe('XUFAKrxLKna5cZ2REBfFkg==')
  })

  it('covers ranges, conditions and all parameters', async () => {
    const recorded = await withClient({}, async (cos) => {
      const got = await cos.getObject({
        Bucket: BUCKET,
        Key: 'k',
        Range: 'bytes=0-3',
        IfMatch: '"e"',
        ResponseContentType: 'text/plain; charset=utf-8',
        VersionId: 'a+/=',
      })
      got.Body.cancel()
    })
    const { ok, headerList, paramList } = verify(recorded)
    expect(ok).toBe(true)
    expect(headerList).toEqual(['host', 'if-match', 'range'])
    expect(paramList).toEqual(['response-content-type', 'versionid'])
  })

  it('covers parameters without a value', async () => {
    const recorded = await withClient({}, (cos) =>
      cos.putBucketVersioning({ Bucket: BUCKET, Status: 'Suspended' }),
    )
    expect(verify(recorded)).toMatchObject({ ok: true, paramList: ['versioning'] })
  })

  it('holds for names under localhost, which lead to this machine', async () => {
    const options = { Endpoint: `cos.localhost:${server.port}` }
    const recorded = await withClient(options, (cos) => cos.headObject({ Bucket: BUCKET, Key: 'k' }))
    expect(recorded.url).toBe('/k')
    expect(recorded.headers.host).toBe(`${BUCKET}.cos.localhost:${server.port}`)
    expect(verify(recorded).ok).toBe(true)
  })

  it('is left out by an anonymous client', async () => {
    const options = { SecretId: undefined, SecretKey: undefined }
    const recorded = await withClient(options, (cos) => cos.headObject({ Bucket: BUCKET, Key: 'k' }))
    expect(recorded.headers.authorization).toBeUndefined()
  })
})

describe('a presigned URL', () => {
  const time = fakeTime(1_700_000_060_000)
  const cos = new CosClient(
    { Region: 'ap-guangzhou', SecretId: SECRET_ID, SecretKey: SECRET_KEY, Token: 'tok/en+=' },
    time.platform,
  )

  it('has the known answer for a known request', () => {
    const url = cos.getPresignedUrl({
      Method: 'GET',
      Bucket: BUCKET,
      Key: 'dir/a b.txt',
      Expired: 3540,
      Params: { 'response-content-type': 'text/plain; charset=utf-8' },
    })
    // Worked example 5: key time 1700000000;1700003600, parameters and token signed.
    expect(url).toContain('q-key-time=1700000000%3B1700003600')
    expect(url).toContain('q-signature=e69f494334ecee35c18aa2e6aa892d08df766ed8')
    expect(
      url.startsWith(`https://${BUCKET}.cos.ap-guangzhou.myqcloud.com/dir/a%20b.txt?response-content-type=`),
    ).toBe(true)
    expect(url).toContain('x-cos-security-token=tok%2Fen%2B%3D')
    expect(url).not.toContain(SECRET_KEY)
  })

  it('verifies as whoever holds it sends it, for every method', () => {
    for (const Method of ['GET', 'PUT', 'HEAD', 'DELETE'] as const) {
      const url = new URL(
        cos.getPresignedUrl({ Method, Bucket: BUCKET, Key: '文 +', Headers: { 'Content-Type': 'a/b' } }),
      )
      const { path, params } = split(url.pathname + url.search)
      const parsed = parseQuerySignature(params)
      if (!parsed?.ok) throw new Error('no signature')
      const request = { method: Method, path, params, header: () => 'a/b', hosts: [url.host] }
      expect(verifySignature({ fields: parsed.fields, secretKey: SECRET_KEY, request }, nodeSha1)).toEqual({
        ok: true,
      })
      expect(parsed.fields.headerList).toEqual(['content-type', 'host'])
      expect(parsed.fields.keyTime.end).toBe(NOW_S + 60 + 300)
    }
  })

  it('leaves the host unsigned on demand', () => {
    const url = cos.getPresignedDownloadUrl({ Bucket: BUCKET, Key: 'k', SignHost: false })
    expect(url).toContain('q-header-list=&')
  })

  it('of an anonymous client is the bare address', () => {
    const anonymous = new CosClient({ Endpoint: 'localhost:9000' })
    const input = { Bucket: BUCKET, Key: 'a b' }
    expect(anonymous.getPresignedDownloadUrl(input)).toBe(`https://localhost:9000/${BUCKET}/a%20b`)
    expect(anonymous.getPresignedDownloadUrl({ ...input, Params: { a: 'b c' } })).toMatch(/\?a=b%20c$/)
  })

  it('is refused for input that can not be meant', () => {
    const input = { Method: 'GET', Bucket: BUCKET, Key: 'k' } as const
    for (const wrong of [
      { Key: '' },
      { Expired: 0 },
      { Expired: 1.5 },
      { Method: 'FETCH' as 'GET' },
      { Bucket: '' },
    ]) {
      expect(() => cos.getPresignedUrl({ ...input, ...wrong })).toThrow(
        expect.objectContaining({ kind: 'validation' }),
      )
    }
    expect(() => cos.getPresignedUrl({ ...input, Headers: { a: 'b\r\n' } })).toThrow(/line break/)
  })
})
