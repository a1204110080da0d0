// SELECT exactly as it goes over the wire, and the requests that are refused.
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import type { RawRequest } from '../raw.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const TARGET = `/${BUCKET}/k?select&select-type=2`
const PARTS = {
  expression: '<Expression>SELECT s._1 FROM COSObject s</Expression>',
  input: '<InputSerialization><CSV/></InputSerialization>',
  output: '<OutputSerialization><CSV/></OutputSerialization>',
}
const requestOf = (parts: Partial<typeof PARTS> = {}) =>
  `<SelectRequest>${Object.values({ ...PARTS, ...parts }).join('')}</SelectRequest>`
const post = (body: string, options: RawRequest = {}) => {
  const headers = { 'content-md5': createHash('md5').update(body).digest('base64'), ...options.headers }
  return at.signed({ method: 'POST', target: TARGET, body, ...options, headers })
}

beforeAll(async () => {
  await at.put('k', 'a,b\n')
})

describe('the reply', () => {
  it('is a chunked stream of messages', async () => {
    const reply = await post(requestOf())
    expect([reply.status, reply.headers['transfer-encoding'], reply.headers['content-length']]).toEqual([
      200,
      'chunked',
      undefined,
    ])
    expect(reply.headers['x-cos-request-id']).toBeTruthy()
    const records = '0d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700075265636f726473'
    const hex = reply.body.toString('hex')
    expect(hex.indexOf(records)).toBe(24)
    // The end, as COS has it.
    const end =
      '0000003800000028c1c684d40d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070003456e64cf97d392'
    expect(hex.endsWith(end)).toBe(true)
    expect(reply.text).toContain(
      '<Stats><BytesScanned>4</BytesScanned><BytesProcessed>4</BytesProcessed><BytesReturned>2</BytesReturned></Stats>',
    )
  })

  it('is the same for documents in any order, with what is not known, and without a digest', async () => {
    const { expression, input, output } = PARTS
    const body = `<SelectRequest xmlns="urn:x"><Later/>${output}${input}<!-- -->${expression}</SelectRequest>`
    expect((await at.signed({ method: 'POST', target: TARGET, body })).text).toContain('<BytesReturned>2<')
  })

  it('needs no query value for select', async () => {
    expect((await post(requestOf(), { target: `/${BUCKET}/k?select=&select-type=2` })).status).toBe(200)
  })
})

describe('a request is refused', () => {
  it.each([
    ['without a document', '', 'MissingRequestBodyError'],
    ['with no XML', '{}', 'InvalidXML'],
    ['with half a document', '<SelectRequest>', 'InvalidXML'],
    ['with another root', '<Select/>', 'InvalidXML'],
    ['with nothing in it', '<SelectRequest/>', 'MissingExpectedExpression'],
    [
      'with SQL that is none',
      requestOf({ expression: '<Expression>SELECT</Expression>' }),
      'SQLParsingError',
    ],
    [
      'with a large document',
      requestOf({ expression: `<Expression>${' '.repeat(2_200_000)}</Expression>` }),
      'XMLSizeLimit',
    ],
  ])('%s', async (_name, body, code) => {
    expect((await post(body)).code).toBe(code)
  })

  it.each([
    ['of another type', `/${BUCKET}/k?select&select-type=1`, 400, 'InvalidArgument'],
    ['without its type', `/${BUCKET}/k?select`, 501, 'NotImplemented'],
    ['for a bucket', `/${BUCKET}?select&select-type=2`, 501, 'NotImplemented'],
    ['with something else beside it', `${TARGET}&acl`, 501, 'NotImplemented'],
  ])('%s', async (_name, target, status, code) => {
    const reply = await post(requestOf(), { target })
    expect([reply.status, reply.code]).toEqual([status, code])
  })

  it('with a key of the client’s own', async () => {
    const headers = { 'x-cos-server-side-encryption-customer-algorithm': 'AES256' }
    expect((await post(requestOf(), { headers })).code).toBe('NotImplemented')
  })

  it('with a digest of something else', async () => {
    const headers = { 'content-md5': createHash('md5').update('other').digest('base64') }
    expect((await post(requestOf(), { headers })).code).toBe('BadDigest')
  })

  it('in a document that is told once', async () => {
    const reply = await post('<SelectRequest/>')
    expect(reply.text).toMatch(/^<\?xml.*<Error><Code>MissingExpectedExpression<\/Code><Message>/s)
    expect(reply.headers['content-type']).toBe('application/xml')
  })
})

it('a client that is gone before its reply leaves the server as it was', async () => {
  const [host = '', port = ''] = at.server.endpoint.split(':')
  for (let time = 0; time < 5; time++) {
    const socket = connect({ host, port: Number(port) })
    const body = requestOf()
    socket.write(
      `POST ${TARGET} HTTP/1.1\r\nHost: ${at.server.endpoint}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await new Promise((resolve) => setTimeout(resolve, time * 10))
    socket.destroy()
  }
  expect((await post(requestOf())).status).toBe(200)
})
