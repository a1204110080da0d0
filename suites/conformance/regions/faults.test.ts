// What can go wrong between two regions, and what no request may make this server do.
import type { ServerResponse } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { failureOf, refusal } from '../own-sdk/stations.js'
import { sendSigned } from '../raw.js'
import { FAR, FAR_REGION, NEAR, type Region, remoteOf, ScriptedRegion, startRegion } from './stations.js'

const MIB = 1024 * 1024
const far = new ScriptedRegion()
const KEYS = { secretId: 'AKIDfar', secretKey: 'key-of-far' }

let near: Region
let endpoint: string
beforeAll(async () => {
  endpoint = await far.start()
  const remote = { ...KEYS, token: 'token-of-far', endpoint: `http://${endpoint}/{region}/{bucket}` }
  near = await startRegion(NEAR, { keepAliveMs: 200, remote })
})
afterAll(async () => {
  await near.stop()
  await far.stop()
})

const source = { Bucket: FAR, Key: 'k', Region: FAR_REGION }
const copy = (more: object = {}, region: Region = near) =>
  region.cos.copyObject({ Bucket: NEAR, Key: 'copy', CopySource: source, ...more })
const blobs = async () => (await near.server.store.blobs.list({ limit: 10 })).length

function answer(status: number, headers: Record<string, string>, body: string | Buffer = ''): void {
  far.reply = (_request, response) => {
    response.writeHead(status, { 'content-length': String(body.length), ...headers })
    response.end(body)
  }
}

function refuse(status: number, code: string): void {
  answer(status, { 'content-type': 'application/xml' }, `<Error><Code>${code}</Code></Error>`)
}

describe('a source that fails', () => {
  afterEach(async () => {
    expect(await near.cos.objectExists({ Bucket: NEAR, Key: 'copy' })).toBe(false)
    expect(await blobs()).toBe(0)
  })

  it('midway stores nothing, and may be tried again', async () => {
    far.reply = (_request, response) => {
      response.writeHead(200, { 'content-length': String(MIB) })
      response.write(Buffer.alloc(MIB / 2), () => response.destroy())
    }
    const failure = await failureOf(copy())
    expect(failure).toMatchObject({ statusCode: 503, code: 'ServiceUnavailable' })
    expect(failure.message).toContain(FAR_REGION)
  })

  it('midway stores nothing when its length was not told', async () => {
    far.reply = (_request, response) => {
      response.writeHead(200)
      response.write(Buffer.alloc(MIB / 2), () => response.destroy())
    }
    expect(await refusal(copy())).toBe('503 ServiceUnavailable')
  })

  it('sends other bytes than it had', async () => {
    answer(200, { 'x-cos-hash-crc64ecma': '1' }, 'content')
    expect(await refusal(copy())).toBe('400 BadDigest')
  })

  it.each([
    [500, 'InternalError', '503 ServiceUnavailable'],
    [503, 'SlowDown', '503 SlowDown'],
    [403, 'AccessDenied', '403 AccessDenied'],
    [403, 'SignatureDoesNotMatch', '400 InvalidCopySource'],
    [403, 'InvalidAccessKeyId', '400 InvalidCopySource'],
    [404, 'NoSuchBucket', '404 NoSuchBucket'],
    [418, 'Teapot', '400 InvalidCopySource'],
    [206, 'NotAsked', '400 InvalidCopySource'],
  ])('with %i %s is told as it concerns the caller', async (status, code, expected) => {
    refuse(status, code)
    expect(await refusal(copy())).toBe(expected)
  })

  it('with anything but a document is told by its status', async () => {
    answer(502, {}, 'x'.repeat(MIB))
    expect(await refusal(copy())).toBe('503 ServiceUnavailable')
    answer(400, {}, '<Error>')
    expect(await refusal(copy())).toBe('400 InvalidCopySource')
  })

  it('to be small enough is not even read', async () => {
    const { cut } = far
    far.reply = (_request, response) => {
      response.writeHead(200, { 'content-length': String(6 * 1024 * MIB) })
      response.write('x')
    }
    expect(await refusal(copy())).toBe('400 InvalidCopySource')
    await expect.poll(() => far.cut).toBe(cut + 1)
  })

  it('to be of use is given up: without a bucket to copy to', async () => {
    const { cut } = far
    far.reply = (_request, response) => {
      response.writeHead(200, { 'content-length': String(MIB) })
      response.write('x')
    }
    expect(await refusal(copy({ Bucket: 'none-1250000000' }))).toBe('404 NoSuchBucket')
    expect(await refusal(copy({ Metadata: { a: 'x'.repeat(5000) }, CopyStatus: 'Replaced' }))).toBe(
      '400 MetadataTooLarge',
    )
    await expect.poll(() => far.cut).toBe(cut + 2)
  })

  it('to give its tags is not copied without them', async () => {
    far.reply = (request, response) => {
      if (!request.url?.includes('tagging')) {
        response.writeHead(200, { 'content-length': '1', 'x-cos-tagging-count': '1' }).end('x')
      } else response.writeHead(403).end('<Error><Code>AccessDenied</Code></Error>')
    }
    expect(await refusal(copy())).toBe('403 AccessDenied')
  })
})

describe('another region', () => {
  it('that is down is told so', async () => {
    const gone = new ScriptedRegion()
    const remote = { ...KEYS, endpoint: `http://${await gone.start()}/{bucket}` }
    await gone.stop()
    const alone = await startRegion(NEAR, { remote })
    expect(await refusal(copy({}, alone))).toBe('503 ServiceUnavailable')
    await alone.stop()
  })

  it('is not asked without credentials, and the refusal says what is missing', async () => {
    const alone = await startRegion(NEAR)
    const failure = await failureOf(copy({}, alone))
    expect(failure).toMatchObject({ statusCode: 400, code: 'InvalidCopySource' })
    expect(failure.message).toContain('COSET_REMOTE_SECRET_ID')
    await alone.stop()
  })

  it('that refuses the credentials is told so', async () => {
    const real = await startRegion(FAR, { region: FAR_REGION })
    for (const wrong of [{ secretKey: 'wrong' }, { secretId: 'AKIDnone' }]) {
      const alone = await startRegion(NEAR, { remote: { ...remoteOf(real.server), ...wrong } })
      const failure = await failureOf(copy({}, alone))
      expect(failure).toMatchObject({ statusCode: 400, code: 'InvalidCopySource' })
      expect(failure.message).toMatch(/SignatureDoesNotMatch|InvalidAccessKeyId/)
      expect(failure.message).toContain('credentials')
      await alone.stop()
    }
    await real.stop()
  })
})

describe('a request for a copy', () => {
  it('reaches the configured host alone, signed, with the token', async () => {
    answer(200, {}, 'x')
    far.requests.length = 0
    await copy({ CopySource: { ...source, Key: '../../a b?c', VersionId: 'MTg0' } })
    const [request] = far.requests
    expect(request?.url).toBe(`/${FAR_REGION}/${FAR}/..%2F..%2Fa%20b%3Fc?versionId=MTg0`)
    expect(request?.headers).toMatchObject({ host: endpoint, 'x-cos-security-token': 'token-of-far' })
    expect(request?.headers.authorization).toContain('q-ak=AKIDfar')
    expect(request?.headers.authorization).toMatch(/q-header-list=[^&]*x-cos-security-token/)
    expect(request?.headers.authorization).not.toContain(KEYS.secretKey)
  })

  it('is not led on to where a reply points', async () => {
    const elsewhere = new ScriptedRegion()
    const location = `http://${await elsewhere.start()}/secret`
    for (const status of [301, 302, 307]) {
      answer(status, { location })
      expect(await refusal(copy())).toBe('400 InvalidCopySource')
    }
    expect(elsewhere.requests).toEqual([])
    await elsewhere.stop()
  })

  it.each([
    `${FAR}.cos.-x.myqcloud.com/k`,
    `${FAR}.cos.x-.myqcloud.com/k`,
    `${FAR}.cos.${'r'.repeat(41)}.myqcloud.com/k`,
    `${FAR}.cos.a.b.myqcloud.com/k`,
    `${FAR}.cos.169.254.169.254.myqcloud.com/k`,
    `${FAR}.cos.x@y.myqcloud.com/k`,
    `${FAR}.cos.x%2Fy.myqcloud.com/k`,
    `${FAR}.cos.${FAR_REGION}.myqcloud.com.example.com/k`,
    `${FAR}.cos.${FAR_REGION}.example.com/k`,
    `-far-1250000000.cos.${FAR_REGION}.myqcloud.com/k`,
    `${'f'.repeat(60)}-1250000000.cos.${FAR_REGION}.myqcloud.com/k`,
    `127.0.0.1/${FAR}/k`,
    `http://127.0.0.1/${FAR}/k`,
    `http://user:secret@${FAR}.cos.${FAR_REGION}.myqcloud.com/k`,
    `${FAR}.localtest.me/k`,
  ])('asks no one for %s', async (text) => {
    answer(200, {}, 'x')
    far.requests.length = 0
    const reply = await sendSigned(near.server, {
      method: 'PUT',
      target: `/${NEAR}/copy`,
      headers: { 'x-cos-copy-source': text },
    })
    expect(`${reply.status} ${reply.code}`).toBe('400 InvalidCopySource')
    expect(far.requests).toEqual([])
  })
})

describe('a copy that takes long', () => {
  const signed = (Key: string) =>
    sendSigned(near.server, {
      method: 'PUT',
      target: `/${NEAR}/${Key}`,
      headers: { 'x-cos-copy-source': `${FAR}.cos.${FAR_REGION}.myqcloud.com/${Key}` },
    })

  it('is kept alive, and its reply or error comes in the document', async () => {
    const slowly = (response: ServerResponse, last: () => void) => {
      response.writeHead(200, { 'content-length': '6' })
      response.write('abc')
      setTimeout(last, 600)
    }
    far.reply = (request, response) =>
      slowly(response, () => (request.url?.endsWith('done') ? response.end('def') : response.destroy()))
    const [done, failed, told] = await Promise.all([
      signed('done'),
      signed('failed'),
      failureOf(copy({ Key: 'told' })),
    ])
    expect([done.status, done.element('ETag')?.length]).toEqual([200, 44])
    expect(done.text).toMatch(/^ +<CopyObjectResult>/)
    expect([failed.status, failed.text.startsWith(' '), failed.code]).toEqual([
      200,
      true,
      'ServiceUnavailable',
    ])
    expect(told).toMatchObject({ code: 'ServiceUnavailable' })
    const got = await near.cos.getObject({ Bucket: NEAR, Key: 'done' })
    expect(await got.Body.text()).toBe('abcdef')
    for (const Key of ['failed', 'told'])
      expect(await near.cos.objectExists({ Bucket: NEAR, Key })).toBe(false)
  })

  it('is not held in memory', async () => {
    const size = 192 * MIB
    const chunk = Buffer.alloc(MIB, 'x')
    far.reply = (_request, response) => {
      response.writeHead(200, { 'content-length': String(size) })
      let sent = 0
      const more = () => {
        while (sent < size) {
          sent += chunk.length
          if (!response.write(chunk)) return void response.once('drain', more)
        }
        response.end()
      }
      more()
    }
    const before = process.memoryUsage().arrayBuffers
    let peak = 0
    const timer = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().arrayBuffers - before)
    }, 10)
    const copied = await copy({ Key: 'large' }).finally(() => clearInterval(timer))
    expect(copied.statusCode).toBe(200)
    expect(peak).toBeLessThan(size / 2)
    expect((await near.cos.headObject({ Bucket: NEAR, Key: 'large' })).ContentLength).toBe(size)
  })
})
