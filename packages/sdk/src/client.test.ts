import { readFile } from 'node:fs/promises'
import { inspect } from 'node:util'
import { afterAll, beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { type CosClient, CosClientError, CosServiceError, type OperationInput, VERSION } from './index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  reply,
  type ScriptedServer,
  SECRET_ID,
  SECRET_KEY,
  startScriptedServer,
  xml,
} from './testing/scripted-server.js'

let server: ScriptedServer
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
  cos = clientOf(server)
})
afterAll(async () => {
  await cos.close()
  await server.close()
})
beforeEach(() => {
  server.requests.length = 0
})

const last = () => {
  const request = server.requests.at(-1)
  if (!request) throw new Error('Nothing was sent.')
  return request
}

describe('a call', () => {
  it('sends the members and reads the reply', async () => {
    server.script(
      reply(200, {
        ETag: '"5d41402abc4b2a76b9719d911017c592"',
        'x-cos-hash-crc64ecma': '4235519166062214604',
        'x-cos-request-id': 'NWU5',
        'x-cos-version-id': 'v1',
      }),
    )
    const put = await cos.putObject(
      { Bucket: BUCKET, Key: 'dir/a.txt', Body: 'hello', Metadata: { author: 'me', 'x-cos-meta-Two': '2' } },
      { crcCheck: false },
    )
    expect(put).toMatchObject({
      ETag: '"5d41402abc4b2a76b9719d911017c592"',
      Crc64: 4235519166062214604n,
      VersionId: 'v1',
      statusCode: 200,
      requestId: 'NWU5',
    })
    expect(put.headers['x-cos-version-id']).toBe('v1')
    const { method, url, headers, body } = last()
    expect([method, url, body.toString()]).toEqual(['PUT', `/${BUCKET}/dir/a.txt`, 'hello'])
    expect(headers).toMatchObject({
      host: server.host,
      'content-length': '5',
      'user-agent': `coset-sdk/${VERSION}`,
      'x-cos-meta-author': 'me',
      'x-cos-meta-two': '2',
    })
    expect(headers['x-cos-sdk-retry']).toBeUndefined()
  })

  it('takes dates, numbers and booleans as text', async () => {
    server.script(reply(200, { etag: '"e"' }))
    await cos.headObject({ Bucket: BUCKET, Key: 'k', IfModifiedSince: 'Wed, 28 Oct 2014 20:30:00 GMT' })
    expect(last().headers['if-modified-since']).toBe('Wed, 28 Oct 2014 20:30:00 GMT')
    await cos.headObject({ Bucket: BUCKET, Key: 'k', IfModifiedSince: new Date(1_414_528_200_000) })
    expect(last().headers['if-modified-since']).toBe('Tue, 28 Oct 2014 20:30:00 GMT')
    await cos.putObject({
      Bucket: BUCKET,
      Key: 'k',
      Body: '',
      ForbidOverwrite: 'true',
      TrafficLimit: '819200',
    })
    expect(last().headers).toMatchObject({
      'x-cos-forbid-overwrite': 'true',
      'x-cos-traffic-limit': '819200',
    })
    expectTypeOf<OperationInput<'putObject'>['TrafficLimit']>().toEqualTypeOf<
      number | `${number}` | undefined
    >()
  })

  it('keeps the version in step with package.json', async () => {
    const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'))
    expect(manifest.version).toBe(VERSION)
  })

  it('reuses its connection, after HEAD too', async () => {
    server.script(reply(200, { etag: '"e"' }))
    const before = server.connections()
    for (let at = 0; at < 3; at++) await cos.headObject({ Bucket: BUCKET, Key: 'k' })
    await cos.deleteObject({ Bucket: BUCKET, Key: 'k' })
    expect(server.connections() - before).toBeLessThanOrEqual(1)
  })
})

describe('keys', () => {
  it.each([
    ['a b', '/a%20b'],
    ['a+b', '/a%2Bb'],
    ['a%20b', '/a%2520b'],
    ['./a', '/.%2Fa'],
    ['a/../b', '/a%2F..%2Fb'],
    ['..', '/..'],
    ['a//b', '/a//b'],
    ['a//', '/a//'],
    ['文件', '/%E6%96%87%E4%BB%B6'],
    ['🪣?x=1#y', '/%F0%9F%AA%A3%3Fx%3D1%23y'],
    ["~'()*!", '/~%27%28%29%2A%21'],
    ['a\tb', '/a%09b'],
  ])('arrive byte for byte: %j', async (key, path) => {
    server.script(reply(200, { etag: '"e"' }))
    await cos.headObject({ Bucket: BUCKET, Key: key })
    expect(last().url).toBe(`/${BUCKET}${path}`)
  })

  it('are refused where they could not arrive, or would name the bucket', async () => {
    for (const Key of ['', '/a', '\\a', 'a\0b', '\ud800', 'x'.repeat(851)]) {
      const error = await cos.deleteObject({ Bucket: BUCKET, Key }).catch((cause: unknown) => cause)
      expect(error).toMatchObject({ name: 'CosClientError', kind: 'validation', requestSent: false })
    }
    const missing = { Bucket: BUCKET } as OperationInput<'deleteObject'>
    await expect(cos.deleteObject(missing)).rejects.toMatchObject({ kind: 'validation' })
    expect(server.requests).toEqual([])
  })

  it('come with buckets that could not lead elsewhere', async () => {
    for (const Bucket of ['', 'a/b', '..', 'a?b', 'a b', 'host:80', 'ü']) {
      await expect(cos.headBucket({ Bucket })).rejects.toMatchObject({ kind: 'validation' })
    }
    await expect(cos.headBucket({} as OperationInput<'headBucket'>)).rejects.toBeInstanceOf(CosClientError)
    expect(server.requests).toEqual([])
    server.script(reply(200))
    await cos.headBucket({ Bucket: 'Old_style.bucket' })
    expect(last().url).toBe('/Old_style.bucket/')
  })
})

describe('header values', () => {
  it('are any text, as UTF-8 on the wire', async () => {
    server.script(
      reply(200, { etag: '"e"', 'x-cos-meta-note': Buffer.from('grüße 文', 'utf8').toString('latin1') }),
    )
    await cos.putObject({ Bucket: BUCKET, Key: 'k', Body: '', Metadata: { note: ' grüße 文 ' } })
    expect(Buffer.from(last().headers['x-cos-meta-note'] ?? '', 'latin1').toString('utf8')).toBe('grüße 文')
    const head = await cos.headObject({ Bucket: BUCKET, Key: 'k' })
    expect(head.Metadata).toEqual({ note: 'grüße 文' })
  })

  it('stay as they came where they are not UTF-8', async () => {
    server.script(reply(200, { etag: '"e"', 'x-cos-meta-note': '\xe9t\xe9' }))
    expect((await cos.headObject({ Bucket: BUCKET, Key: 'k' })).Metadata).toEqual({ note: 'été' })
  })

  it('can not hold line breaks, nor names what names can not', async () => {
    for (const value of ['a\r\nx-evil: 1', 'a\n', 'a\0', 'a\u007f']) {
      const call = cos.putObject({ Bucket: BUCKET, Key: 'k', Body: '', Metadata: { note: value } })
      await expect(call).rejects.toMatchObject({ kind: 'validation' })
    }
    const call = cos.putObject({ Bucket: BUCKET, Key: 'k', Body: '', Metadata: { 'a b': 'x' } })
    await expect(call).rejects.toMatchObject({ kind: 'validation' })
    expect(server.requests).toEqual([])
  })
})

describe('documents', () => {
  it('go with their type and Content-MD5', async () => {
    server.script(reply(200))
    await cos.putBucketVersioning({ Bucket: BUCKET, Status: 'Enabled' })
    const { url, headers, body } = last()
    expect(url).toBe(`/${BUCKET}/?versioning`)
    expect(body.toString()).toContain('<Status>Enabled</Status>')
    expect(headers['content-type']).toBe('application/xml')
    const { createHash } = await import('node:crypto')
    expect(headers['content-md5']).toBe(createHash('md5').update(body).digest('base64'))
  })

  it('delete up to 1,000 objects and read both outcomes', async () => {
    server.script(
      xml(
        200,
        '<DeleteResult><Deleted><Key>a</Key></Deleted><Error><Key>b</Key><Code>AccessDenied</Code><Message>no</Message></Error></DeleteResult>',
      ),
    )
    const result = await cos.deleteObjects({
      Bucket: BUCKET,
      Delete: { Object: [{ Key: 'a' }, { Key: 'b&<' }], Quiet: 'false' },
    })
    expect(result.Deleted).toEqual([{ Key: 'a' }])
    expect(result.Error).toEqual([{ Key: 'b', Code: 'AccessDenied', Message: 'no' }])
    expect(last().body.toString()).toContain('<Object><Key>b&amp;&lt;</Key></Object>')
    const tooMany = Array.from({ length: 1001 }, (_, at) => ({ Key: String(at) }))
    const call = cos.deleteObjects({ Bucket: BUCKET, Delete: { Object: tooMany } })
    await expect(call).rejects.toThrow(/1001 entries.*at most 1000/)
    await expect(call).rejects.toMatchObject({ kind: 'validation' })
  })

  it('that are an error in a 200 are an error', async () => {
    server.script(errorXml(200, 'InvalidArgument'))
    const error = await cos.listObjects({ Bucket: BUCKET }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(CosServiceError)
    expect(error).toMatchObject({ code: 'InvalidArgument', statusCode: 200 })
    const put = cos.putObject({ Bucket: BUCKET, Key: 'k', Body: 'x' })
    await expect(put).rejects.toMatchObject({ code: 'InvalidArgument', statusCode: 200 })
  })

  it('that are none of ours are told apart', async () => {
    server.script(reply(200, {}, '<html><p>Please log in'))
    await expect(cos.listBuckets()).rejects.toMatchObject({ kind: 'body' })
    server.script(xml(200, '<Other/>'))
    await expect(cos.listBuckets()).rejects.toThrow(/root Other/)
  })

  it('list buckets', async () => {
    server.script(
      xml(
        200,
        `<ListAllMyBucketsResult><Owner><ID>o</ID></Owner><Buckets><Bucket><Name>${BUCKET}</Name><Location>ap-x</Location><CreationDate>2020-12-10T03:37:30Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>`,
      ),
    )
    const { Buckets } = await cos.listBuckets({ Region: 'ap-x' })
    expect(Buckets).toEqual([
      { Name: BUCKET, Location: 'ap-x', CreationDate: new Date('2020-12-10T03:37:30Z') },
    ])
    expect(last().url).toBe('/?region=ap-x')
  })
})

describe('existence', () => {
  it('is true, false or an error', async () => {
    server.script(
      reply(200, { etag: '"e"' }),
      reply(404),
      reply(405, { 'x-cos-delete-marker': 'true' }),
      reply(403),
    )
    const input = { Bucket: BUCKET, Key: 'k' }
    expect(await cos.objectExists(input)).toBe(true)
    expect(await cos.objectExists(input)).toBe(false)
    expect(await cos.objectExists({ ...input, VersionId: 'marker' })).toBe(false)
    await expect(cos.objectExists(input)).rejects.toMatchObject({ code: 'AccessDenied', statusCode: 403 })
    server.script(reply(200), reply(404))
    expect(await cos.bucketExists({ Bucket: BUCKET })).toBe(true)
    expect(await cos.bucketExists({ Bucket: BUCKET })).toBe(false)
  })
})

describe('secrets', () => {
  it('never show in the client or in errors', async () => {
    const Token = 'TokenOfTemporaryKeys/with+signs=='
    const client = clientOf(server, { Token })
    const quoted = `x-cos-security-token=${encodeURIComponent(Token)}&amp;k=${SECRET_KEY} ${Token}`
    server.script(
      errorXml(403, 'SignatureDoesNotMatch', quoted, { elements: `<FormatString>${quoted}</FormatString>` }),
    )
    const error = await client.headBucket({ Bucket: BUCKET }).catch((cause: unknown) => cause)
    const listed = await client.listObjects({ Bucket: BUCKET }).catch((cause: unknown) => cause)
    if (!(listed instanceof CosServiceError)) throw new Error('expected a service error')
    const shown = [client, error, listed].flatMap((value) => [
      inspect(value, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(value),
      String(value),
    ])
    shown.push(
      listed.stack ?? '',
      listed.getOriginMsg(),
      JSON.stringify(listed.getDigestMsg()),
      listed.getErrorMsg(),
    )
    for (const text of shown) {
      for (const secret of [SECRET_KEY, Token, encodeURIComponent(Token)]) expect(text).not.toContain(secret)
    }
    expect(inspect(client)).not.toContain(SECRET_ID)
    expect(last().headers['x-cos-security-token']).toBe(Token)
    await client.close()
  })
})

describe('close', () => {
  it('ends what is under way and refuses what comes after', async () => {
    const client = clientOf(server)
    server.script(() => undefined)
    const pending = client.headBucket({ Bucket: BUCKET })
    const settled = expect(pending).rejects.toMatchObject({ kind: 'aborted' })
    await new Promise((resolve) => setTimeout(resolve, 30))
    await client.close()
    await settled
    await expect(client.headBucket({ Bucket: BUCKET })).rejects.toMatchObject({ kind: 'aborted' })
  })
})
