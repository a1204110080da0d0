// Bytes that are no HTTP, or only nearly.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RawConnection, signedHead } from '../wire/sockets.js'
import { BUCKET, expectDecent, fuzzStation, SEED } from './station.js'

const at = fuzzStation()

/** Sends, closes its side, and looks at every reply until the server closes too. */
async function talk(bytes: string | Uint8Array): Promise<void> {
  const method = Buffer.from(bytes as Uint8Array)
    .toString('latin1')
    .startsWith('HEAD ')
    ? 'HEAD'
    : 'GET'
  const connection = await RawConnection.open(at.server.endpoint)
  connection.write(bytes)
  connection.finish()
  for (;;) {
    const reply = await connection.reply(method)
    if (!reply) break
    if (reply.status >= 200) expectDecent(reply, method)
  }
  expect(await connection.closed()).toBe(true)
  connection.destroy()
}

const method = fc.constantFrom(
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'get',
  'GE T',
  '',
  'CONNECT',
)
const token = fc.string({ unit: 'grapheme-ascii', maxLength: 30 })
const target = fc.oneof(
  token,
  fc.webPath(),
  fc.constantFrom(
    '/',
    '*',
    '/../..',
    `/${BUCKET}`,
    '//',
    'http://',
    '?',
    '/%',
    '/?&=&',
    `/${BUCKET}/a?versionId`,
  ),
)
const version = fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP', 'ICY/1.1', '')
const headerName = fc.oneof(
  token,
  fc.constantFrom(
    'host',
    'content-length',
    'transfer-encoding',
    'expect',
    'authorization',
    'range',
    'connection',
    'upgrade',
    'if-match',
    'if-modified-since',
    'x-cos-acl',
    'x-cos-meta-',
    'content-md5',
    'te',
    'trailer',
    'cookie',
  ),
)
const headerValue = fc.oneof(
  token,
  fc.constantFrom(
    'chunked',
    '0',
    '-1',
    '10',
    '1e3',
    '99999999999999999999',
    '100-continue',
    'close',
    'keep-alive',
    'bytes=0-',
    'websocket',
    'gzip, chunked',
    'identity',
    'q-sign-algorithm=sha1',
    'localhost',
    '\x7f',
    '"',
  ),
)
const head = fc
  .tuple(method, target, version, fc.array(fc.tuple(headerName, headerValue), { maxLength: 12 }), fc.string())
  .map(
    ([verb, path, protocol, headers, body]) =>
      `${verb} ${path} ${protocol}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`,
  )

describe(`seed ${SEED}`, () => {
  it('random bytes', async () => {
    const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), talk)
    await fc.assert(property, { seed: SEED, numRuns: 150 })
  }, 120_000)

  it('random heads', async () => {
    await fc.assert(fc.asyncProperty(head, talk), { seed: SEED, numRuns: 400 })
  }, 120_000)

  it('good requests with bytes changed', async () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }))
    const property = fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const bytes = Buffer.from(signedHead(at.server, { target: `/${BUCKET}?prefix=none` }))
      for (const [place, byte] of changes) bytes[place % bytes.length] = byte
      await talk(bytes)
    })
    await fc.assert(property, { seed: SEED, numRuns: 300 })
  }, 120_000)

  it('chunked bodies that are broken', async () => {
    const piece = fc.oneof(
      token,
      fc.constantFrom(
        '0\r\n\r\n',
        '5\r\nhello\r\n',
        'ffffffffffffffff\r\n',
        '-1\r\n',
        '5;a=b\r\nhello',
        '\r\n',
        '0x5\r\n',
      ),
    )
    const property = fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      const request = { method: 'PUT', target: `/${BUCKET}/a`, headers: { 'transfer-encoding': 'chunked' } }
      // A digest that fits nothing keeps a body that happens to be whole from being stored.
      const headers = { ...request.headers, 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }
      await talk(signedHead(at.server, { ...request, headers }) + pieces.join(''))
    })
    await fc.assert(property, { seed: SEED, numRuns: 200 })
  }, 120_000)

  it('heads that never end', async () => {
    for (const text of [
      'GET / HTTP/1.1\r\nhost: a\r\n',
      'GET / HTTP/1.1\r\n'.repeat(1),
      'G',
      'PUT /a HTTP/1.1\r\nx:',
    ])
      await talk(text)
  })
})

describe('heads that are too much', () => {
  const lines = (count: number, line: (at: number) => string) =>
    Array.from({ length: count }, (_, n) => line(n)).join('')

  it.each([
    ['one header of 1 MiB', () => `x-a: ${'a'.repeat(1 << 20)}\r\n`],
    ['10,000 headers', () => lines(10_000, (n) => `x-${n}: ${n}\r\n`)],
    ['a header name of 64 KiB', () => `${'x'.repeat(1 << 16)}: a\r\n`],
    ['64 KiB of metadata', () => lines(64, (n) => `x-cos-meta-${n}: ${'v'.repeat(1024)}\r\n`)],
  ])('%s', async (_name, headers) => {
    await talk(`GET /${BUCKET} HTTP/1.1\r\nhost: a\r\n${headers()}\r\n`)
  })

  it('a target of 1 MiB', async () => {
    await talk(`GET /${'a'.repeat(1 << 20)} HTTP/1.1\r\nhost: a\r\n\r\n`)
  })

  it('3,000 small headers hide none behind them', async () => {
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`h${n}`, '']))
    const headers = { ...many, 'content-length': '3', 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }
    const connection = await RawConnection.open(at.server.endpoint)
    connection.write(`${signedHead(at.server, { method: 'PUT', target: `/${BUCKET}/a`, headers })}abc`)
    const reply = await connection.reply()
    expect([reply?.status, reply?.code]).toEqual([400, 'BadDigest'])
    connection.destroy()
  })
})
