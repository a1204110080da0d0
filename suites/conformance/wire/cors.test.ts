// What pages of other origins are told: preflights, and headers on replies of every kind.
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { RawRequest, Reply } from '../raw.js'
import { wireStation } from './station.js'

const at = wireStation()

const BUCKET = 'cors-1250000000'
const VARIED = 'varied-1250000000'
const PLAIN = 'plain-1250000000'
const PAGE = 'https://example.com'
const told = ({ status, code }: Reply) => (code === '' ? String(status) : `${status} ${code}`)

const CONFIGURATION = `<CORSConfiguration>
  <CORSRule>
    <ID>page</ID>
    <AllowedOrigin>${PAGE}</AllowedOrigin><AllowedOrigin>http://*.example.org:8080</AllowedOrigin>
    <AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>
    <AllowedHeader>Content-Type</AllowedHeader><AllowedHeader>x-cos-*</AllowedHeader>
    <ExposeHeader>ETag</ExposeHeader><ExposeHeader>x-cos-request-id</ExposeHeader>
    <MaxAgeSeconds>600</MaxAgeSeconds>
  </CORSRule>
  <CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>POST</AllowedMethod></CORSRule>
</CORSConfiguration>`
const configure = (bucket: string, body: string) =>
  at.signed({ method: 'PUT', target: `/${bucket}?cors`, body })

beforeAll(async () => {
  for (const bucket of [BUCKET, VARIED, PLAIN]) {
    await at.createBucket(bucket)
    await at.signed({ method: 'PUT', target: `/${bucket}/k`, body: 'content' })
  }
  await configure(BUCKET, CONFIGURATION)
  await configure(
    VARIED,
    CONFIGURATION.replace('</CORSConfiguration>', '<ResponseVary>true</ResponseVary></CORSConfiguration>'),
  )
})

/** The names of the reply's headers for browsers, and their values. */
function shown({ headers }: Reply): Record<string, unknown> {
  const names = Object.keys(headers).filter((name) => name.startsWith('access-control-') || name === 'vary')
  return Object.fromEntries(names.map((name) => [name.replace('access-control-', ''), headers[name]]))
}

const ALLOWED = {
  'allow-origin': PAGE,
  'allow-credentials': 'true',
  'allow-methods': 'GET,PUT,HEAD',
  'expose-headers': 'ETag,x-cos-request-id',
  'max-age': '600',
}

describe('a preflight', () => {
  const ask = (target: string, headers: Readonly<Record<string, string>>, more: Partial<RawRequest> = {}) =>
    at.anonymous({ method: 'OPTIONS', target, headers: { origin: PAGE, ...headers }, ...more })
  const PUT = { 'access-control-request-method': 'PUT' }
  const asked = (names: string) => ({ ...PUT, 'access-control-request-headers': names })

  it('is answered with what the rule allows', async () => {
    const reply = await ask(`/${BUCKET}/k`, asked('content-type, X-Cos-Acl,,'))
    expect([told(reply), reply.text, reply.headers['content-length']]).toEqual(['200', '', '0'])
    expect(shown(reply)).toEqual({ ...ALLOWED, 'allow-headers': 'content-type,X-Cos-Acl' })
    expect(shown(await ask(`/${BUCKET}/k`, PUT))).toEqual({
      ...ALLOWED,
      'allow-headers': 'Content-Type,x-cos-*',
    })
  })

  it('may be about any resource of the bucket', async () => {
    for (const target of [
      `/${BUCKET}`,
      `/${BUCKET}/`,
      `/${BUCKET}/none`,
      `/${BUCKET}/k?acl`,
      `/${BUCKET}?uploads`,
      `/${BUCKET}/k?partNumber=1&uploadId=u`,
      `/${BUCKET}/k?live`,
      `/${BUCKET}/${encodeURIComponent('中')}?versionId=x`,
    ])
      expect(told(await ask(target, PUT))).toBe('200')
  })

  it('may be about a URL that is signed for another method, well or badly', async () => {
    const query = 'q-sign-algorithm=sha1&q-ak=x&q-sign-time=1;2&q-key-time=1;2&q-signature=x'
    expect(told(await ask(`/${BUCKET}/k?${query}`, PUT))).toBe('200')
    expect(told(await ask(`/${BUCKET}/k`, { ...PUT, authorization: 'nonsense' }))).toBe('200')
  })

  it('is answered under host names of the bucket too', async () => {
    for (const host of [`${BUCKET}.localhost`, `${BUCKET}.cos.ap-guangzhou.myqcloud.com`]) {
      expect(shown(await ask('/k', { ...PUT, host }))).toMatchObject(ALLOWED)
      expect(shown(await ask('/', { ...PUT, host }))).toMatchObject(ALLOWED)
    }
  })

  const FORBIDDEN: readonly (readonly [name: string, target: string, headers: Record<string, string>])[] = [
    ['a method that no rule has', `/${BUCKET}/k`, { 'access-control-request-method': 'DELETE' }],
    ['a method that rules can not have', `/${BUCKET}/k`, { 'access-control-request-method': 'PATCH' }],
    ['a header that the rule lacks', `/${BUCKET}/k`, asked('content-type,range')],
    ['an origin that the rule lacks', `/${BUCKET}/k`, { ...PUT, origin: 'https://example.com:8443' }],
    [
      'an origin that ends like one of the rule',
      `/${BUCKET}/k`,
      { ...PUT, origin: 'https://evil-example.com' },
    ],
    ['the origin null', `/${BUCKET}/k`, { ...PUT, origin: 'null' }],
    ['a bucket without rules', `/${PLAIN}/k`, PUT],
  ]
  it.each(FORBIDDEN)('is refused for %s', async (_name, target, headers) => {
    const reply = await ask(target, headers)
    expect(told(reply)).toBe('403 AccessForbidden')
    expect(shown(reply)).toEqual({})
  })

  it('takes wildcards for what stands in their place', async () => {
    for (const origin of ['http://a.example.org:8080', 'http://a.b.example.org:8080'])
      expect(shown(await ask(`/${BUCKET}/k`, { ...PUT, origin }))['allow-origin']).toBe(origin)
    for (const origin of ['http://example.org:8080', 'http://a.example.org', 'https://a.example.org:8080'])
      expect(told(await ask(`/${BUCKET}/k`, { ...PUT, origin }))).toBe('403 AccessForbidden')
  })

  it('is told * without credentials where any origin may come', async () => {
    const reply = await ask(`/${BUCKET}/k`, { origin: 'null', 'access-control-request-method': 'POST' })
    expect(shown(reply)).toEqual({ 'allow-origin': '*', 'allow-methods': 'POST' })
  })

  it('is told to vary where replies do', async () => {
    expect(shown(await ask(`/${VARIED}/k`, PUT)).vary).toBe('Origin')
  })

  it('needs an origin, a method and a bucket', async () => {
    expect(told(await at.anonymous({ method: 'OPTIONS', target: `/${BUCKET}/k`, headers: PUT }))).toBe(
      '400 InvalidArgument',
    )
    expect(told(await ask(`/${BUCKET}/k`, {}))).toBe('400 InvalidArgument')
    expect(told(await ask('/none-1250000000/k', PUT))).toBe('404 NoSuchBucket')
    expect(told(await ask('/', PUT))).toBe('405 MethodNotAllowed')
  })

  it('may not ask for headers without end', async () => {
    const many = (count: number) => asked(Array.from({ length: count }, (_, n) => `x-cos-${n}`).join(','))
    expect(told(await ask(`/${BUCKET}/k`, many(100)))).toBe('200')
    expect(told(await ask(`/${BUCKET}/k`, many(101)))).toBe('400 InvalidArgument')
  })
})

describe('a reply to a page of another origin', () => {
  const KINDS: readonly (readonly [name: string, status: string, request: RawRequest])[] = [
    ['a get', '200', { target: `/${BUCKET}/k` }],
    ['a head', '200', { method: 'HEAD', target: `/${BUCKET}/k` }],
    ['a range', '206', { target: `/${BUCKET}/k`, headers: { range: 'bytes=0-1' } }],
    ['a put', '200', { method: 'PUT', target: `/${BUCKET}/k`, body: 'content' }],
    ['a list', '200', { target: `/${BUCKET}` }],
    ['a setting', '200', { target: `/${BUCKET}?cors` }],
    ['a 304', '304', { target: `/${BUCKET}/k`, headers: { 'if-none-match': '*' } }],
    ['a 400', '400 InvalidArgument', { target: `/${BUCKET}?max-keys=x` }],
    ['a 404', '404 NoSuchKey', { target: `/${BUCKET}/none` }],
    ['a 404 without a document', '404', { method: 'HEAD', target: `/${BUCKET}/none` }],
    ['a 412', '412 PreconditionFailed', { target: `/${BUCKET}/k`, headers: { 'if-match': '"x"' } }],
    ['a 416', '416 InvalidRange', { target: `/${BUCKET}/k`, headers: { range: 'bytes=99-' } }],
    ['a 501', '501 NotImplemented', { target: `/${BUCKET}?live` }],
  ]
  it.each(KINDS)('carries its headers: %s', async (_name, status, request) => {
    const reply = await at.signed({ ...request, headers: { ...request.headers, origin: PAGE } })
    expect([told(reply), shown(reply)]).toEqual([status, ALLOWED])
  })

  it('carries them when the signature is bad or missing too', async () => {
    const target = `/${BUCKET}/k`
    const sign = { secretKey: 'wrong' }
    const forged = await at.signed({ target, headers: { origin: PAGE }, sign })
    expect([told(forged), shown(forged)]).toEqual(['403 SignatureDoesNotMatch', ALLOWED])
    const expired = await at.signed({ target, headers: { origin: PAGE }, sign: { start: 1, end: 2 } })
    expect([told(expired), shown(expired)]).toEqual(['403 AccessDenied', ALLOWED])
    const anonymous = await at.anonymous({ target, headers: { origin: PAGE } })
    expect([told(anonymous), shown(anonymous)]).toEqual(['403 AccessDenied', ALLOWED])
  })

  it('carries none without a rule for its origin and method', async () => {
    const get = async (target: string, origin: string) =>
      shown(await at.signed({ target, headers: { origin } }))
    expect(await get(`/${BUCKET}/k`, 'https://other.org')).toEqual({})
    expect(await get(`/${PLAIN}/k`, PAGE)).toEqual({})
    expect(await get('/', PAGE)).toEqual({})
    expect(await get('/none-1250000000/k', PAGE)).toEqual({})
    const deleted = await at.signed({
      method: 'DELETE',
      target: `/${BUCKET}/none`,
      headers: { origin: PAGE },
    })
    expect([told(deleted), shown(deleted)]).toEqual(['204', {}])
    const written = await at.signed({
      method: 'POST',
      target: `/${BUCKET}?delete`,
      headers: { origin: PAGE },
    })
    expect(shown(written)).toEqual({ 'allow-origin': '*', 'allow-methods': 'POST' })
  })

  it('does not ask for the headers that the request already has', async () => {
    const headers = { origin: PAGE, 'access-control-request-headers': 'x-other', range: 'bytes=0-0' }
    expect(shown(await at.signed({ target: `/${BUCKET}/k`, headers }))).toEqual(ALLOWED)
  })

  it('follows the rules as they change', async () => {
    const bucket = 'changing-1250000000'
    await at.createBucket(bucket)
    const origin = async () =>
      shown(await at.signed({ target: `/${bucket}`, headers: { origin: PAGE } }))['allow-origin']
    expect(await origin()).toBeUndefined()
    await configure(bucket, CONFIGURATION)
    expect(await origin()).toBe(PAGE)
    await configure(bucket, CONFIGURATION.replace(PAGE, '*'))
    expect(await origin()).toBe('*')
    await at.signed({ method: 'DELETE', target: `/${bucket}?cors` })
    expect(await origin()).toBeUndefined()
    await configure(bucket, CONFIGURATION)
    await at.signed({ method: 'DELETE', target: `/${bucket}` })
    await at.createBucket(bucket)
    expect(await origin()).toBeUndefined()
  })
})

describe('a reply that varies by origin', () => {
  it('says so whatever the origin, and without one, as caches keep those replies too', async () => {
    const target = `/${VARIED}/k`
    expect(shown(await at.signed({ target, headers: { origin: PAGE } }))).toEqual({
      ...ALLOWED,
      vary: 'Origin',
    })
    expect(shown(await at.signed({ target, headers: { origin: 'http://other' } }))).toEqual({
      vary: 'Origin',
    })
    expect(shown(await at.signed({ target }))).toEqual({ vary: 'Origin' })
    expect(shown(await at.signed({ target: `/${VARIED}/none` }))).toEqual({ vary: 'Origin' })
    expect(shown(await at.anonymous({ target }))).toEqual({ vary: 'Origin' })
  })

  it('stops saying so when the rules go', async () => {
    const bucket = 'unvaried-1250000000'
    await at.createBucket(bucket)
    const vary = async () => shown(await at.signed({ target: `/${bucket}` })).vary
    const varied = CONFIGURATION.replace('<CORSRule>', '<ResponseVary>true</ResponseVary><CORSRule>')
    expect(await vary()).toBeUndefined()
    await configure(bucket, varied)
    expect(await vary()).toBe('Origin')
    await at.signed({ method: 'DELETE', target: `/${bucket}?cors` })
    expect(await vary()).toBeUndefined()
  })

  it('is never one where the rules do not say so', async () => {
    expect(shown(await at.signed({ target: `/${BUCKET}/k` }))).toEqual({})
    expect(shown(await at.signed({ target: `/${PLAIN}/k` }))).toEqual({})
  })
})

it('costs a read only where there is an origin', async () => {
  const read = vi.spyOn(at.server.store.metadata, 'read')
  const reads = async (target: string, headers: Record<string, string> = {}) => {
    await at.signed({ target, headers })
    read.mockClear()
    await at.signed({ target, headers })
    return read.mock.calls.length
  }
  for (const bucket of [PLAIN, BUCKET, VARIED]) {
    expect(await reads(`/${bucket}/k`)).toBe(1)
    expect(await reads(`/${bucket}/k`, { origin: PAGE })).toBe(2)
  }
  read.mockRestore()
})

describe('rules', () => {
  it('are told as they were put, in the order of COS', async () => {
    const { text } = await at.signed({ target: `/${BUCKET}?cors` })
    const stripped = CONFIGURATION.replaceAll(/>\s+</g, '><')
    expect(text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?>${stripped.replace('</CORSConfiguration>', '')}` +
        '<ResponseVary>false</ResponseVary></CORSConfiguration>',
    )
  })

  it('may take 64 KiB and no more', async () => {
    const bucket = 'large-1250000000'
    await at.createBucket(bucket)
    const open = '<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>'
    const close = '</AllowedOrigin></CORSRule></CORSConfiguration>'
    const sized = (bytes: number) => `${open}${'a'.repeat(bytes - open.length - close.length)}${close}`
    expect(told(await configure(bucket, sized(64 * 1024)))).toBe('200')
    expect(told(await configure(bucket, sized(64 * 1024 + 1)))).toBe('400 XMLSizeLimit')
    expect(told(await configure(bucket, ''))).toBe('400 MissingRequestBodyError')
    expect((await at.signed({ target: `/${bucket}?cors` })).status).toBe(200)
  })
})
