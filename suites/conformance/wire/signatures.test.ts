// Signatures: their window of time, their keys, their forms.
import { describe, expect, it } from 'vitest'
import { type Reply, signature } from '../raw.js'
import { BUCKET, wireStation } from './station.js'

const PERMANENT = { secretId: 'AKIDpermanent', secretKey: 'a permanent secret' }
const TEMPORARY = { secretId: 'AKIDtemporary', secretKey: 'a temporary secret', token: 'tok/en+=&;' }
const at = wireStation({ credentials: [PERMANENT, TEMPORARY] })

const now = () => Math.floor(Date.now() / 1000)
const told = ({ status, code }: Reply) => (code === '' ? String(status) : `${status} ${code}`)
const LIST = `/${BUCKET}?prefix=none`

/** Sends `authorization` as it is. */
const withHeader = (authorization: string, headers: Record<string, string> = {}) =>
  at.anonymous({ target: LIST, headers: { authorization, ...headers } })

describe('the window', () => {
  it.each([
    ['open', -60, 60, '200'],
    ['open from a future that is near', 600, 1200, '200'],
    ['past', -120, -60, '403 AccessDenied'],
    ['in a future that is not', 16 * 60, 7200, '403 RequestTimeTooSkewed'],
  ])('is %s', async (_name, from, to, expected) => {
    const reply = await at.signed({ target: LIST, sign: { start: now() + from, end: now() + to } })
    expect(told(reply)).toBe(expected)
    if (reply.status === 200) return
    expect(reply.element('ServerTime')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(Math.abs(Date.parse(reply.element('ServerTime') ?? '') - Date.now())).toBeLessThan(60_000)
    if (reply.code === 'AccessDenied') expect(reply.element('Message')).toBe('Request has expired')
  })

  it('has to be open in both of its forms', async () => {
    const good = signature(PERMANENT, 'GET', LIST)
    const past = `${now() - 120};${now() - 60}`
    for (const field of ['q-sign-time', 'q-key-time']) {
      const reply = await withHeader(good.replace(new RegExp(`${field}=[^&]*`), `${field}=${past}`))
      expect(told(reply)).toBe('403 AccessDenied')
    }
  })
})

describe('keys', () => {
  it('that are not known', async () => {
    const reply = await at.signed({ target: LIST, sign: { secretId: 'AKIDunknown' } })
    expect(told(reply)).toBe('403 InvalidAccessKeyId')
    expect(reply.element('Message')).toBe('The Access Key Id you provided does not exist in our records')
  })

  it('with another secret', async () => {
    expect(told(await at.signed({ target: LIST, sign: { secretKey: 'other' } }))).toBe(
      '403 SignatureDoesNotMatch',
    )
  })

  it('that are temporary need their token', async () => {
    const request = (token?: string) =>
      at.signed({
        target: LIST,
        sign: TEMPORARY,
        headers: token === undefined ? {} : { 'x-cos-security-token': token },
      })
    expect(told(await request(TEMPORARY.token))).toBe('200')
    expect(told(await request())).toBe('403 AccessDenied')
    expect(told(await request('another'))).toBe('403 AccessDenied')
    expect(told(await request(`${TEMPORARY.token}x`))).toBe('403 AccessDenied')
  })

  it('that are temporary take their token in the query, signed or not', async () => {
    const token = encodeURIComponent(TEMPORARY.token)
    const signed = `${LIST}&x-cos-security-token=${token}`
    expect(told(await at.signed({ target: signed, sign: TEMPORARY }))).toBe('200')
    const query = signature(TEMPORARY, 'GET', LIST, { signed: {} })
    const unsigned = `${LIST}&${encodeFields(query)}&x-cos-security-token=${token}`
    expect(told(await at.anonymous({ target: unsigned }))).toBe('200')
  })

  it('that are permanent pass over a token', async () => {
    const headers = { 'x-cos-security-token': 'whatever' }
    expect(told(await at.signed({ target: LIST, headers }))).toBe('200')
  })
})

function encodeFields(authorization: string): string {
  return authorization.replace(/=([^&]*)/g, (_match, value: string) => `=${encodeURIComponent(value)}`)
}

describe('the form', () => {
  const good = (signed: Record<string, string> = {}) => signature(PERMANENT, 'GET', LIST, { signed })

  it('is the header', async () => {
    expect(told(await withHeader(good()))).toBe('200')
    const reversed = good().split('&').reverse().join('&')
    expect(told(await withHeader(reversed))).toBe('200')
  })

  it('is the query, encoded or not', async () => {
    expect(told(await at.anonymous({ target: `${LIST}&${encodeFields(good())}` }))).toBe('200')
    expect(told(await at.anonymous({ target: `${LIST}&${good()}` }))).toBe('200')
    expect(told(await at.anonymous({ target: `/${BUCKET}?${good()}&prefix=none` }))).toBe('200')
  })

  it('is one parameter, sign', async () => {
    expect(told(await at.anonymous({ target: `${LIST}&sign=${encodeURIComponent(good())}` }))).toBe('200')
    const twice = encodeURIComponent(encodeURIComponent(good()))
    expect(told(await at.anonymous({ target: `${LIST}&sign=${twice}` }))).toBe('200')
    expect(told(await at.anonymous({ target: `${LIST}&sign=nonsense` }))).toBe('403 AccessDenied')
  })

  it('covers the host with its port or without', async () => {
    const hosts = [at.server.endpoint, '127.0.0.1']
    for (const host of hosts) expect(told(await withHeader(good({ host })))).toBe('200')
    expect(told(await withHeader(good({ host: 'elsewhere' })))).toBe('403 SignatureDoesNotMatch')
  })

  it('covers headers it names, and they have to be there', async () => {
    const signed = { range: 'bytes=0-1', 'x-cos-meta-a': `A B/C~'(x)*!` }
    expect(told(await withHeader(good(signed), signed))).toBe('200')
    expect(told(await withHeader(good(signed), { ...signed, range: 'bytes=0-2' }))).toBe(
      '403 SignatureDoesNotMatch',
    )
    expect(told(await withHeader(good(signed)))).toBe('403 SignatureDoesNotMatch')
  })

  it('covers parameters it names, and others may be added', async () => {
    const other = await at.anonymous({ target: `${LIST}&max-keys=1`, headers: { authorization: good() } })
    expect(told(other)).toBe('200')
    const changed = await at.anonymous({
      target: `/${BUCKET}?prefix=other`,
      headers: { authorization: good() },
    })
    expect(told(changed)).toBe('403 SignatureDoesNotMatch')
    const smuggled = await at.anonymous({
      target: `/${BUCKET}?prefix=other&prefix=none`,
      headers: { authorization: good() },
    })
    expect(told(smuggled)).toBe('403 SignatureDoesNotMatch')
  })

  it('decodes a plus in the query as a space', async () => {
    const authorization = signature(PERMANENT, 'GET', `/${BUCKET}?prefix=a%20b`)
    const reply = await at.anonymous({ target: `/${BUCKET}?prefix=a+b`, headers: { authorization } })
    expect(reply.element('Prefix')).toBe('a b')
  })

  it('covers the path', async () => {
    const authorization = signature(PERMANENT, 'GET', `/${BUCKET}/a`)
    const reply = await at.anonymous({ target: `/${BUCKET}/b`, headers: { authorization } })
    expect(told(reply)).toBe('403 SignatureDoesNotMatch')
  })

  it.each([
    ['Basic YTpi', '403 AccessDenied'],
    ['q-sign-algorithm=sha1', '403 AccessDenied'],
    ['AWS4-HMAC-SHA256 Credential=x', '403 AccessDenied'],
    ['q-sign-algorithm=sha256&q-ak=a', '403 AccessDenied'],
  ])('is not %s', async (authorization, expected) => {
    expect(told(await withHeader(authorization))).toBe(expected)
  })

  it('uses SHA-1', async () => {
    expect(told(await withHeader(good().replace('algorithm=sha1', 'algorithm=sha256')))).toBe(
      '400 VerifyAlgorithmNotSupported',
    )
  })

  it.each([
    'q-ak',
    'q-sign-time',
    'q-key-time',
    'q-header-list',
    'q-url-param-list',
    'q-signature',
  ])('has %s, once', async (field) => {
    const without = good().replace(new RegExp(`&${field}=[^&]*`), '')
    expect(told(await withHeader(without))).toBe('403 AccessDenied')
    expect(told(await withHeader(`${good()}&${field}=x`))).toBe('403 AccessDenied')
  })

  it('has times in order', async () => {
    const backwards = `${now() + 100};${now() - 100}`
    const reply = await withHeader(good().replace(/-time=[^&]*/g, `-time=${backwards}`))
    expect(told(reply)).toBe('403 AccessDenied')
  })
})

describe('the documented example', () => {
  it('agrees with the signature of these tests', () => {
    const host = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
    const keys = {
      secretId: 'AKIDEXAMPLE0123456789abcdefghijklmn',
      secretKey: 'SecretKeyExample0123456789abcdef',
    }
    const time = { start: 1_700_000_000, end: 1_700_003_600 }
    const target = '/?prefix=a%20b%2F%E4%B8%AD&max-keys=10&delimiter=%2F&encoding-type=url&marker='
    expect(signature(keys, 'GET', target, { ...time, signed: { host } })).toContain(
      'q-signature=25598d2f4a7f210e54bb77eb321764e886a4e7b8',
    )
  })
})
