import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parseAuthorization } from './authorization.js'
import {
  authorization,
  type NameValue,
  type RequestToSign,
  type Sha1,
  signature,
  signKey,
  stringToSign,
} from './sign.js'
import {
  equalConstantTime,
  hostVariants,
  type RequestToVerify,
  type Verification,
  verifySignature,
} from './verify.js'

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}
const secretId = 'AKIDEXAMPLE0123456789abcdefghijklmn'
const secretKey = 'SecretKeyExample0123456789abcdef'
const keyTime = { start: 1700000000, end: 1700003600 }
const KEY_TIME = '1700000000;1700003600'
const HOST = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
const host: NameValue = ['host', HOST]
const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

function sign(request: RequestToSign): string {
  return authorization({ secretId, secretKey, keyTime, ...request }, sha1).text
}

/** The request as a server receives it; `change` puts something else in its place. */
function received(request: RequestToSign, change: Partial<RequestToVerify> = {}): RequestToVerify {
  const headers = new Map(request.headers.map(([name, value]) => [name.toLowerCase(), latin1(value)]))
  const { method, path, params } = request
  return {
    method,
    path,
    params,
    header: (name) => headers.get(name),
    hosts: hostVariants(headers.get('host') ?? ''),
    ...change,
  }
}

function verify(text: string, request: RequestToVerify, key = secretKey): Verification {
  const parsed = parseAuthorization(text)
  if (!parsed.ok) throw new Error(parsed.message)
  return verifySignature({ fields: parsed.fields, secretKey: key, request }, sha1)
}

/** A signature over lines that a client arranged in its own way. */
function signedByHand(lines: {
  params?: string
  headers?: string
  paramList?: string
  headerList?: string
}): string {
  const text = `get\n/k\n${lines.params ?? ''}\n${lines.headers ?? ''}\n`
  const made = signature(signKey(secretKey, KEY_TIME, sha1), stringToSign(KEY_TIME, text, sha1), sha1)
  const lists = `q-header-list=${lines.headerList ?? ''}&q-url-param-list=${lines.paramList ?? ''}`
  return `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${KEY_TIME}&q-key-time=${KEY_TIME}&${lists}&q-signature=${made}`
}

describe('verifying', () => {
  const request: RequestToSign = { method: 'GET', path: '/k', params: [], headers: [host] }

  it('shows on failure what the server would have signed', () => {
    const result = verify(sign(request), received(request, { path: '/other' }))
    const formatString = `get\n/other\n\nhost=${HOST}\n`
    expect(result).toEqual({
      ok: false,
      formatString,
      stringToSign: stringToSign(KEY_TIME, formatString, sha1),
    })
  })

  it('refuses another secret key', () => {
    expect(verify(sign(request), received(request), 'another')).toMatchObject({ ok: false })
  })

  it('lets parameters and headers that are not listed be anything', () => {
    const params: NameValue[] = [
      ['versionId', 'x'],
      ['q-ak', secretId],
      ['x-cos-security-token', 'token'],
    ]
    expect(verify(sign(request), received(request, { params }))).toEqual({ ok: true })
  })

  it('counts a listed name that is absent as empty', () => {
    const text = signedByHand({ params: 'acl=', headers: 'range=', paramList: 'acl', headerList: 'range' })
    expect(verify(text, received({ ...request, headers: [] }))).toEqual({ ok: true })
  })

  it('never takes a q-* parameter as signed, even a listed one', () => {
    const text = signedByHand({ params: 'acl=', paramList: 'acl;q-ak' })
    expect(verify(text, received({ ...request, params: [['q-ak', 'x']] }))).toEqual({ ok: true })
  })

  it('takes the token as signed when it is listed', () => {
    const token = { ...request, params: [['x-cos-security-token', 'tok/en+=']] as const }
    expect(verify(sign(token), received(token))).toEqual({ ok: true })
    const other = received(token, { params: [['x-cos-security-token', 'other']] })
    expect(verify(sign(token), other)).toMatchObject({ ok: false })
  })

  it('finds listed names whatever their case in the list, the query or the header', () => {
    const mixed: RequestToSign = { ...request, params: [['uploadId', 'A']], headers: [['X-Cos-Acl', 'B']] }
    const text = sign(mixed).replace('uploadid', 'uploadId').replace('x-cos-acl', 'X-Cos-Acl')
    expect(verify(text, received(mixed))).toEqual({ ok: true })
  })

  it('accepts lists in any order over sorted lines', () => {
    const text = signedByHand({ params: 'a=1&b=2', paramList: 'b;a', headers: 'x=&y=', headerList: 'y;x' })
    expect(
      verify(
        text,
        received({
          ...request,
          params: [
            ['b', '2'],
            ['a', '1'],
          ],
        }),
      ),
    ).toEqual({ ok: true })
  })

  it("accepts lines in the client's own order", () => {
    const text = signedByHand({ params: 'b=2&a=1', paramList: 'b;a', headers: 'y=&x=', headerList: 'y;x' })
    expect(
      verify(
        text,
        received({
          ...request,
          params: [
            ['a', '1'],
            ['b', '2'],
          ],
        }),
      ),
    ).toEqual({ ok: true })
  })

  it('accepts lines sorted by plain names under a list sorted by encoded names', () => {
    // Plain, `a` stands before `中`; encoded, the percent sign comes first.
    const text = signedByHand({ params: 'a=1&%e4%b8%ad=2', paramList: '%e4%b8%ad;a' })
    expect(
      verify(
        text,
        received({
          ...request,
          params: [
            ['中', '2'],
            ['a', '1'],
          ],
        }),
      ),
    ).toEqual({ ok: true })
  })

  it('accepts a name listed once or for each value, and takes all its values', () => {
    const params: NameValue[] = [
      ['k', '2'],
      ['k', '1'],
    ]
    for (const paramList of ['k', 'k;k']) {
      const text = signedByHand({ params: 'k=1&k=2', paramList })
      expect(verify(text, received({ ...request, params }))).toEqual({ ok: true })
    }
  })

  it('refuses a second value smuggled in beside a signed one, in any case', () => {
    const signed: RequestToSign = { ...request, params: [['versionId', 'a']] }
    for (const name of ['versionId', 'VERSIONID']) {
      for (const params of [
        [...signed.params, [name, 'b']],
        [[name, 'b'], ...signed.params],
      ] as NameValue[][]) {
        expect(verify(sign(signed), received(signed, { params }))).toMatchObject({ ok: false })
      }
    }
  })

  it('reads header values as the bytes the client sent', () => {
    const named: RequestToSign = { ...request, headers: [['x-cos-meta-name', '文件']] }
    expect(verify(sign(named), received(named))).toEqual({ ok: true })
  })

  it('uses the sign time for the text and the key time for the key', () => {
    const signTime = '1700000100;1700000200'
    const text = `get\n/k\n\n\n`
    const made = signature(signKey(secretKey, KEY_TIME, sha1), stringToSign(signTime, text, sha1), sha1)
    const header = signedByHand({}).replace(`q-sign-time=${KEY_TIME}`, `q-sign-time=${signTime}`)
    expect(verify(header.replace(/q-signature=.*/, `q-signature=${made}`), received(request))).toEqual({
      ok: true,
    })
  })
})

describe('the signed host', () => {
  const request = (signed: string): RequestToSign => ({
    method: 'GET',
    path: '/k',
    params: [],
    headers: [['host', signed]],
  })

  it('may lack the port that the Host header has', () => {
    const hosts = hostVariants('localhost:9000')
    expect(verify(sign(request('localhost')), received(request(''), { hosts }))).toEqual({ ok: true })
    expect(verify(sign(request('localhost:9000')), received(request(''), { hosts }))).toEqual({ ok: true })
    expect(verify(sign(request('localhost:9001')), received(request(''), { hosts }))).toMatchObject({
      ok: false,
    })
  })

  it('may have the port of the server that the Host header lacks', () => {
    const hosts = hostVariants('localhost', 9000)
    expect(verify(sign(request('localhost:9000')), received(request(''), { hosts }))).toEqual({ ok: true })
    expect(verify(sign(request('localhost')), received(request(''), { hosts }))).toEqual({ ok: true })
  })

  it('is never another host', () => {
    expect(verify(sign(request(HOST)), received(request('other.example')))).toMatchObject({ ok: false })
  })

  it('has its port removed from an IPv6 address too', () => {
    expect(hostVariants('[::1]:80')).toEqual(['[::1]:80', '[::1]'])
    expect(hostVariants('[::1]', 80)).toEqual(['[::1]', '[::1]:80'])
    expect(hostVariants('localhost')).toEqual(['localhost'])
  })
})

describe('comparing in constant time', () => {
  it('tells equal texts from others', () => {
    expect(equalConstantTime('abc', 'abc')).toBe(true)
    expect(equalConstantTime('', '')).toBe(true)
    expect(equalConstantTime('abc', 'abd')).toBe(false)
    expect(equalConstantTime('abc', 'abcd')).toBe(false)
  })
})
