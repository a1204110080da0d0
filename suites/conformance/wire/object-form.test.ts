// POST Object: forms of browsers and of programs, good and bad; nothing is stored of the bad.
import { Agent } from 'node:http'
import { LIMITS } from '@coset/model'
import { auditExactly } from '@coset/testkit'
import { beforeAll, describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import type { Reply } from '../raw.js'
import {
  BOUNDARY,
  type FilePart,
  FORM_TYPE,
  fieldPart,
  filePart,
  formOf,
  type PolicyOptions,
  policyFields,
} from './forms.js'
import { RawConnection, signedHead } from './sockets.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const OPEN = 'open-1250000000'
const VERSIONED = 'formv-1250000000'
const ETAG = '"9a0364b9e99bb480dd25e1f0284c8555"'
const FILE_NAME = '$'.concat('{filename}')

beforeAll(async () => {
  await at.createBucket(OPEN, { 'x-cos-acl': 'public-read-write' })
  await at.createBucket(VERSIONED)
  await at.setVersioning(VERSIONED, 'Enabled')
})

/** A form as bytes, to the bucket. */
function post(
  body: Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  bucket = BUCKET,
): Promise<Reply> {
  const target = `/${bucket}`
  return at.anonymous({ method: 'POST', target, body, headers: { 'content-type': FORM_TYPE, ...headers } })
}

/** A form that a policy without conditions signs. */
function postFields(
  fields: Readonly<Record<string, string>>,
  file?: FilePart,
  policy?: PolicyOptions,
): Promise<Reply> {
  return post(formOf({ ...fields, ...policyFields(at.server, policy) }, file))
}

async function stored(key: string, bucket = BUCKET): Promise<string> {
  const reply = await at.signed({ target: `/${bucket}/${encodeURIComponent(key)}` })
  return reply.status === 200 ? reply.text : String(reply.status)
}

const outcome = ({ status, code }: Reply) => `${status} ${code}`.trim()

describe('a form', () => {
  it('stores its file, and tells where and what', async () => {
    const reply = await postFields({ key: 'plain' })
    expect(outcome(reply)).toBe('204')
    expect(reply.headers).toMatchObject({
      etag: ETAG,
      location: `${at.server.url}/${BUCKET}/plain`,
      'x-cos-hash-crc64ecma': await crc64('content'),
    })
    expect(reply.headers['x-cos-version-id']).toBeUndefined()
    expect(reply.text).toBe('')
    expect(await stored('plain')).toBe('content')
  })

  it('goes to the bucket that its host names', async () => {
    const host = `${BUCKET}.cos.${at.server.region}.myqcloud.com`
    const body = formOf({ key: 'dir/文 件', ...policyFields(at.server) })
    const headers = { 'content-type': FORM_TYPE, host }
    const reply = await at.anonymous({ method: 'POST', target: '/', body, headers })
    expect(outcome(reply)).toBe('204')
    expect(reply.headers.location).toBe(`http://${host}/dir/%E6%96%87%20%E4%BB%B6`)
    expect(await stored('dir/文 件')).toBe('content')
  })

  it('stores what its fields say, not what the browser says of the file', async () => {
    const fields = {
      KEY: 'described',
      acl: 'public-read',
      'Cache-Control': 'no-store',
      'Content-Type': 'text/plain; charset=utf-8',
      'content-disposition': 'attachment; filename="文.txt"',
      'Content-Encoding': 'identity',
      Expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
      'x-cos-meta-Color': '蓝',
      'x-cos-tagging': 'a=b',
      'x-cos-storage-class': 'STANDARD_IA',
      whatever: 'else',
    }
    expect(outcome(await postFields(fields))).toBe('204')
    const reply = await at.anonymous({ target: `/${BUCKET}/described` })
    const bytes = (text: string) => Buffer.from(text).toString('latin1')
    expect(reply.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'text/plain; charset=utf-8',
      'content-disposition': bytes('attachment; filename="文.txt"'),
      'content-encoding': 'identity',
      expires: 'Thu, 01 Jan 2026 00:00:00 GMT',
      'x-cos-meta-color': bytes('蓝'),
      'x-cos-tagging-count': '1',
      'x-cos-storage-class': 'STANDARD_IA',
    })
    await postFields({ key: 'undescribed' })
    expect((await at.get('undescribed')).headers['content-type']).toBe('application/octet-stream')
  })

  it.each([
    [`up/${FILE_NAME}`, 'C:\\fake\\文件 1.txt', 'up/文件 1.txt'],
    [`up/${FILE_NAME}`, '../../etc/passwd', 'up/passwd'],
    [FILE_NAME, 'name', 'name'],
  ])('puts the name of its file into the key %s', async (key, fileName, expected) => {
    const reply = await postFields({ key }, { content: 'named', fileName })
    expect(outcome(reply)).toBe('204')
    expect(await stored(expected)).toBe('named')
  })

  it.each([0, 1, LIMITS.inlineBytesMax, 3_000_000])('stores %d bytes, whatever they are', async (length) => {
    const content = Buffer.alloc(length, `\r\n--${BOUNDARY.slice(0, -1)}\r\n`)
    expect(outcome(await postFields({ key: 'sized' }, { content }))).toBe('204')
    expect((await at.get('sized')).body.equals(content)).toBe(true)
  })

  it('makes a version, and tells which', async () => {
    const body = formOf({ key: 'v', ...policyFields(at.server) })
    const reply = await post(body, {}, VERSIONED)
    const versionId = String(reply.headers['x-cos-version-id'])
    const got = await at.signed({ target: `/${VERSIONED}/v?versionId=${encodeURIComponent(versionId)}` })
    expect(got.text).toBe('content')
  })

  it('may be followed by fields, which do not count', async () => {
    const body = Buffer.concat([
      fieldPart('key', 'followed'),
      ...Object.entries(policyFields(at.server)).map(([name, value]) => fieldPart(name, value)),
      filePart({ content: 'content' }),
      fieldPart('x-cos-storage-class', 'nonsense'),
      Buffer.from(`--${BOUNDARY}--`),
    ])
    expect(outcome(await post(body))).toBe('204')
    expect(await stored('followed')).toBe('content')
  })

  it('refuses to overwrite when it is asked to', async () => {
    const fields = { key: 'once', 'x-cos-forbid-overwrite': 'true' }
    expect(outcome(await postFields(fields))).toBe('204')
    expect(outcome(await postFields(fields, { content: 'other' }))).toBe('409 FileAlreadyExists')
    expect(await stored('once')).toBe('content')
  })

  it('leaves its connection open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const target = `/${BUCKET}`
    const send = (fields: Record<string, string>, content: string | Buffer) =>
      at.anonymous({
        method: 'POST',
        target,
        headers: { 'content-type': FORM_TYPE },
        body: formOf(fields, { content }),
        agent,
      })
    const short = {
      ...policyFields(at.server, { conditions: [['content-length-range', 0, 5]] }),
      key: 'kept',
    }
    const signed = { ...policyFields(at.server), key: 'kept' }
    expect(outcome(await send(signed, 'x'))).toBe('204')
    expect(outcome(await send(short, Buffer.alloc(200_000)))).toBe('400 EntityTooLarge')
    expect(outcome(await send({ key: 'kept' }, Buffer.alloc(200_000)))).toBe('403 AccessDenied')
    expect(outcome(await send(signed, 'y'))).toBe('204')
    expect(await stored('kept')).toBe('y')
    agent.destroy()
  })
})

describe('the reply', () => {
  it.each([
    ['200', 200],
    ['201', 201],
    ['204', 204],
    ['202', 204],
    ['404', 204],
    ['', 204],
  ])('to success_action_status "%s" is %d, without a body', async (asked, status) => {
    const reply = await postFields({ key: 'status', success_action_status: asked })
    expect([reply.status, reply.text]).toEqual([status, ''])
    expect(reply.headers).toMatchObject({ etag: ETAG, location: `${at.server.url}/${BUCKET}/status` })
  })

  const query = `bucket=${BUCKET}&key=dir%2F%E6%96%87&etag=%229a0364b9e99bb480dd25e1f0284c8555%22`
  it.each([
    ['https://my.website/done', `https://my.website/done?${query}`],
    ['http://my.website?a=b', `http://my.website/?a=b&${query}`],
    ['https://my.website/文#there', `https://my.website/%E6%96%87?${query}#there`],
  ])('leads to %s', async (success_action_redirect, location) => {
    const fields = { key: 'dir/文', success_action_redirect, success_action_status: '200' }
    const reply = await postFields(fields)
    expect([reply.status, reply.headers.location]).toEqual([303, location])
    expect(reply.headers.etag).toBe(ETAG)
  })

  it.each([
    'javascript:alert(1)',
    '/done',
    'ftp://my.website/',
    'data:text/html,x',
    'http://',
    'no url',
  ])('does not lead to %s', async (success_action_redirect) => {
    const reply = await postFields({ key: 'led', success_action_redirect, success_action_status: '200' })
    expect([reply.status, reply.headers.location]).toEqual([200, `${at.server.url}/${BUCKET}/led`])
  })
})

describe('a signed form', () => {
  const refusedBy = (policy: PolicyOptions, fields: Record<string, string> = {}, file?: FilePart) =>
    postFields({ key: 'refused', ...fields }, file, policy)

  it.each<readonly [string, PolicyOptions]>([
    ['a wrong key', { secretKey: 'x'.repeat(32) }],
    ['no JSON', { text: 'hello', secretKey: 'x'.repeat(32) }],
  ])('is refused with %s', async (_name, policy) => {
    expect(outcome(await refusedBy(policy))).toBe('403 SignatureDoesNotMatch')
    expect(await stored('refused')).toBe('404')
  })

  const now = () => Math.floor(Date.now() / 1000)
  it.each<readonly [string, () => PolicyOptions, string]>([
    ['an unknown key', () => ({ secretId: 'AKIDunknown' }), '403 InvalidAccessKeyId'],
    ['a key time that is over', () => ({ start: now() - 100, end: now() - 50 }), '403 AccessDenied'],
    ['a key time to come', () => ({ start: now() + 7200, end: now() + 9000 }), '403 RequestTimeTooSkewed'],
    ['an expiration that is over', () => ({ expiration: '2020-01-01T00:00:00Z' }), '403 AccessDenied'],
    ['no JSON', () => ({ text: 'hello' }), '400 InvalidPolicyDocument'],
    ['no conditions', () => ({ text: '{"expiration":"2099-01-01T00:00:00Z"}' }), '400 InvalidPolicyDocument'],
    [
      'a key time that is not the one agreed',
      () => ({ conditions: [{ 'q-sign-time': '1;2' }] }),
      '403 AccessDenied',
    ],
    ['another key pair than agreed', () => ({ conditions: [{ 'q-ak': 'other' }] }), '403 AccessDenied'],
    ['another bucket', () => ({ conditions: [{ bucket: OPEN }] }), '403 AccessDenied'],
    ['another key', () => ({ conditions: [{ key: 'other' }] }), '403 AccessDenied'],
    ['another key (eq)', () => ({ conditions: [['eq', '$key', 'other']] }), '403 AccessDenied'],
    ['another prefix', () => ({ conditions: [['starts-with', '$key', 'dir/']] }), '403 AccessDenied'],
    ['a field that is missing', () => ({ conditions: [{ acl: 'default' }] }), '403 AccessDenied'],
    ['too large a file', () => ({ conditions: [['content-length-range', 0, 6]] }), '400 EntityTooLarge'],
    ['too small a file', () => ({ conditions: [['content-length-range', 8, 9]] }), '400 EntityTooSmall'],
  ])('is refused with %s', async (_name, policy, expected) => {
    expect(outcome(await refusedBy(policy()))).toBe(expected)
    expect(await stored('refused')).toBe('404')
  })

  it('is accepted when all conditions hold', async () => {
    const conditions = [
      { bucket: BUCKET },
      ['starts-with', '$key', 'user/'],
      ['starts-with', '$Content-Type', 'image/'],
      ['eq', '$acl', 'default'],
      ['content-length-range', 7, 7],
    ]
    const fields = { key: `user/${FILE_NAME}`, 'Content-Type': 'image/png', acl: 'default' }
    expect(outcome(await postFields(fields, undefined, { conditions }))).toBe('204')
    expect(await stored('user/a.txt')).toBe('content')
  })

  it('bounds its file while that streams, long before its end', async () => {
    const conditions = [['content-length-range', 0, 100_000]]
    const connection = await RawConnection.open(at.server.endpoint)
    const head = `POST /${BUCKET} HTTP/1.1\r\nHost: ${at.server.endpoint}\r\nContent-Type: ${FORM_TYPE}\r\nContent-Length: 1000000000\r\n\r\n`
    const fields = { key: 'refused', ...policyFields(at.server, { conditions }) }
    const begun = formOf(fields, { content: Buffer.alloc(200_000) })
    connection.write(Buffer.concat([Buffer.from(head), begun.subarray(0, begun.length - 50)]))
    expect((await connection.reply('POST'))?.code).toBe('EntityTooLarge')
    connection.destroy()
    expect(await stored('refused')).toBe('404')
  })

  it.each([
    'q-sign-algorithm',
    'q-ak',
    'q-key-time',
    'q-signature',
  ])('is refused without %s', async (name) => {
    const { [name]: _, ...fields } = policyFields(at.server)
    expect(outcome(await post(formOf({ key: 'refused', ...fields })))).toBe('403 AccessDenied')
  })

  it('is refused without its policy', async () => {
    const { policy: _, ...fields } = policyFields(at.server)
    const reply = await post(formOf({ key: 'refused', ...fields }), {}, OPEN)
    expect(outcome(reply)).toBe('403 AccessDenied')
  })

  it.each([
    ['q-sign-algorithm', 'md5', '400 VerifyAlgorithmNotSupported'],
    ['q-key-time', 'soon', '403 AccessDenied'],
    ['q-signature', 'f'.repeat(40), '403 SignatureDoesNotMatch'],
    ['policy', '!!!', '400 InvalidPolicyDocument'],
  ])('is refused with %s "%s"', async (name, value, expected) => {
    const fields = { key: 'refused', ...policyFields(at.server), [name]: value }
    expect(outcome(await post(formOf(fields)))).toBe(expected)
    expect(await stored('refused')).toBe('404')
  })
})

describe('a form without a policy', () => {
  it('may come with an Authorization header', async () => {
    const body = formOf({ key: 'header' })
    const headers = { 'content-type': FORM_TYPE }
    const reply = await at.signed({ method: 'POST', target: `/${BUCKET}`, body, headers })
    expect(outcome(reply)).toBe('204')
    const wrong = await at.signed({
      method: 'POST',
      target: `/${BUCKET}`,
      body: formOf({ key: 'refused' }),
      headers,
      sign: { secretKey: 'x'.repeat(32) },
    })
    expect(outcome(wrong)).toBe('403 SignatureDoesNotMatch')
    expect([await stored('header'), await stored('refused')]).toEqual(['content', '404'])
  })

  it('is anonymous otherwise, and needs a bucket that anyone may write to', async () => {
    expect(outcome(await post(formOf({ key: 'refused' })))).toBe('403 AccessDenied')
    expect(await stored('refused')).toBe('404')
    expect(outcome(await post(formOf({ key: 'anyone' }), {}, OPEN))).toBe('204')
    expect(await stored('anyone', OPEN)).toBe('content')
  })
})

describe('what is no form', () => {
  const signed = () => ({ key: 'refused', ...policyFields(at.server) })

  it.each([
    ['', 'application/x-www-form-urlencoded'],
    ['key=value', 'application/x-www-form-urlencoded'],
    ['{}', 'application/json'],
    ['x', 'multipart/form-data'],
    ['x', 'multipart/mixed; boundary=a'],
  ])('is refused: "%s" of %s', async (body, type) => {
    const request = { method: 'POST', target: `/${BUCKET}`, body, headers: { 'content-type': type } }
    expect(outcome(await at.signed(request))).toBe('400 MalformedPOSTRequest')
  })

  it('is a body of no type, and of no length', async () => {
    const target = `/${BUCKET}`
    expect(outcome(await at.signed({ method: 'POST', target }))).toBe('400 MalformedPOSTRequest')
    const connection = await RawConnection.open(at.server.endpoint)
    const headers = { 'content-type': FORM_TYPE }
    connection.write(signedHead(at.server, { method: 'POST', target, headers }))
    expect((await connection.reply('POST'))?.code).toBe('MissingContentLength')
    connection.destroy()
  })

  it('has another boundary than it says', async () => {
    const headers = { 'content-type': 'multipart/form-data; boundary=other' }
    expect(outcome(await post(formOf(signed()), headers))).toBe('400 MalformedPOSTRequest')
  })

  it('lacks its closing boundary', async () => {
    for (const cut of [3, 4, 20, 30]) {
      const body = formOf(signed())
      expect(outcome(await post(body.subarray(0, body.length - cut)))).toBe('400 MalformedPOSTRequest')
    }
    expect(await stored('refused')).toBe('404')
  })

  it('is cut off in the middle', async () => {
    const body = formOf(signed(), { content: Buffer.alloc(100_000) })
    const head = `POST /${BUCKET} HTTP/1.1\r\nHost: ${at.server.endpoint}\r\nContent-Type: ${FORM_TYPE}\r\nContent-Length: ${body.length}\r\n\r\n`
    for (const length of [100, 50_000, body.length - 1]) {
      const connection = await RawConnection.open(at.server.endpoint)
      connection.write(head)
      connection.write(body.subarray(0, length))
      await new Promise((resolve) => setTimeout(resolve, 50))
      connection.destroy()
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await stored('refused')).toBe('404')
  })

  it('has no file, two, one of another name, or one before the key', async () => {
    const tail = Buffer.from(`--${BOUNDARY}--\r\n`)
    const fields = Object.entries(signed()).map(([name, value]) => fieldPart(name, value))
    const file = filePart({ content: 'content' })
    const large = filePart({ content: Buffer.alloc(1_000_000) })
    const other = filePart({ name: 'photo', content: 'content' })
    const wrong = '400 IncorrectNumberOfFilesInPostRequest'
    const forms: readonly (readonly [readonly Buffer[], string])[] = [
      [[...fields], wrong],
      [[...fields, file, file], wrong],
      [[...fields, large, large], wrong],
      [[...fields, other], wrong],
      [[file, ...fields], '403 AccessDenied'],
    ]
    for (const [parts, expected] of forms) {
      expect(outcome(await post(Buffer.concat([...parts, tail])))).toBe(expected)
    }
    const keyless = Buffer.concat([file, fieldPart('key', 'refused'), tail])
    expect(outcome(await post(keyless, {}, OPEN))).toBe('400 InvalidArgument')
    expect(await stored('refused')).toBe('404')
  })

  it('has fields beyond all bounds', async () => {
    const huge = { ...signed(), 'x-cos-meta-a': 'x'.repeat(LIMITS.formFieldBytesMax + 1) }
    expect(outcome(await post(formOf(huge)))).toBe('400 MalformedPOSTRequest')
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, 'v']))
    expect(outcome(await post(formOf({ ...many, ...signed() })))).toBe('400 MalformedPOSTRequest')
    const twice = Buffer.concat([fieldPart('key', 'other'), formOf(signed())])
    expect(outcome(await post(twice))).toBe('400 MalformedPOSTRequest')
  })
})

describe('a field', () => {
  const cases: readonly (readonly [Record<string, string>, string])[] = [
    [{ key: '' }, '400 InvalidObjectName'],
    [{ key: '/refused' }, '400 InvalidObjectName'],
    [{ key: 'k'.repeat(851) }, '400 KeyTooLong'],
    [{ acl: 'public-read-write' }, '400 InvalidArgument'],
    [{ 'x-cos-acl': 'everyone' }, '400 InvalidArgument'],
    [{ 'x-cos-storage-class': 'WARM' }, '400 NotSupportedStorageClass'],
    [{ 'x-cos-tagging': 'a=b&a=c' }, '400 InvalidTag'],
    [{ 'x-cos-forbid-overwrite': 'perhaps' }, '400 InvalidArgument'],
    [{ 'x-cos-traffic-limit': '1' }, '400 InvalidArgument'],
    [{ 'x-cos-traffic-limit': 'fast' }, '400 InvalidArgument'],
    [{ 'x-cos-meta-a': 'x'.repeat(5000) }, '400 MetadataTooLarge'],
    [{ 'x-cos-meta-a b': 'x' }, '400 InvalidArgument'],
    [{ 'x-cos-meta-a': 'x\r\nSet-Cookie: y' }, '400 InvalidArgument'],
    [{ 'Content-Type': 'text/html\n' }, '400 InvalidArgument'],
    [{ 'Content-MD5': 'x' }, '400 InvalidDigest'],
    [{ 'Content-MD5': '1B2M2Y8AsgTpgAmY7PhCfg==' }, '400 BadDigest'],
    [{ 'x-cos-content-sha1': '0'.repeat(40) }, '400 InvalidSHA1Digest'],
    [{ 'x-cos-server-side-encryption': 'AES256' }, '501 NotImplemented'],
    [{ 'x-cos-callback': 'e30=' }, '501 NotImplemented'],
  ]
  it.each(cases)('of %j is refused', async (fields, expected) => {
    expect(outcome(await postFields({ key: 'refused', ...fields }))).toBe(expected)
    expect(await stored('refused')).toBe('404')
  })

  it('may hold the digest of the file', async () => {
    const fields = { key: 'digest', 'Content-MD5': 'mgNkuembtIDdJeHwKEyFVQ==' }
    expect(outcome(await postFields(fields))).toBe('204')
  })

  it('of a bucket that is not there is no good', async () => {
    const reply = await post(formOf({ key: 'k', ...policyFields(at.server) }), {}, 'none-1250000000')
    expect(outcome(reply)).toBe('404 NoSuchBucket')
  })
})

describe('the way in', () => {
  it('may be in chunks', async () => {
    const body = formOf({ key: 'chunked', ...policyFields(at.server) })
    expect(outcome(await post(body, { 'transfer-encoding': 'chunked' }))).toBe('204')
    expect(await stored('chunked')).toBe('content')
  })

  it('may wait for 100 Continue', async () => {
    const body = formOf({ key: 'continued', ...policyFields(at.server) })
    const connection = await RawConnection.open(at.server.endpoint)
    const head = (type: string) =>
      `POST /${BUCKET} HTTP/1.1\r\nHost: ${at.server.endpoint}\r\nContent-Type: ${type}\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`
    connection.write(head(FORM_TYPE))
    expect((await connection.reply('POST'))?.status).toBe(100)
    connection.write(body)
    expect((await connection.reply('POST'))?.status).toBe(204)
    // What can not be a form is refused before it is sent.
    connection.write(head('text/plain'))
    expect((await connection.reply('POST'))?.code).toBe('MalformedPOSTRequest')
    connection.destroy()
    expect(await stored('continued')).toBe('content')
  })

  it('is refused before it is read when it is larger than any object', async () => {
    const connection = await RawConnection.open(at.server.endpoint)
    connection.write(
      `POST /${BUCKET} HTTP/1.1\r\nHost: ${at.server.endpoint}\r\nContent-Type: ${FORM_TYPE}\r\nContent-Length: 6000000000\r\n\r\n`,
    )
    expect((await connection.reply('POST'))?.code).toBe('EntityTooLarge')
    connection.destroy()
  })

  it("may be a browser's own", async () => {
    const form = new FormData()
    for (const [name, value] of Object.entries({ key: `real/${FILE_NAME}`, ...policyFields(at.server) })) {
      form.append(name, value)
    }
    form.append('file', new Blob(['content'], { type: 'text/html' }), '文 "件".txt')
    const reply = await fetch(`${at.server.url}/${BUCKET}`, { method: 'POST', body: form })
    expect(reply.status).toBe(204)
    expect(reply.headers.get('etag')).toBe(ETAG)
    expect(await stored('real/文 %22件%22.txt')).toBe('content')
  })
})

describe('the store', () => {
  it('holds no byte of what was refused', async () => {
    const found = await auditExactly(at.server.store)
    expect(found.versions).toBeGreaterThan(10)
  })
})
