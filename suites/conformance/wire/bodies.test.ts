// Bodies on their way in: framed, chunked, slow, cut short, too long, announced and not sent.
import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { RawConnection, signedHead } from './sockets.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const LARGE = Buffer.alloc(600_000, 'all of these bytes ')

const open = () => RawConnection.open(at.server.endpoint)
const putHead = (key: string, headers: Record<string, string>, sign = {}) =>
  signedHead(at.server, { method: 'PUT', target: `/${BUCKET}/${key}`, headers }, sign)
const stored = async (key: string) => {
  const reply = await at.get(key)
  return reply.status === 200 ? reply.body : undefined
}

describe('a chunked body', () => {
  it('is stored whole', async () => {
    const connection = await open()
    connection.write(putHead('chunked', { 'transfer-encoding': 'chunked' }))
    for (const text of ['first ', 'second;', ' third'])
      connection.write(`${text.length.toString(16)};ext=1\r\n${text}\r\n`)
    connection.write('0\r\ntrailer: x\r\n\r\n')
    const reply = await connection.reply()
    expect(reply?.headers.etag).toBe(`"${createHash('md5').update('first second; third').digest('hex')}"`)
    expect((await stored('chunked'))?.toString()).toBe('first second; third')
    connection.destroy()
  })

  it.each([
    ['with a size that is none', 'zz\r\nabc\r\n0\r\n\r\n'],
    ['with a chunk longer than its size', '3\r\nabcdef\r\n0\r\n\r\n'],
    ['with a size beyond all numbers', `${'f'.repeat(20)}\r\nabc\r\n`],
  ])('%s is not stored', async (name, body) => {
    await at.put('broken', name)
    const connection = await open()
    connection.write(putHead('broken', { 'transfer-encoding': 'chunked' }))
    connection.write(body)
    const reply = await connection.reply()
    if (reply) expect(reply.status).toBe(400)
    connection.destroy()
    expect((await stored('broken'))?.toString()).toBe(name)
  })

  it('that ends before its last chunk is not stored', async () => {
    await at.put('unended', 'old')
    const connection = await open()
    connection.write(`${putHead('unended', { 'transfer-encoding': 'chunked' })}3\r\nabc\r\n`)
    connection.finish()
    await connection.closed()
    expect((await stored('unended'))?.toString()).toBe('old')
  })
})

describe('a body cut short', () => {
  it.each([100, 300_000])('after %d bytes leaves the old object whole', async (sent) => {
    await at.put('cut', LARGE)
    const connection = await open()
    connection.write(putHead('cut', { 'content-length': String(LARGE.length) }))
    connection.write(Buffer.alloc(sent, 'x'))
    await sleep(50)
    connection.finish()
    const reply = await connection.reply()
    if (reply) expect([reply.status, reply.code]).toEqual([400, 'IncompleteBody'])
    await connection.closed()
    expect(Buffer.compare((await stored('cut')) ?? Buffer.alloc(0), LARGE)).toBe(0)
  })

  it('by a reset leaves nothing', async () => {
    const connection = await open()
    connection.write(putHead('reset', { 'content-length': '100000' }))
    connection.write(Buffer.alloc(50_000))
    await sleep(50)
    connection.destroy()
    await sleep(50)
    expect(await stored('reset')).toBeUndefined()
  })
})

describe('a body longer than announced', () => {
  it('is stored up to its length', async () => {
    const connection = await open()
    connection.write(`${putHead('longer', { 'content-length': '5' })}hello and more than that\r\n\r\n`)
    const reply = await connection.reply()
    expect(reply?.status).toBe(200)
    expect((await stored('longer'))?.toString()).toBe('hello')
    expect(await connection.closed()).toBe(true)
  })
})

describe('the length', () => {
  it('has to be told', async () => {
    const connection = await open()
    connection.write(putHead('unknown', {}))
    const reply = await connection.reply()
    expect([reply?.status, reply?.code]).toEqual([411, 'MissingContentLength'])
    expect(reply?.element('Message')).toBe('You must provide the Content-Length HTTP header.')
    connection.destroy()
    expect(await stored('unknown')).toBeUndefined()
  })

  it.each([5 * 1024 ** 3 + 1, 2 ** 50])('of %d bytes is refused at once', async (length) => {
    const connection = await open()
    // No byte of the body is ever sent.
    connection.write(putHead('huge', { 'content-length': String(length) }))
    const reply = await connection.reply()
    expect([reply?.status, reply?.code]).toEqual([400, 'EntityTooLarge'])
    expect(reply?.headers.connection).toBe('close')
    connection.destroy()
  })

  it('of 5 GiB is not', async () => {
    const connection = await open()
    connection.write(putHead('huge', { 'content-length': String(5 * 1024 ** 3), expect: '100-continue' }))
    expect((await connection.reply())?.status).toBe(100)
    connection.destroy()
  })
})

describe('a slow body', () => {
  it('is waited for', async () => {
    const connection = await open()
    const text = 'byte by byte'
    for (const byte of putHead('slow', { 'content-length': String(text.length) })) connection.write(byte)
    for (const byte of text) {
      connection.write(byte)
      await sleep(20)
    }
    expect((await connection.reply())?.status).toBe(200)
    expect((await stored('slow'))?.toString()).toBe(text)
    connection.destroy()
  })
})

describe('Expect: 100-continue', () => {
  const expecting = { 'content-length': '300000', expect: '100-continue' }

  it('is answered once the request is allowed', async () => {
    const connection = await open()
    const body = Buffer.alloc(300_000, 'continue ')
    connection.write(putHead('continued', expecting))
    const interim = await connection.reply()
    expect(interim?.status).toBe(100)
    expect(connection.pending).toBe('')
    connection.write(body)
    expect((await connection.reply())?.status).toBe(200)
    expect(Buffer.compare((await stored('continued')) ?? Buffer.alloc(0), body)).toBe(0)
    connection.destroy()
  })

  it.each([
    [
      'a wrong signature',
      () => putHead('denied', expecting, { secretKey: 'wrong' }),
      'SignatureDoesNotMatch',
    ],
    ['an expired one', () => putHead('denied', expecting, { start: 1_000_000_000 }), 'AccessDenied'],
    [
      'a missing bucket',
      () => signedHead(at.server, { method: 'PUT', target: '/none-1250000000/k', headers: expecting }),
      'NoSuchBucket',
    ],
    ['a bad digest', () => putHead('denied', { ...expecting, 'content-md5': 'x' }), 'InvalidDigest'],
    [
      'too much to come',
      () => putHead('denied', { ...expecting, 'content-length': '6000000000' }),
      'EntityTooLarge',
    ],
  ])('is not answered to %s', async (_name, head, code) => {
    const connection = await open()
    connection.write(head())
    const reply = await connection.reply()
    expect(reply?.status).toBeGreaterThanOrEqual(400)
    expect(reply?.code).toBe(code)
    expect(reply?.headers.connection).toBe('close')
    connection.destroy()
  })
})

describe('a connection', () => {
  it('is kept after a failure with a small body unread', async () => {
    const connection = await open()
    const head = signedHead(
      at.server,
      { method: 'PUT', target: `/${BUCKET}/denied`, headers: { 'content-length': '1000' } },
      { secretKey: 'wrong' },
    )
    for (let turn = 0; turn < 3; turn++) {
      connection.write(head)
      connection.write('x'.repeat(1000))
      expect((await connection.reply())?.status).toBe(403)
    }
    connection.write(signedHead(at.server, { target: `/${BUCKET}?prefix=none` }))
    expect((await connection.reply())?.status).toBe(200)
    expect(connection.isClosed).toBe(false)
    connection.destroy()
  })

  it('is closed after a failure with a large body unread, and the failure is told', async () => {
    const connection = await open()
    connection.write(putHead('denied', { 'content-length': '3000000' }, { secretKey: 'wrong' }))
    connection.write(Buffer.alloc(3_000_000))
    const reply = await connection.reply()
    expect([reply?.status, reply?.headers.connection]).toEqual([403, 'close'])
    expect(await connection.closed()).toBe(true)
  })

  it('answers requests sent in a row, in turn', async () => {
    await at.put('row', 'in a row')
    const connection = await open()
    const get = signedHead(at.server, { target: `/${BUCKET}/row` })
    const missing = signedHead(at.server, { target: `/${BUCKET}/none` })
    connection.write(get + missing + get)
    const statuses = [await connection.reply(), await connection.reply(), await connection.reply()]
    expect(statuses.map((reply) => reply?.status)).toEqual([200, 404, 200])
    connection.destroy()
  })

  it('passes over expectations it does not know', async () => {
    const connection = await open()
    connection.write(signedHead(at.server, { target: `/${BUCKET}/row`, headers: { expect: 'a-miracle' } }))
    expect((await connection.reply())?.text).toBe('in a row')
    connection.destroy()
  })

  it('gives bytes that are no request their own reply, after others', async () => {
    const connection = await open()
    connection.write(signedHead(at.server, { target: `/${BUCKET}/row` }))
    expect((await connection.reply())?.status).toBe(200)
    connection.write('nonsense\r\n\r\n')
    const reply = await connection.reply()
    expect([reply?.status, reply?.code]).toEqual([400, 'BadRequest'])
    expect(await connection.closed()).toBe(true)
  })

  it('answers HTTP/1.0', async () => {
    const connection = await open()
    const head = signedHead(at.server, { target: `/${BUCKET}/row` }).replace('HTTP/1.1', 'HTTP/1.0')
    connection.write(head)
    const reply = await connection.reply()
    expect(reply?.text).toBe('in a row')
    expect(await connection.closed()).toBe(true)
  })
})
