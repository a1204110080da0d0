import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  authorization,
  httpString,
  type NameValue,
  parseAuthorization,
  type RequestToSign,
  type Sha1,
  type SignatureFields,
  signature,
  signKey,
  verifySignature,
} from './cos.js'

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}
const secretId = 'AKIDEXAMPLE0123456789abcdefghijklmn'
const secretKey = 'SecretKeyExample0123456789abcdef'
const keyTime = { start: 1700000000, end: 1700003600 }
const HOST = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
const host: NameValue = ['host', HOST]
const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

function signatureOf(request: RequestToSign): SignatureFields {
  const parsed = parseAuthorization(authorization({ secretId, secretKey, keyTime, ...request }, sha1).text)
  if (!parsed.ok) throw new Error(parsed.message)
  return parsed.fields
}

/** Whether a server that sees the request `seen` accepts the signature of `signed`. */
function accepts(signed: RequestToSign, seen: RequestToSign = signed): boolean {
  const headers = new Map(seen.headers.map(([name, value]) => [name.toLowerCase(), latin1(value)]))
  const { method, path, params } = seen
  const hosts = [headers.get('host') ?? '']
  const request = { method, path, params, header: (name: string) => headers.get(name), hosts }
  return verifySignature({ fields: signatureOf(signed), secretKey, request }, sha1).ok
}

interface Example extends RequestToSign {
  readonly name: string
  readonly httpParameters: string
  readonly httpHeaders: string
  readonly sha1: string
  readonly signature: string
}

/** Computed with the official Python and Node SDKs, which agree on all of them. */
const EXAMPLES: readonly Example[] = [
  {
    name: 'an upload with headers that need encoding',
    method: 'PUT',
    path: '/dir/文件 a+b(c).txt',
    params: [],
    headers: [
      ['Content-Length', '11'],
      ['Content-MD5', 'XrY7u+Ae7tCTyyK7j1rNww=='],
      ['x-cos-acl', 'private'],
      ['x-cos-meta-Author', "A B/C~'(x)*!"],
      host,
    ],
    httpParameters: '',
    httpHeaders: `content-length=11&content-md5=XrY7u%2BAe7tCTyyK7j1rNww%3D%3D&host=${HOST}&x-cos-acl=private&x-cos-meta-author=A%20B%2FC~%27%28x%29%2A%21`,
    sha1: 'ea4f4ac9a070ff03a18a237146c9b0d5493dc80a',
    signature: '4268069f1b13eaa86713cf692604ae3ba6b44de3',
  },
  {
    name: 'a list',
    method: 'GET',
    path: '/',
    params: [
      ['prefix', 'a b/中'],
      ['max-keys', '10'],
      ['delimiter', '/'],
      ['encoding-type', 'url'],
      ['marker', ''],
    ],
    headers: [host],
    httpParameters: 'delimiter=%2F&encoding-type=url&marker=&max-keys=10&prefix=a%20b%2F%E4%B8%AD',
    httpHeaders: `host=${HOST}`,
    sha1: 'e3498086c9f07aac504ac23a2b0ef18367a434bd',
    signature: '25598d2f4a7f210e54bb77eb321764e886a4e7b8',
  },
  {
    name: 'a part',
    method: 'PUT',
    path: '/big.bin',
    params: [
      ['partNumber', '3'],
      ['uploadId', '15851Ab'],
    ],
    headers: [host],
    httpParameters: 'partnumber=3&uploadid=15851Ab',
    httpHeaders: `host=${HOST}`,
    sha1: '3e7cdd79fd375060e9ddae2f37b71a9f7541c797',
    signature: '4b653e4dd62291c4937ee405864713ace6a7a6e9',
  },
  {
    name: 'a parameter without a value',
    method: 'GET',
    path: '/k',
    params: [['acl', '']],
    headers: [host],
    httpParameters: 'acl=',
    httpHeaders: `host=${HOST}`,
    sha1: 'df9d36ff8eb17de0b93e7c4ae0086303b0fdc7f6',
    signature: '9381a41db5053d235e29a9af8632026168722e9f',
  },
  {
    name: 'a presigned download with a token',
    method: 'GET',
    path: '/dir/a b.txt',
    params: [
      ['response-content-type', 'text/plain; charset=utf-8'],
      ['x-cos-security-token', 'tok/en+='],
    ],
    headers: [host],
    httpParameters:
      'response-content-type=text%2Fplain%3B%20charset%3Dutf-8&x-cos-security-token=tok%2Fen%2B%3D',
    httpHeaders: `host=${HOST}`,
    sha1: '35cd00fd16fe1c53ba906d92d7a587ec1868b78c',
    signature: 'e69f494334ecee35c18aa2e6aa892d08df766ed8',
  },
]

describe.each(EXAMPLES)('the worked example of $name', (example) => {
  it('has the known HttpString', () => {
    const { method, path, httpParameters, httpHeaders } = example
    const made = httpString(example).httpString
    expect(made).toBe(`${method.toLowerCase()}\n${path}\n${httpParameters}\n${httpHeaders}\n`)
    expect(sha1.hash(made)).toBe(example.sha1)
  })

  it('has the known signature', () => {
    expect(signatureOf(example).signature).toBe(example.signature)
  })

  it('verifies', () => {
    expect(accepts(example)).toBe(true)
  })
})

it('the SignKey of the examples is the known one', () => {
  expect(signKey(secretKey, '1700000000;1700003600', sha1)).toBe('943b9c3a6c37cb2c6583ea800e71101f91055abb')
})

describe("the documentation's example of a POST policy", () => {
  it('has the known signature over the hash of the policy', () => {
    // The SignKey of the documentation's key pair for the key time 1567150692;1567157892.
    const key = '39acc8c9f34ba5b19bce4e965b370cd3f62d2fba'
    const policyHash = 'd5d903b8360468bc81c1311f134989bc8c8b5b89'
    expect(signature(key, policyHash, sha1)).toBe('7758dc9a832e9d301dca704cacbf9d9f8172fdef')
  })
})

describe('what is signed', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 8 })
  const paramName = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
    .filter((name) => !name.toLowerCase().startsWith('q-'))
  const headerName = fc.constantFrom(
    'content-md5',
    'Content-Type',
    'x-cos-acl',
    'X-Cos-Meta-A',
    'range',
    'x-cos-a+b',
  )
  const requests: fc.Arbitrary<RequestToSign> = fc.record({
    method: fc.constantFrom('GET', 'PUT', 'POST', 'DELETE', 'HEAD'),
    path: text.map((rest) => `/${rest}`),
    params: fc.array(fc.tuple(paramName, text), { minLength: 1, maxLength: 5 }),
    headers: fc
      .uniqueArray(fc.tuple(headerName, text), { selector: ([name]) => name, minLength: 1, maxLength: 4 })
      .map((headers): readonly NameValue[] => [...headers, host]),
  })

  it('is accepted, in any order of the query', () => {
    fc.assert(
      fc.property(requests, (request) => {
        expect(accepts(request)).toBe(true)
        const params = [...request.params].reverse()
        expect(accepts(request, { ...request, params })).toBe(true)
      }),
    )
  })

  it('is refused with another method, path, parameter or header', () => {
    fc.assert(
      fc.property(requests, fc.nat(), (request, pick) => {
        const at = pick % request.params.length
        const params = request.params.map(
          ([name, value], index): NameValue => [name, index === at ? `${value}!` : value],
        )
        const [changed] = request.headers[pick % request.headers.length] ?? host
        const headers = request.headers.map(
          ([name, value]): NameValue => [name, name === changed ? `${value}!` : value],
        )
        for (const other of [
          { ...request, method: 'OPTIONS' },
          { ...request, path: `${request.path}/` },
          { ...request, params },
          { ...request, headers },
        ]) {
          expect(accepts(request, other)).toBe(false)
        }
      }),
    )
  })

  it('is refused without one of its parameters, unless that is empty', () => {
    fc.assert(
      fc.property(requests, fc.nat(), (request, pick) => {
        const at = pick % request.params.length
        fc.pre(request.params[at]?.[1] !== '')
        const params = request.params.filter((_, index) => index !== at)
        expect(accepts(request, { ...request, params })).toBe(false)
      }),
    )
  })
})
