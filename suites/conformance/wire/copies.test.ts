// Copies and appends as they stand on the wire, and what careless clients send.
import { createHash } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import type { Reply } from '../raw.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation({ domains: ['storage.example.com'] })
const BODY = 'The quick brown fox'
const ETAG = `"${createHash('md5').update(BODY).digest('hex')}"`
const COS = `${BUCKET}.cos.ap-guangzhou.myqcloud.com`
const told = ({ status, code }: Reply) => `${status} ${code}`.trim()

const copy = (source: string, headers: Readonly<Record<string, string>> = {}, key = 'copy') =>
  at.signed({
    method: 'PUT',
    target: `/${BUCKET}/${key}`,
    headers: { 'x-cos-copy-source': source, ...headers },
  })

beforeAll(async () => {
  await at.put('fox', BODY, { 'content-type': 'text/plain', 'x-cos-meta-a': 'b' })
})

describe('the reply to a copy', () => {
  it('is this document, and these headers', async () => {
    const reply = await copy(`${COS}/fox`)
    expect(reply.status).toBe(200)
    expect(reply.text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, 'TIME')).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><CopyObjectResult><ETag>${ETAG.replaceAll('"', '&quot;')}</ETag>` +
        `<CRC64>${crc64(BODY)}</CRC64><LastModified>TIME</LastModified></CopyObjectResult>`,
    )
    expect(reply.headers).toMatchObject({
      'content-type': 'application/xml',
      'content-length': String(reply.body.length),
      'x-cos-hash-crc64ecma': crc64(BODY),
      'x-cos-storage-class': 'STANDARD',
    })
    expect(reply.headers.etag).toBeUndefined()
    expect(reply.headers['x-cos-version-id']).toBeUndefined()
    expect(reply.headers['x-cos-copy-source-version-id']).toBeUndefined()
  })

  it('tells versions in a bucket that has them', async () => {
    const bucket = 'copied-1250000000'
    await at.createBucket(bucket)
    await at.setVersioning(bucket, 'Enabled')
    const target = `/${bucket}/k`
    const put = await at.signed({ method: 'PUT', target, body: 'x' })
    const source = `${bucket}.cos.ap-guangzhou.myqcloud.com/k?versionId=${put.headers['x-cos-version-id']}`
    const reply = await at.signed({ method: 'PUT', target, headers: { 'x-cos-copy-source': source } })
    expect(reply.element('VersionId')).toBe(reply.headers['x-cos-version-id'])
    expect(reply.headers['x-cos-copy-source-version-id']).toBe(put.headers['x-cos-version-id'])
    expect(reply.headers['x-cos-version-id']).not.toBe(put.headers['x-cos-version-id'])
  })

  it('of a part is this document', async () => {
    const begun = await at.signed({ method: 'POST', target: `/${BUCKET}/parts?uploads` })
    const target = `/${BUCKET}/parts?partNumber=1&uploadId=${begun.element('UploadId')}`
    const headers = { 'x-cos-copy-source': `${COS}/fox`, 'x-cos-copy-source-range': 'bytes=4-8' }
    const reply = await at.signed({ method: 'PUT', target, headers })
    const md5 = createHash('md5').update('quick').digest('hex')
    expect(reply.text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/, 'TIME')).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><CopyPartResult><ETag>&quot;${md5}&quot;</ETag>` +
        '<LastModified>TIME</LastModified></CopyPartResult>',
    )
    expect(reply.headers['x-cos-hash-crc64ecma']).toBe(crc64('quick'))
    for (const [range, expected] of [
      ['bytes=4-', '400 InvalidArgument'],
      ['bytes=-4', '400 InvalidArgument'],
      ['4-8', '400 InvalidArgument'],
      ['bytes=8-4', '400 InvalidArgument'],
      ['bytes=0-1,3-4', '400 InvalidArgument'],
      ['bytes=0-19', '416 InvalidRange'],
      ['bytes=19-19', '416 InvalidRange'],
      ['bytes = 0 - 18', '200'],
    ] as const) {
      const given = await at.signed({
        method: 'PUT',
        target,
        headers: { ...headers, 'x-cos-copy-source-range': range },
      })
      expect(told(given), range).toBe(expected)
    }
    const numbers = target.replace('partNumber=1', 'partNumber=0')
    expect(told(await at.signed({ method: 'PUT', target: numbers, headers }))).toBe('400 InvalidArgument')
  })
})

describe('a source', () => {
  const utf8 = (text: string) => Buffer.from(text).toString('latin1')
  beforeAll(async () => {
    await at.put(encodeURIComponent('中 文+%.txt'), 'odd')
    await at.put('100%25', 'percent')
    await at.put('what%3F', 'question')
  })

  it.each([
    ['as COS writes it', `${COS}/fox`, BODY],
    ['with a scheme', `https://${COS}/fox`, BODY],
    ['with a scheme in upper case', `HTTP://${COS}/fox`, BODY],
    ['with its host in upper case', `${COS.toUpperCase()}/fox`, BODY],
    ['with a port', `${COS}:443/fox`, BODY],
    ['by its younger host', `${BUCKET}.cos.ap-guangzhou.tencentcos.cn/fox`, BODY],
    ['by its internal host', `${BUCKET}.cos-internal.ap-guangzhou.tencentcos.cn/fox`, BODY],
    ['by its oldest host', `${BUCKET}.cosv6.ap-guangzhou.myqcloud.com/fox`, BODY],
    ['by the accelerating host', `${BUCKET}.cos.accelerate.myqcloud.com/fox`, BODY],
    ['by a host of this server', `${BUCKET}.localhost/fox`, BODY],
    ['by a host of this server, with a port', `${BUCKET}.localhost:9000/fox`, BODY],
    ['by a domain of this server', `${BUCKET}.storage.example.com/fox`, BODY],
    ['with spaces around it', `  ${COS}/fox  `, BODY],
    ['encoded in full', `${COS}/%66%6f%78`, BODY],
    ['encoded', `${COS}/${encodeURIComponent('中 文+%.txt')}`, 'odd'],
    ['in bytes of UTF-8, with a plus and a percent sign', utf8(`${COS}/中 文+%.txt`), 'odd'],
    ['with a percent sign that encodes nothing', `${COS}/100%`, 'percent'],
    ['with a question mark that is encoded', `${COS}/what%3F`, 'question'],
    ['with a question mark that is not', `${COS}/what?`, 'question'],
    ['with an empty version', `${COS}/fox?versionId=`, BODY],
    ['with the null version', `${COS}/fox?versionId=null`, BODY],
  ])('%s is found', async (_name, source, content) => {
    expect(told(await copy(source))).toBe('200')
    expect((await at.get('copy')).text).toBe(content)
  })

  it.each([
    ['nothing', '', '400 InvalidArgument'],
    ['a key alone', 'fox', '400 InvalidCopySource'],
    ['a path as of S3', `/${BUCKET}/fox`, '400 InvalidCopySource'],
    ['no key', `${COS}/`, '400 InvalidCopySource'],
    ['no host', BUCKET, '400 InvalidCopySource'],
    ['no number', 'bucket.cos.ap-guangzhou.myqcloud.com/fox', '400 InvalidCopySource'],
    ['another host', `${BUCKET}.example.com/fox`, '400 InvalidCopySource'],
    ['another host that ends alike', `${BUCKET}.notlocalhost/fox`, '400 InvalidCopySource'],
    ['an address', `${BUCKET}.169.254.169.254/fox`, '400 InvalidCopySource'],
    [
      'a host that begins like COS',
      `${BUCKET}.cos.ap-guangzhou.myqcloud.com.example.com/fox`,
      '400 InvalidCopySource',
    ],
    ['a host with a name in it', `${BUCKET}.cos.x@example.com/fox`, '400 InvalidCopySource'],
    ['another region', `${BUCKET}.cos.eu-frankfurt.myqcloud.com/fox`, '400 InvalidCopySource'],
    ['no object', `${COS}/none`, '404 NoSuchKey'],
    ['no bucket', 'none-1250000000.cos.ap-guangzhou.myqcloud.com/fox', '404 NoSuchBucket'],
    ['no version', `${COS}/fox?versionId=MTg0NDUxNTc1NjIzMTQ1MDAwODg`, '404 NoSuchVersion'],
    ['no possible version', `${COS}/fox?versionId=!`, '400 InvalidArgument'],
    ['no possible key', `${COS}/a%00b`, '400 InvalidObjectName'],
    ['a key that is too long', `${COS}/${'k'.repeat(900)}`, '400 KeyTooLong'],
  ])('that names %s is refused', async (_name, source, expected) => {
    expect(told(await copy(source, {}, 'refused'))).toBe(expected)
    expect(told(await at.get('refused'))).toBe('404 NoSuchKey')
  })

  it('in the region of the request’s own host is here, whichever that is', async () => {
    const host = `${BUCKET}.cos.ap-beijing.myqcloud.com`
    const headers = { host, 'x-cos-copy-source': `${host}/fox` }
    expect(told(await at.signed({ method: 'PUT', target: '/copy', headers }))).toBe('200')
  })
})

describe('a directive', () => {
  beforeEach(() => copy(`${COS}/fox`, { 'x-cos-metadata-directive': 'Copy' }))
  const own = { 'content-type': 'text/html' }

  it.each(['Replaced', 'REPLACED', 'replaced'])('%s replaces', async (directive) => {
    expect(told(await copy(`${COS}/fox`, { ...own, 'x-cos-metadata-directive': directive }))).toBe('200')
    expect((await at.get('copy')).headers).toMatchObject({ 'content-type': 'text/html' })
    expect((await at.get('copy')).headers['x-cos-meta-a']).toBeUndefined()
  })

  it.each(['Copy', 'COPY', 'copy', ''])('%j copies', async (directive) => {
    expect(told(await copy(`${COS}/fox`, { ...own, 'x-cos-metadata-directive': directive }))).toBe('200')
    expect((await at.get('copy')).headers).toMatchObject({
      'content-type': 'text/plain',
      'x-cos-meta-a': 'b',
    })
  })

  it.each(['REPLACE', 'Replace', 'Merge'])('%s is none of COS’s', async (directive) => {
    for (const name of ['x-cos-metadata-directive', 'x-cos-tagging-directive'])
      expect(told(await copy(`${COS}/fox`, { ...own, [name]: directive }))).toBe('400 InvalidArgument')
  })
})

describe('a copy', () => {
  it('has no body', async () => {
    const target = `/${BUCKET}/body`
    const headers = { 'x-cos-copy-source': `${COS}/fox` }
    expect(told(await at.signed({ method: 'PUT', target, headers, body: 'x' }))).toBe('400 UnexpectedContent')
    const chunked = { ...headers, 'transfer-encoding': 'chunked' }
    const sent = await at.signed({ method: 'PUT', target, headers: chunked, body: 'x' })
    expect(told(sent)).toBe('400 UnexpectedContent')
    expect(told(await at.get('body'))).toBe('404 NoSuchKey')
  })

  it('onto itself replaces something', async () => {
    await copy(`${COS}/fox`, {}, 'itself')
    const itself = `${COS}/itself`
    expect(told(await copy(itself, {}, 'itself'))).toBe('400 InvalidRequest')
    expect(told(await copy(itself, { 'x-cos-storage-class': 'STANDARD_IA' }, 'itself'))).toBe(
      '400 InvalidRequest',
    )
    const headers = { 'x-cos-storage-class': 'STANDARD_IA', 'x-cos-metadata-directive': 'Replaced' }
    expect(told(await copy(itself, headers, 'itself'))).toBe('200')
    expect((await at.get('itself')).headers['x-cos-storage-class']).toBe('STANDARD_IA')
  })

  it('fails with 412 alone when conditions fail, and tells no ETag', async () => {
    const later = new Date(Date.now() + 86_400_000).toUTCString()
    for (const [name, value] of [
      ['if-match', '"0"'],
      ['if-none-match', ETAG],
      ['if-modified-since', later],
      ['if-unmodified-since', 'Thu, 01 Jan 2015 00:00:00 GMT'],
    ] as const) {
      const reply = await copy(`${COS}/fox`, { [`x-cos-copy-source-${name}`]: value }, 'conditional')
      expect(told(reply), name).toBe('412 PreconditionFailed')
      expect(reply.headers.etag).toBeUndefined()
    }
    const met = { 'x-cos-copy-source-if-match': ETAG, 'x-cos-copy-source-if-unmodified-since': later }
    expect(told(await copy(`${COS}/fox`, met, 'conditional'))).toBe('200')
  })
})

describe('an append', () => {
  const append = (query: string, body = 'x', headers: Record<string, string> = {}) =>
    at.signed({ method: 'POST', target: `/${BUCKET}/log?${query}`, body, headers })

  it('needs a position', async () => {
    expect(told(await append('append'))).toBe('400 InvalidArgument')
    for (const position of ['', '-1', '1.5', 'x', '99999999999999999'])
      expect(told(await append(`append&position=${position}`))).toBe('400 InvalidArgument')
  })

  it('is answered with headers alone', async () => {
    const reply = await append('append&position=0', 'hello')
    expect([reply.status, reply.text]).toEqual([200, ''])
    expect(reply.headers).toMatchObject({
      'content-length': '0',
      etag: `"${createHash('md5').update('hello').digest('hex')}"`,
      'x-cos-next-append-position': '5',
      'x-cos-hash-crc64ecma': crc64('hello'),
      'x-cos-content-sha1': createHash('md5').update('hello').digest('hex'),
    })
    const wrong = await append('append=&position=0', 'hello')
    expect(told(wrong)).toBe('409 AppendPositionErr')
    expect(wrong.headers['x-cos-next-append-position']).toBe('5')
    const digest = { 'content-md5': createHash('md5').update('other').digest('base64') }
    expect(told(await append('append&position=5', 'hello', digest))).toBe('400 BadDigest')
  })
})
