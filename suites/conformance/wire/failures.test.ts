// Failures: one document for all of them, whatever went wrong and wherever.
import { describe, expect, it } from 'vitest'
import { type RawRequest, type Reply, send } from '../raw.js'
import { RawConnection } from './sockets.js'
import { BUCKET, type SignedRequest, wireStation } from './station.js'

const at = wireStation()

/** Each failure's document has exactly these elements, in this order. */
function expectDocument(reply: Reply, resource: string, extra: readonly string[] = []): void {
  expect(reply.headers['content-type']).toBe('application/xml')
  expect(reply.headers['content-length']).toBe(String(reply.body.length))
  expect(reply.text).toMatch(/^<\?xml version='1\.0' encoding='utf-8' \?>\n<Error>.*<\/Error>\n$/s)
  const names = [...reply.text.matchAll(/<([A-Za-z]+)>/g)].map(([, name]) => name)
  expect(names).toEqual(['Error', 'Code', 'Message', ...extra, 'Resource', 'RequestId', 'TraceId'])
  expect(reply.element('Resource')).toBe(resource)
  expect(reply.element('RequestId')).toBe(reply.headers['x-cos-request-id'])
  expect(reply.element('TraceId')).toBe(reply.headers['x-cos-trace-id'])
  expect(reply.element('TraceId')).toMatch(/^[A-Za-z0-9+/]+=*$/)
}

const cases: readonly (readonly [name: string, status: number, code: string, request: SignedRequest])[] = [
  ['a missing key', 404, 'NoSuchKey', { target: `/${BUCKET}/none` }],
  ['a missing bucket', 404, 'NoSuchBucket', { target: '/none-1250000000' }],
  ['an object of a missing bucket', 404, 'NoSuchBucket', { target: '/none-1250000000/k' }],
  ['a bucket that is no name', 404, 'NoSuchBucket', { target: '/Favicon.ico' }],
  ['a new bucket that is no name', 400, 'InvalidBucketName', { method: 'PUT', target: '/Name' }],
  ['a bucket that is there', 409, 'BucketAlreadyOwnedByYou', { method: 'PUT', target: `/${BUCKET}` }],
  ['a bad argument', 400, 'InvalidArgument', { target: `/${BUCKET}?max-keys=x` }],
  ['a bad delimiter', 400, 'InvalidDelimiter', { target: `/${BUCKET}?delimiter=ab` }],
  ['a bad escape in the path', 400, 'InvalidURI', { target: `/${BUCKET}/%zz`, sign: { signed: {} } }],
  ['an escape that is no UTF-8', 400, 'InvalidURI', { target: `/${BUCKET}/%ff` }],
  ['a bad escape in the query', 400, 'InvalidURI', { target: `/${BUCKET}?prefix=%f` }],
  ['a key too long', 400, 'KeyTooLong', { target: `/${BUCKET}/${'k'.repeat(851)}` }],
  ['a bucket without a name', 400, 'InvalidURI', { target: '//key' }],
  ['a subresource', 501, 'NotImplemented', { target: `/${BUCKET}?live` }],
  ['a method', 405, 'MethodNotAllowed', { method: 'PATCH', target: `/${BUCKET}/k` }],
  [
    'a malformed document',
    400,
    'MalformedXML',
    { method: 'PUT', target: `/${BUCKET}?versioning`, body: '<' },
  ],
  ['no document', 400, 'MissingRequestBodyError', { method: 'PUT', target: `/${BUCKET}?versioning` }],
  [
    'content where none belongs',
    400,
    'MalformedXML',
    { method: 'PUT', target: '/new-1250000000', body: '<a/>' },
  ],
]

/** Signing a target that can not be decoded is for those who can. */
function request({ sign, ...options }: SignedRequest): Promise<Reply> {
  const decodable = !/%(?![0-9a-f]{2})|%ff/i.test(options.target ?? '')
  return decodable ? at.signed({ ...options, ...(sign ? { sign } : {}) }) : at.anonymous(options)
}

describe('the document', () => {
  it.each(cases)('of %s', async (_name, status, code, options) => {
    const reply = await request(options)
    expect([reply.status, reply.code]).toEqual([status, code])
    expectDocument(reply, `${at.server.endpoint}${options.target?.split('?')[0]}`)
  })

  it('names the host that was asked', async () => {
    const host = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`
    const reply = await at.signed({ target: '/none?versionId=null', headers: { host } })
    expectDocument(reply, `${host}/none`)
  })

  it('escapes what stands in the path', async () => {
    const reply = await at.signed({ target: `/${BUCKET}/<a>&"b"`, sign: { signed: {} } })
    expect(reply.status).toBe(404)
    expectDocument(reply, `${at.server.endpoint}/${BUCKET}/&lt;a&gt;&amp;&quot;b&quot;`)
  })

  it('of an expired request tells the time', async () => {
    const reply = await at.signed({ target: `/${BUCKET}`, sign: { start: 1_000_000_000 } })
    expect([reply.status, reply.code]).toEqual([403, 'AccessDenied'])
    expectDocument(reply, `${at.server.endpoint}/${BUCKET}`, ['ServerTime'])
  })

  it('of a wrong signature tells what was signed', async () => {
    const reply = await at.signed({ target: `/${BUCKET}?prefix=a`, sign: { secretKey: 'wrong' } })
    expect([reply.status, reply.code]).toEqual([403, 'SignatureDoesNotMatch'])
    expectDocument(reply, `${at.server.endpoint}/${BUCKET}`, ['StringToSign', 'FormatString'])
    expect(reply.element('Message')).toBe('The Signature you specified is invalid.')
    expect(reply.element('FormatString')).toBe(
      `get\n/${BUCKET}\nprefix=a\nhost=${encodeURIComponent(at.server.endpoint)}\n`.replaceAll('&', '&amp;'),
    )
    expect(reply.element('StringToSign')).toMatch(/^sha1\n\d+;\d+\n[0-9a-f]{40}\n$/)
  })
})

describe('HEAD', () => {
  it.each(
    cases.filter(([, , , { method = 'GET' }]) => method === 'GET'),
  )('of %s has the head and no body', async (_name, status, code, options) => {
    const reply = await request({ ...options, method: 'HEAD' })
    // Lists and versioning have no HEAD: the bucket itself answers.
    if (options.target?.includes('?') && code !== 'NotImplemented' && code !== 'InvalidURI') return
    expect(reply.status).toBe(status)
    expect(reply.body.length).toBe(0)
    expect(reply.headers['content-length']).toBe('0')
    expect(reply.headers['x-cos-trace-id']).toBeTruthy()
  })
})

describe('requests that are no good HTTP', () => {
  const talk = async (text: string): Promise<Reply | undefined> => {
    const connection = await RawConnection.open(at.server.endpoint)
    connection.write(text)
    const reply = await connection.reply()
    expect(await connection.closed()).toBe(true)
    return reply
  }

  it.each([
    ['no request at all', 'HELLO\r\n\r\n'],
    ['a version of the future', 'GET / HTTP/9.9\r\n\r\n'],
    ['no host', 'GET / HTTP/1.1\r\nconnection: close\r\n\r\n'],
    ['two lengths', 'PUT /a HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
    [
      'a length and chunks',
      'PUT /a HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    ['a length that is no number', 'PUT /a HTTP/1.1\r\nhost: a\r\ncontent-length: 1x\r\n\r\n'],
    [
      'a length beyond all numbers',
      `PUT /a HTTP/1.1\r\nhost: a\r\ncontent-length: ${'9'.repeat(30)}\r\n\r\n`,
    ],
    ['a header without a colon', 'GET / HTTP/1.1\r\nhost: a\r\nnonsense\r\n\r\n'],
    ['a control character in a header', 'GET / HTTP/1.1\r\nhost: a\r\nx-a: \x01\r\n\r\n'],
    ['a coding that is not known', 'PUT /a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip\r\n\r\n'],
  ])('%s', async (_name, text) => {
    const reply = await talk(text)
    expect([reply?.status, reply?.code]).toEqual([400, 'BadRequest'])
    if (reply) expectDocument(reply, reply.element('Resource') ?? '')
    expect(reply?.headers.server).toBe('tencent-cos')
    expect(reply?.headers['x-cos-request-id']).toBeTruthy()
  })

  it('a head that is too large', async () => {
    const reply = await talk(`GET / HTTP/1.1\r\nhost: a\r\nx-large: ${'x'.repeat(40_000)}\r\n\r\n`)
    expect([reply?.status, reply?.code]).toEqual([431, 'RequestHeaderFieldsTooLarge'])
  })

  it('too many parameters', async () => {
    const many = Array.from({ length: 300 }, (_, number) => `p${number}=`).join('&')
    const reply = await send(at.server.endpoint, { target: `/${BUCKET}?${many}` } satisfies RawRequest)
    expect([reply.status, reply.code]).toEqual([400, 'InvalidURI'])
  })
})
