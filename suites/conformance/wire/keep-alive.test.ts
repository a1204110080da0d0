// Completing takes long: the reply begins with white space, and an error may come inside a 200.
import { createHash } from 'node:crypto'
import { Agent, request } from 'node:http'
import { CosClient, CosServiceError } from '@coset/sdk'
import COS from 'cos-nodejs-sdk-v5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Reply, sendSigned, signature } from '../raw.js'
import { type SlowServer, startSlowServer } from '../slow-server.js'

const Bucket = 'slow-1250000000'
const ETag = `"${createHash('md5').update('x').digest('hex')}"`
const DOCUMENT = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${ETag}</ETag></Part></CompleteMultipartUpload>`

let slow: SlowServer
let own: CosClient
let official: COS
let Region = ''
beforeAll(async () => {
  slow = await startSlowServer()
  const { server } = slow
  Region = server.region
  own = new CosClient({ ...server.clientOptions, Retries: 0 })
  const { secretId: SecretId, secretKey: SecretKey, endpoint: Ip } = server
  official = new COS({ SecretId, SecretKey, Protocol: 'http:', Ip })
  await own.putBucket({ Bucket })
})
afterAll(async () => {
  await own.close()
  await slow.server.stop()
})

/** With one part, of one byte. */
async function begin(Key: string) {
  const { UploadId } = await own.createMultipartUpload({ Bucket, Key })
  await own.uploadPart({ Bucket, Key, UploadId, PartNumber: 1, Body: 'x' })
  return { Bucket, Key, UploadId }
}
type Upload = Awaited<ReturnType<typeof begin>>

const complete = ({ Key, UploadId }: Upload): Promise<Reply> =>
  sendSigned(slow.server, {
    method: 'POST',
    target: `/${Bucket}/${Key}?uploadId=${UploadId}`,
    body: DOCUMENT,
  })
const read = async (Key: string) => (await own.getObject({ Bucket, Key })).Body.text()

describe('a slow reply', () => {
  it('begins with white space, one by one, and ends in the document', async () => {
    const upload = await begin('white')
    const reply = await slow.slowly(() => complete(upload))
    expect(reply.status).toBe(200)
    expect(reply.headers).toMatchObject({
      'content-type': 'application/xml',
      'transfer-encoding': 'chunked',
      server: 'tencent-cos',
    })
    expect(reply.headers['x-cos-request-id']).toBeTruthy()
    expect(reply.text).toMatch(/^ {2,}<CompleteMultipartUploadResult xmlns=/)
    expect(await read('white')).toBe('x')
  })

  it('tells of a failure in its document', async () => {
    const upload = await begin('gone')
    const reply = await slow.slowly(
      () => complete(upload),
      () => own.abortMultipartUpload(upload),
    )
    expect([reply.status, reply.code]).toEqual([200, 'NoSuchUpload'])
    expect(reply.text).toMatch(/^ {2,}<Error>/)
    expect(reply.element('Resource')).toContain('/gone')
    expect(reply.element('RequestId')).toBe(reply.headers['x-cos-request-id'])
  })

  it('leaves the connection good for the next request', async () => {
    const upload = await begin('kept')
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const target = `/${Bucket}/kept?uploadId=${upload.UploadId}`
    const first = await slow.slowly(() =>
      sendSigned(slow.server, { method: 'POST', target, body: DOCUMENT, agent }),
    )
    const next = await sendSigned(slow.server, { target: `/${Bucket}/kept`, agent })
    expect([first.status, next.text]).toEqual([200, 'x'])
    agent.destroy()
  })

  it('that nobody waits for any more does its work all the same', async () => {
    const { Key, UploadId } = await begin('left')
    const { endpoint } = slow.server
    const [host = '', port = ''] = endpoint.split(':')
    const path = `/${Bucket}/${Key}?uploadId=${UploadId}`
    const authorization = signature(slow.server, 'POST', path, { signed: { host: endpoint } })
    const left = slow.slowly(
      () =>
        new Promise<void>((resolve) => {
          const sent = request(
            { host, port, method: 'POST', path, headers: { authorization } },
            (response) => {
              // Its first sign of life is its last.
              response.once('data', () => {
                response.destroy()
                resolve()
              })
            },
          )
          sent.end(DOCUMENT)
        }),
    )
    await left
    await expect.poll(() => read(Key).catch(() => 'nothing yet')).toBe('x')
  })

  it('is whole at once when it does not take long', async () => {
    const reply = await complete(await begin('quick'))
    expect(reply.text).toMatch(/^<\?xml/)
    expect(reply.headers['content-length']).toBe(String(reply.body.length))
    expect(reply.headers['x-cos-hash-crc64ecma']).toBeTruthy()
  })
})

const MultipartUpload = { Part: [{ PartNumber: 1, ETag }] }

describe('our SDK', () => {
  it('reads what comes behind white space', async () => {
    const upload = await begin('own')
    const result = await slow.slowly(() => own.completeMultipartUpload({ ...upload, MultipartUpload }))
    expect(result).toMatchObject({ Bucket, Key: 'own', ETag: expect.stringMatching(/-1"$/), statusCode: 200 })
    expect(result.Crc64).toBeUndefined()
  })

  it('throws the failure that comes behind white space', async () => {
    const upload = await begin('own gone')
    const call = slow.slowly(
      () => own.completeMultipartUpload({ ...upload, MultipartUpload }),
      () => own.abortMultipartUpload(upload),
    )
    await expect(call).rejects.toBeInstanceOf(CosServiceError)
    await expect(call).rejects.toMatchObject({ code: 'NoSuchUpload', statusCode: 200 })
  })
})

describe('the official Node SDK', () => {
  const named = (upload: Upload) => ({ ...upload, Region, Parts: [{ PartNumber: 1, ETag }] })

  it('reads what comes behind white space', async () => {
    const upload = await begin('official')
    const result = await slow.slowly(() => official.multipartComplete(named(upload)))
    expect(result).toMatchObject({ statusCode: 200, Key: 'official', ETag: expect.stringMatching(/-1"$/) })
  })

  it('fails with the failure that comes behind white space', async () => {
    const upload = await begin('official gone')
    const call = slow.slowly(
      () => official.multipartComplete(named(upload)),
      () => own.abortMultipartUpload(upload),
    )
    await expect(call).rejects.toMatchObject({ code: 'NoSuchUpload' })
  })
})
