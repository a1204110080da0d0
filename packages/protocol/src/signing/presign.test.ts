import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { hostVariants, type NameValue, parseQuerySignature, type Sha1, verifySignature } from './cos.js'
import { type PresignInput, presign } from './presign.js'

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}
const HOST = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
const download: PresignInput = {
  secretId: 'AKIDEXAMPLE0123456789abcdefghijklmn',
  secretKey: 'SecretKeyExample0123456789abcdef',
  keyTime: { start: 1700000000, end: 1700003600 },
  method: 'GET',
  path: '/dir/a b.txt',
  host: HOST,
}

const paramsOf = (query: string): NameValue[] => [...new URLSearchParams(query)]

function accepts(query: string, headers: Readonly<Record<string, string>> = {}, host = HOST): boolean {
  const params = paramsOf(query)
  const parsed = parseQuerySignature(params)
  if (!parsed?.ok) return false
  const { method, path, secretKey } = download
  const request = { method, path, params, header: (name: string) => headers[name], hosts: hostVariants(host) }
  return verifySignature({ fields: parsed.fields, secretKey, request }, sha1).ok
}

describe('a presigned URL', () => {
  it('has the known query', () => {
    const query = presign(
      {
        ...download,
        securityToken: 'tok/en+=',
        params: [['response-content-type', 'text/plain; charset=utf-8']],
      },
      sha1,
    )
    expect(query.split('&')).toEqual([
      'response-content-type=text%2Fplain%3B%20charset%3Dutf-8',
      'x-cos-security-token=tok%2Fen%2B%3D',
      'q-sign-algorithm=sha1',
      'q-ak=AKIDEXAMPLE0123456789abcdefghijklmn',
      'q-sign-time=1700000000%3B1700003600',
      'q-key-time=1700000000%3B1700003600',
      'q-header-list=host',
      'q-url-param-list=response-content-type%3Bx-cos-security-token',
      'q-signature=e69f494334ecee35c18aa2e6aa892d08df766ed8',
    ])
    expect(accepts(query)).toBe(true)
  })

  it('is accepted with parameters and tokens of any characters', () => {
    const params: NameValue[] = [
      ['response-content-disposition', `attachment; filename*=UTF-8''文件 (1)+.txt`],
      ['a/b;c', '&=%'],
    ]
    expect(accepts(presign({ ...download, params, securityToken: 'a+b/c==' }, sha1))).toBe(true)
  })

  it('binds the host', () => {
    const query = presign(download, sha1)
    expect(accepts(query)).toBe(true)
    expect(accepts(query, {}, 'other.example')).toBe(false)
  })

  it('works on any host when told to leave it out', () => {
    const query = presign({ ...download, host: undefined }, sha1)
    expect(paramsOf(query)).toContainEqual(['q-header-list', ''])
    expect(accepts(query, {}, 'other.example')).toBe(true)
  })

  it('binds extra headers', () => {
    const query = presign({ ...download, headers: [['Content-MD5', 'XrY7u+Ae7tCTyyK7j1rNww==']] }, sha1)
    expect(accepts(query, { 'content-md5': 'XrY7u+Ae7tCTyyK7j1rNww==' })).toBe(true)
    expect(accepts(query, { 'content-md5': 'other' })).toBe(false)
    expect(accepts(query)).toBe(false)
  })

  it('is refused when one of its parameters is changed or left out', () => {
    const query = presign({ ...download, securityToken: 'token', params: [['versionId', 'a']] }, sha1)
    expect(accepts(query.replace('versionId=a', 'versionId=b'))).toBe(false)
    expect(accepts(query.replace('versionId=a&', ''))).toBe(false)
    expect(accepts(query.replace('=token', '=other'))).toBe(false)
    expect(accepts(query.replace('1700003600', '1800003600'))).toBe(false)
  })
})
