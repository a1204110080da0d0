// Multipart uploads exactly as they go over the wire.
import { createHash } from 'node:crypto'
import { LIMITS } from '@coset/model'
import { beforeAll, describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import type { RawRequest, Reply } from '../raw.js'
import { BUCKET, wireStation } from './station.js'

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
const OWNER_ID = 'qcs::cam::uin/1250000000:uin/1250000000'
const identity = (name: string) =>
  `<${name}><ID>${OWNER_ID}</ID><DisplayName>1250000000</DisplayName></${name}>`
const LARGE = Buffer.alloc(LIMITS.partBytesMin, 'large')
const md5 = (bytes: string | Uint8Array) => createHash('md5').update(bytes).digest('hex')

const at = wireStation()

async function begin(key: string, headers: RawRequest['headers'] = {}): Promise<string> {
  const reply = await at.signed({ method: 'POST', target: `/${BUCKET}/${key}?uploads`, headers })
  return reply.element('UploadId') ?? ''
}

function putPart(
  key: string,
  id: string,
  number: number | string,
  body: string | Uint8Array = 'x',
): Promise<Reply> {
  return at.signed({ method: 'PUT', target: `/${BUCKET}/${key}?partNumber=${number}&uploadId=${id}`, body })
}

function complete(
  key: string,
  id: string,
  document: string,
  headers: RawRequest['headers'] = {},
): Promise<Reply> {
  const target = `/${BUCKET}/${key}?uploadId=${id}`
  return at.signed({ method: 'POST', target, body: document, headers })
}

const part = (number: number | string, etag: string) =>
  `<Part><PartNumber>${number}</PartNumber><ETag>${etag}</ETag></Part>`
const document = (...parts: readonly string[]) =>
  `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`

/** Times and the ids of uploads replaced by words. */
function plain({ text }: Reply): string {
  return text
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, 'TIME')
    .replace(/\b\d{13}[0-9a-f]{32}\b/g, 'UPLOAD')
}

function expectDocument(reply: Reply): void {
  expect(reply.status).toBe(200)
  expect(reply.headers).toMatchObject({ server: 'tencent-cos', 'content-type': 'application/xml' })
  expect(reply.headers['x-cos-request-id']).toBeTruthy()
  expect(reply.headers['content-length']).toBe(String(reply.body.length))
}

const refusal = ({ status, code }: Reply) => `${status} ${code}`

describe('an upload', () => {
  const key = 'dir/k%3C%26%22%3E'
  const named = 'dir/k&lt;&amp;&quot;&gt;'

  it('is answered step by step', async () => {
    const started = await at.signed({ method: 'POST', target: `/${BUCKET}/${key}?uploads` })
    expectDocument(started)
    expect(plain(started)).toBe(
      `${DECLARATION}<InitiateMultipartUploadResult><Bucket>${BUCKET}</Bucket><Key>${named}</Key>` +
        '<UploadId>UPLOAD</UploadId></InitiateMultipartUploadResult>',
    )
    const id = started.element('UploadId') ?? ''
    const put = await putPart(key, id, 2, 'end')
    expect([put.status, put.text, put.headers.etag]).toEqual([200, '', `"${md5('end')}"`])
    expect(put.headers['x-cos-hash-crc64ecma']).toBe(crc64('end'))
    expect((await putPart(key, id, 1, LARGE)).headers.etag).toBe(`"${md5(LARGE)}"`)

    const parts = await at.signed({ target: `/${BUCKET}/${key}?uploadId=${id}` })
    expectDocument(parts)
    const listed = (number: number, bytes: string | Buffer) =>
      `<Part><PartNumber>${number}</PartNumber><LastModified>TIME</LastModified><ETag>&quot;${md5(bytes)}&quot;</ETag>` +
      `<Size>${bytes.length}</Size></Part>`
    expect(plain(parts)).toBe(
      `${DECLARATION}<ListPartsResult><Bucket>${BUCKET}</Bucket><Key>${named}</Key><UploadId>UPLOAD</UploadId>` +
        `${identity('Owner')}<PartNumberMarker>0</PartNumberMarker>${identity('Initiator')}${listed(1, LARGE)}` +
        `${listed(2, 'end')}<StorageClass>STANDARD</StorageClass><MaxParts>1000</MaxParts>` +
        '<IsTruncated>false</IsTruncated></ListPartsResult>',
    )

    const done = await complete(key, id, document(part(1, `"${md5(LARGE)}"`), part(2, md5('end'))))
    expectDocument(done)
    const digests = Buffer.from(md5(LARGE) + md5('end'), 'hex')
    expect(plain(done)).toBe(
      `${DECLARATION}<CompleteMultipartUploadResult xmlns="http://www.qcloud.com/document/product/436/7751">` +
        `<Location>http://${at.server.endpoint}/${BUCKET}/${key}</Location><Bucket>${BUCKET}</Bucket><Key>${named}</Key>` +
        `<ETag>&quot;${md5(digests)}-2&quot;</ETag></CompleteMultipartUploadResult>`,
    )
    expect(done.headers['x-cos-hash-crc64ecma']).toBe(crc64(Buffer.concat([LARGE, Buffer.from('end')])))
    expect(done.headers['x-cos-version-id']).toBeUndefined()

    const got = await at.get(key)
    expect(got.headers.etag).toBe(`"${md5(digests)}-2"`)
    expect(got.headers['x-cos-hash-crc64ecma']).toBe(done.headers['x-cos-hash-crc64ecma'])
    expect(md5(got.body)).toBe(md5(Buffer.concat([LARGE, Buffer.from('end')])))
  })

  it('keeps what it was begun with', async () => {
    const id = await begin('attributes', {
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-disposition': 'inline',
      'content-encoding': 'identity',
      'content-language': 'zh-CN',
      expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
      'x-cos-meta-author': 'someone',
      'x-cos-storage-class': 'STANDARD_IA',
      'x-cos-tagging': 'a=b',
    })
    await putPart('attributes', id, 1)
    const done = await complete('attributes', id, document(part(1, md5('x'))))
    expect(done.headers['x-cos-storage-class']).toBe('STANDARD_IA')
    expect((await at.get('attributes')).headers).toMatchObject({
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'content-disposition': 'inline',
      'content-encoding': 'identity',
      'content-language': 'zh-CN',
      expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
      'x-cos-meta-author': 'someone',
      'x-cos-storage-class': 'STANDARD_IA',
    })
  })

  it('tells its version: an id, or null while versioning is suspended', async () => {
    const bucket = 'versions-1250000000'
    await at.createBucket(bucket)
    const upload = async () => {
      const started = await at.signed({ method: 'POST', target: `/${bucket}/k?uploads` })
      const query = `uploadId=${started.element('UploadId')}`
      await at.signed({ method: 'PUT', target: `/${bucket}/k?partNumber=1&${query}`, body: 'x' })
      const body = document(part(1, md5('x')))
      return (await at.signed({ method: 'POST', target: `/${bucket}/k?${query}`, body })).headers[
        'x-cos-version-id'
      ]
    }
    expect(await upload()).toBeUndefined()
    await at.setVersioning(bucket, 'Enabled')
    expect(await upload()).toMatch(/^[A-Za-z0-9]{20,}/)
    await at.setVersioning(bucket, 'Suspended')
    expect(await upload()).toBe('null')
  })

  it('is aborted without a word', async () => {
    const id = await begin('aborted')
    const gone = await at.signed({ method: 'DELETE', target: `/${BUCKET}/aborted?uploadId=${id}` })
    expect([gone.status, gone.text]).toEqual([204, ''])
    const again = await at.signed({ method: 'DELETE', target: `/${BUCKET}/aborted?uploadId=${id}` })
    expect(refusal(again)).toBe('404 NoSuchUpload')
    // The object of that name is another matter.
    await at.put('aborted', 'object')
    await at.signed({ method: 'DELETE', target: `/${BUCKET}/aborted?uploadId=${id}` })
    await at.signed({ method: 'DELETE', target: `/${BUCKET}/aborted?uploadId=` })
    await at.signed({ method: 'DELETE', target: `/${BUCKET}/aborted?uploadId` })
    expect((await at.get('aborted')).text).toBe('object')
  })
})

describe('a list of uploads', () => {
  const bucket = 'lists-1250000000'
  const list = (query = '') => at.signed({ target: `/${bucket}?uploads${query}` })
  const upload = (key: string, storage = 'STANDARD') =>
    `<Upload><Key>${key}</Key><UploadId>UPLOAD</UploadId><StorageClass>${storage}</StorageClass>` +
    `${identity('Initiator')}${identity('Owner')}<Initiated>TIME</Initiated></Upload>`
  const ids: string[] = []
  beforeAll(async () => {
    await at.createBucket(bucket)
    for (const key of ['a', 'b/1', 'b/2', 'c%26']) {
      const headers = key === 'a' ? { 'x-cos-storage-class': 'STANDARD_IA' } : {}
      const started = await at.signed({ method: 'POST', target: `/${bucket}/${key}?uploads`, headers })
      ids.push(started.element('UploadId') ?? '')
    }
  })

  it('of all, folded', async () => {
    const reply = await list('&delimiter=/')
    expectDocument(reply)
    expect(plain(reply)).toBe(
      `${DECLARATION}<ListMultipartUploadsResult><Bucket>${bucket}</Bucket><KeyMarker/><UploadIdMarker/>` +
        '<MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated><Prefix/><Delimiter>/</Delimiter>' +
        `${upload('a', 'STANDARD_IA')}${upload('c&amp;')}<CommonPrefixes><Prefix>b/</Prefix></CommonPrefixes>` +
        '</ListMultipartUploadsResult>',
    )
  })

  it('cut off, and gone on with', async () => {
    const first = await list('&max-uploads=1&prefix=b/')
    expect(plain(first)).toBe(
      `${DECLARATION}<ListMultipartUploadsResult><Bucket>${bucket}</Bucket><KeyMarker/><UploadIdMarker/>` +
        '<NextKeyMarker>b/1</NextKeyMarker><NextUploadIdMarker>UPLOAD</NextUploadIdMarker><MaxUploads>1</MaxUploads>' +
        `<IsTruncated>true</IsTruncated><Prefix>b/</Prefix>${upload('b/1')}</ListMultipartUploadsResult>`,
    )
    expect(first.element('NextUploadIdMarker')).toBe(ids[1])
    const second = await list(`&prefix=b/&key-marker=b/1&upload-id-marker=${ids[1]}`)
    expect(plain(second)).toBe(
      `${DECLARATION}<ListMultipartUploadsResult><Bucket>${bucket}</Bucket><KeyMarker>b/1</KeyMarker>` +
        '<UploadIdMarker>UPLOAD</UploadIdMarker><MaxUploads>1000</MaxUploads><IsTruncated>false</IsTruncated>' +
        `<Prefix>b/</Prefix>${upload('b/2')}</ListMultipartUploadsResult>`,
    )
  })

  it('encoded when it is asked to be', async () => {
    const { text } = await list('&encoding-type=url&prefix=c%26&key-marker=%20')
    expect(text).toContain('<EncodingType>url</EncodingType><KeyMarker>%20</KeyMarker>')
    expect(text).toContain('<Prefix>c%26</Prefix><Upload><Key>c%26</Key>')
  })

  it.each([
    ['0', '<MaxUploads>0</MaxUploads><IsTruncated>false</IsTruncated>'],
    ['1000', '<MaxUploads>1000</MaxUploads>'],
    ['1001', '<MaxUploads>1000</MaxUploads>'],
  ])('of at most %s', async (most, expected) => {
    expect((await list(`&max-uploads=${most}`)).text).toContain(expected)
  })

  it.each([
    ['&max-uploads=-1', 'InvalidArgument'],
    ['&max-uploads=abc', 'InvalidArgument'],
    ['&max-uploads=1.5', 'InvalidArgument'],
    ['&encoding-type=base64', 'InvalidArgument'],
    ['&delimiter=//', 'InvalidDelimiter'],
  ])('is refused with %s', async (query, code) => {
    expect(refusal(await list(query))).toBe(`400 ${code}`)
  })
})

describe('a list of parts', () => {
  const key = 'parts'
  let id = ''
  const list = (query: string, upload = id) =>
    at.signed({ target: `/${BUCKET}/${key}?uploadId=${upload}${query}` })
  beforeAll(async () => {
    id = await begin(key)
    for (const number of [1, 2, 10]) await putPart(key, id, number)
  })

  it('goes on behind its marker', async () => {
    const { text } = await list('&max-parts=1&part-number-marker=1')
    expect(text).toContain('<PartNumberMarker>1</PartNumberMarker>')
    expect(text).toContain('<Part><PartNumber>2</PartNumber>')
    expect(text).toContain(
      '<MaxParts>1</MaxParts><IsTruncated>true</IsTruncated><NextPartNumberMarker>2</NextPartNumberMarker></ListPartsResult>',
    )
    expect((await list('&part-number-marker=2')).text).toContain(
      '<IsTruncated>false</IsTruncated></ListPartsResult>',
    )
  })

  it.each([
    ['0', '<MaxParts>0</MaxParts><IsTruncated>false</IsTruncated>'],
    ['1000', '<MaxParts>1000</MaxParts>'],
    ['1001', '<MaxParts>1000</MaxParts>'],
  ])('is of at most %s', async (most, expected) => {
    expect((await list(`&max-parts=${most}`)).text).toContain(expected)
  })

  it.each([
    '&max-parts=-1',
    '&max-parts=abc',
    '&part-number-marker=-1',
    '&part-number-marker=x',
    '&encoding-type=x',
  ])('is refused with %s', async (query) => {
    expect(refusal(await list(query))).toBe('400 InvalidArgument')
  })

  it('encodes the key when it is asked to', async () => {
    const upload = await begin('%E4%B8%AD%20a')
    const { text } = await at.signed({
      target: `/${BUCKET}/%E4%B8%AD%20a?uploadId=${upload}&encoding-type=url`,
    })
    expect(text).toContain('<EncodingType>url</EncodingType><Key>%E4%B8%AD%20a</Key>')
  })
})

describe('what is refused', () => {
  const key = 'refused'
  let id = ''
  beforeAll(async () => {
    id = await begin(key)
    await putPart(key, id, 1, LARGE)
    await putPart(key, id, 2, 'small')
    await putPart(key, id, 3, 'end')
  })

  it.each([
    '0',
    '10001',
    '-1',
    'abc',
    '1.5',
    '',
    '1e3',
    '99999999999999999999',
  ])('the part number %j', async (number) => {
    expect(refusal(await putPart(key, id, number))).toBe('400 InvalidArgument')
  })

  it.each([
    '',
    'x',
    '%00',
    '1'.repeat(500),
    '%E4%B8%AD',
    `${'1'.repeat(13)}${'0'.repeat(32)}`,
  ])('the upload id %j, of every operation', async (wrong) => {
    const target = `/${BUCKET}/${key}?uploadId=${wrong}`
    expect(refusal(await putPart(key, wrong, 1))).toBe('404 NoSuchUpload')
    expect(refusal(await complete(key, wrong, document(part(1, md5(LARGE)))))).toBe('404 NoSuchUpload')
    expect(refusal(await at.signed({ target }))).toBe('404 NoSuchUpload')
    expect(refusal(await at.signed({ method: 'DELETE', target }))).toBe('404 NoSuchUpload')
  })

  it('the upload of another key or bucket', async () => {
    expect(refusal(await putPart('other', id, 1))).toBe('404 NoSuchUpload')
    await at.createBucket('other-1250000000')
    const elsewhere = `/other-1250000000/${key}?uploadId=${id}`
    expect(refusal(await at.signed({ target: elsewhere }))).toBe('404 NoSuchUpload')
    expect(refusal(await at.signed({ method: 'DELETE', target: elsewhere }))).toBe('404 NoSuchUpload')
    const nowhere = `/nowhere-1250000000/${key}?uploadId=${id}`
    expect(refusal(await at.signed({ target: nowhere }))).toBe('404 NoSuchBucket')
  })

  it('a part announced as larger than 5 GB, before it is sent', async () => {
    const headers = { 'content-length': String(LIMITS.partBytesMax + 1), expect: '100-continue' }
    const target = `/${BUCKET}/${key}?partNumber=4&uploadId=${id}`
    const reply = await at.signed({ method: 'PUT', target, headers, body: '' })
    expect(refusal(reply)).toBe('400 EntityTooLarge')
  })

  it('a part with the wrong digest, or the wrong pace', async () => {
    const target = `/${BUCKET}/${key}?partNumber=4&uploadId=${id}`
    const put = (headers: RawRequest['headers'] = {}) =>
      at.signed({ method: 'PUT', target, body: 'x', headers })
    expect(refusal(await put({ 'content-md5': Buffer.alloc(16).toString('base64') }))).toBe('400 BadDigest')
    expect(refusal(await put({ 'content-md5': 'x' }))).toBe('400 InvalidDigest')
    expect(refusal(await put({ 'x-cos-traffic-limit': '1' }))).toBe('400 InvalidArgument')
    expect((await at.signed({ target: `/${BUCKET}/${key}?uploadId=${id}` })).text).not.toContain(
      '<PartNumber>4<',
    )
  })

  const first = part(1, md5(LARGE))
  const [small, end] = [part(2, md5('small')), part(3, md5('end'))]
  it.each([
    ['an empty list', document(), 'MalformedXML'],
    ['another root', '<Complete/>', 'MalformedXML'],
    ['what is no XML', 'parts', 'MalformedXML'],
    ['no end', '<CompleteMultipartUpload>', 'MalformedXML'],
    ['a part without a number', document('<Part><ETag>x</ETag></Part>'), 'MalformedXML'],
    ['a part without an ETag', document('<Part><PartNumber>1</PartNumber></Part>'), 'MalformedXML'],
    ['the number 0', document(part(0, 'x')), 'MalformedXML'],
    ['the number 10,001', document(part(10_001, 'x')), 'MalformedXML'],
    ['a number that is none', document(part('one', 'x')), 'MalformedXML'],
    ['another order', document(small, first), 'InvalidPartOrder'],
    ['a part twice', document(first, first), 'InvalidPartOrder'],
    ['a part that is missing', document(first, part(9, md5('x'))), 'InvalidPart'],
    ['a wrong ETag', document(part(1, md5('x'))), 'InvalidPart'],
    ['a part too small', document(first, small, end), 'EntityTooSmall'],
    ['nothing', '', 'MissingRequestBodyError'],
    ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY e "1">]>${document(first)}`, 'MalformedXML'],
    [
      '10,001 parts',
      document(...Array.from({ length: 10_001 }, (_, number) => part((number % 10_000) + 1, 'x'))),
      'MalformedXML',
    ],
    ['more than any document may be', document(first, ' '.repeat(LIMITS.xmlBytesMax)), 'XMLSizeLimit'],
  ])('to complete with %s', async (_name, body, code) => {
    expect(refusal(await complete(key, id, body))).toBe(`400 ${code}`)
  })

  it('to complete with a digest of another document', async () => {
    const headers = { 'content-md5': createHash('md5').digest('base64') }
    expect(refusal(await complete(key, id, document(first), headers))).toBe('400 BadDigest')
  })

  it('but not a list of 10,000 parts with all that their list tells', async () => {
    const more = `<Size>1048576</Size><LastModified>2026-01-01T00:00:00.000Z</LastModified><Crc>1</Crc>`
    const entries = Array.from({ length: LIMITS.partsMax }, (_, at) =>
      part(at + 1, md5(LARGE)).replace('</Part>', `${more}</Part>`),
    )
    // It is read whole, and found to name parts that are not there.
    expect(refusal(await complete(key, id, document(...entries)))).toBe('400 InvalidPart')
  })

  it('but not elements it does not know, nor namespaces, nor a document spread out', async () => {
    const own = await begin('spread')
    await putPart('spread', own, 1)
    const body = `${DECLARATION}\n<c:CompleteMultipartUpload xmlns:c="http://cos.example/">\n <Other a="1"><Deep/></Other>
      <Part>\n<Size>1</Size> <ETag>&quot;${md5('x').toUpperCase()}&#34;</ETag><PartNumber> 1 </PartNumber></Part>
    </c:CompleteMultipartUpload>\n`
    expect((await complete('spread', own, body)).status).toBe(200)
  })

  it.each([
    ['a key that is too long', `/${BUCKET}/${'k'.repeat(851)}?uploads`, {}, 'KeyTooLong'],
    ['a key that begins so', `/${BUCKET}/%5Ck?uploads`, {}, 'InvalidObjectName'],
    ['metadata too large', `/${BUCKET}/k?uploads`, { 'x-cos-meta-a': 'v'.repeat(4200) }, 'MetadataTooLarge'],
    [
      'a storage class',
      `/${BUCKET}/k?uploads`,
      { 'x-cos-storage-class': 'COLD' },
      'NotSupportedStorageClass',
    ],
    [
      'eleven tags',
      `/${BUCKET}/k?uploads`,
      { 'x-cos-tagging': 'a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1' },
      'InvalidTag',
    ],
  ])('to begin with %s', async (_name, target, headers, code) => {
    expect(refusal(await at.signed({ method: 'POST', target, headers }))).toBe(`400 ${code}`)
  })

  it('callers without a signature', async () => {
    for (const [method, query] of [
      ['POST', 'uploads'],
      ['GET', `uploadId=${id}`],
      ['DELETE', `uploadId=${id}`],
      ['POST', `uploadId=${id}`],
      ['PUT', `partNumber=1&uploadId=${id}`],
    ] as const) {
      expect(refusal(await at.anonymous({ method, target: `/${BUCKET}/${key}?${query}` }))).toBe(
        '403 AccessDenied',
      )
    }
    expect(refusal(await at.anonymous({ target: `/${BUCKET}?uploads` }))).toBe('403 AccessDenied')
  })

  it('and the upload is as it was all the same', async () => {
    expect((await complete(key, id, document(first, end))).status).toBe(200)
    expect((await at.get(key)).body.length).toBe(LARGE.length + 3)
  })
})

describe('forbid-overwrite', () => {
  const forbid = { 'x-cos-forbid-overwrite': 'true' }

  it('refuses to begin, and to complete, over an object', async () => {
    const [one, two] = [await begin('forbidden', forbid), await begin('forbidden')]
    for (const id of [one, two]) await putPart('forbidden', id, 1)
    await at.put('forbidden', 'object')
    const started = await at.signed({
      method: 'POST',
      target: `/${BUCKET}/forbidden?uploads`,
      headers: forbid,
    })
    expect(refusal(started)).toBe('409 FileAlreadyExists')
    const body = document(part(1, md5('x')))
    expect(refusal(await complete('forbidden', one, body))).toBe('409 FileAlreadyExists')
    expect(refusal(await complete('forbidden', two, body, forbid))).toBe('409 FileAlreadyExists')
    expect((await at.get('forbidden')).text).toBe('object')
    expect((await complete('forbidden', two, body)).status).toBe(200)
    expect((await at.get('forbidden')).text).toBe('x')
  })
})
