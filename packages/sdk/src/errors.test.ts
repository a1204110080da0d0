import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CosClient, CosClientError, CosError, CosServiceError } from './index.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  reply,
  type ScriptedServer,
  startScriptedServer,
} from './testing/scripted-server.js'

const input = { Bucket: BUCKET, Key: 'k' }
let server: ScriptedServer
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
  cos = clientOf(server, { Retries: 0 })
})
afterAll(async () => {
  await cos.close()
  await server.close()
})

const failureOf = async (call: Promise<unknown>): Promise<CosServiceError> => {
  const error = await call.catch((cause: unknown) => cause)
  if (error instanceof CosServiceError) return error
  throw new Error('expected a service error', { cause: error })
}

describe('a document behind white space', () => {
  const upload = { ...input, UploadId: 'u', MultipartUpload: { Part: [{ PartNumber: 1, ETag: 'e' }] } }
  const declared = (document: string) => ` \n\t\r <?xml version="1.0" encoding="UTF-8"?>\n${document}`

  it('is read, though a declaration stands in it', async () => {
    const result = '<Location>l</Location><Bucket>b</Bucket><Key>k</Key><ETag>"e-1"</ETag>'
    const root = 'CompleteMultipartUploadResult'
    server.script(reply(200, {}, declared(`<${root} xmlns="http://cos.example/">${result}</${root}>`)))
    expect(await cos.completeMultipartUpload(upload)).toMatchObject({ ETag: '"e-1"' })
  })

  it('is an error where it says so', async () => {
    server.script(reply(200, {}, declared('<Error><Code>InternalError</Code><Message>m</Message></Error>')))
    const error = await failureOf(cos.completeMultipartUpload(upload))
    expect(error).toMatchObject({ code: 'InternalError', statusCode: 200, message: 'm' })
  })

  it('is missing where there is nothing else', async () => {
    server.script(reply(200, {}, '   '))
    await expect(cos.completeMultipartUpload(upload)).rejects.toMatchObject({ kind: 'body' })
  })
})

describe('a service error', () => {
  it('tells all the reply told, also by the names of the Python SDK', async () => {
    server.script(
      errorXml(404, 'NoSuchKey', 'Gone &amp; away.', { headers: { 'x-cos-request-id': 'rid', 'x-a': 'b' } }),
    )
    const error = await failureOf(cos.getObject(input))
    expect(error).toBeInstanceOf(Error)
    expect(error).toBeInstanceOf(CosError)
    expect(error.name).toBe('CosServiceError')
    expect(error.stack).toContain('CosServiceError: Gone & away.')
    expect(error).toMatchObject({
      code: 'NoSuchKey',
      message: 'Gone & away.',
      statusCode: 404,
      resource: 'h/k',
      requestId: 'rid',
      traceId: 'tid',
      method: 'GET',
    })
    expect(error.headers['x-a']).toBe('b')
    expect(error.getOriginMsg()).toContain('<Code>NoSuchKey</Code>')
    expect(error.getDigestMsg()).toEqual({
      code: 'NoSuchKey',
      message: 'Gone & away.',
      resource: 'h/k',
      requestid: 'rid',
      traceid: 'tid',
    })
    expect([error.getStatusCode(), error.getErrorCode(), error.getErrorMsg()]).toEqual([
      404,
      'NoSuchKey',
      'Gone & away.',
    ])
    expect([error.getResourceLocation(), error.getTraceId(), error.getRequestId()]).toEqual([
      'h/k',
      'tid',
      'rid',
    ])
  })

  it.each([
    [404, 'NoSuchKey'],
    [403, 'AccessDenied'],
    [412, 'PreconditionFailed'],
    [304, 'NotModified'],
    [405, 'MethodNotAllowed'],
    [416, 'InvalidRange'],
    [500, 'InternalError'],
    [503, 'ServiceUnavailable'],
    [418, 'HTTP418'],
  ])('of HEAD has its code from the status: %i is %s', async (status, code) => {
    server.script(reply(status))
    const error = await failureOf(cos.headObject(input))
    expect(error).toMatchObject({ code, statusCode: status, method: 'HEAD' })
    expect([error.getOriginMsg(), error.getDigestMsg(), error.getTraceId()]).toEqual(['', {}, 'Unknown'])
  })

  it('of HEAD tells a bucket from an object', async () => {
    server.script(reply(404))
    expect((await failureOf(cos.headBucket({ Bucket: BUCKET }))).code).toBe('NoSuchBucket')
  })

  it('may come in headers, as a page of a proxy, or garbled', async () => {
    server.script(reply(403, { 'x-cos-error-code': 'Special', 'x-cos-error-message': 'No.' }))
    expect(await failureOf(cos.headObject(input))).toMatchObject({ code: 'Special', message: 'No.' })
    server.script(reply(502, {}, '<html><body>Bad gateway</body></html>'))
    const page = await failureOf(cos.getObject(input))
    expect(page.code).toBe('HTTP502')
    expect(page.getOriginMsg()).toContain('Bad gateway')
    server.script(reply(400, {}, '<Error><Code>X</Code'))
    expect((await failureOf(cos.getObject(input))).code).toBe('BadRequest')
  })
})

describe('a client error', () => {
  it('is a real error with its cause', () => {
    const cause = new Error('deep')
    const error = new CosClientError('network', 'Gone.', { cause })
    expect(error).toBeInstanceOf(CosError)
    expect(error).toMatchObject({
      name: 'CosClientError',
      kind: 'network',
      message: 'Gone.',
      cause,
      requestSent: false,
    })
    expect(error.stack).toContain('CosClientError: Gone.')
  })
})
