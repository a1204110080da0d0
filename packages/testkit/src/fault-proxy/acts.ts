// What the proxy does for each kind of fault.
import { pipeline } from 'node:stream/promises'
import { type Bytes, dripping, flipped, once, readAll, shortened } from './bodies.js'
import { type Exchange, type Reply, withoutHeaders } from './exchange.js'
import type { CutReply, MadeUpAnswer, ProxyFault } from './faults.js'
import type { RangeMemory } from './range-memory.js'

const SUM = 'x-cos-hash-crc64ecma'
const SUM_WRONG = '1234567890123456789'
/** Where bodies without a known length are cut or damaged, at the latest. */
const UNKNOWN_BYTES = 256

type Act<K extends ProxyFault['kind']> = (
  exchange: Exchange,
  fault: Extract<ProxyFault, { readonly kind: K }>,
  ranges: RangeMemory,
) => Promise<void>

const ACTS: { readonly [K in ProxyFault['kind']]: Act<K> } = {
  async pass(exchange, _, ranges) {
    const reply = await exchange.forward()
    await exchange.answer(reply, ranges.watch(exchange.request, reply))
  },
  async resetBefore(exchange) {
    exchange.reset()
  },
  async cutRequest(exchange, { share }) {
    const limit = offsetOf(exchange.requestLength, share)
    // Left open at the end of the loop: what becomes of the connection is decided here.
    const body: Bytes = exchange.request.iterator({ destroyOnReturn: false })
    const cut = async function* (bytes: Bytes) {
      yield* until(bytes, limit)
      // An end of this would look like that of the body.
      exchange.breakOff()
      throw new Error('The request was cut.')
    }
    await exchange.forward(cut, body).catch(() => undefined)
    exchange.reset()
  },
  async loseReply(exchange) {
    await readAll((await exchange.forward()).body)
    exchange.reset()
  },
  cutReply,
  async stall(exchange, { where }) {
    if (where === 'request') return exchange.stall()
    const reply = await exchange.forward()
    // Where there is no body, its head would be the whole reply.
    if (where === 'body' && reply.length !== 0 && exchange.request.method !== 'HEAD') {
      exchange.start(reply)
      for await (const chunk of until(reply.body, offsetOf(reply.length, 0.5))) exchange.response.write(chunk)
      exchange.response.flushHeaders()
    }
    await exchange.stall()
  },
  answer,
  async drip(exchange, { way, pauseMs }) {
    const change = dripping(pauseMs, exchange.gone)
    if (way === 'reply') await exchange.answer(await exchange.forward(), change)
    else await exchange.answer(await exchange.forward(change))
  },
  async flip(exchange, { way, share }) {
    if (way === 'request') {
      await exchange.answer(await exchange.forward(flipped(offsetOf(exchange.requestLength, share))))
    } else {
      const reply = await exchange.forward()
      await exchange.answer(reply, flipped(offsetOf(reply.length, share)))
    }
  },
  async sum(exchange, { change }) {
    const reply = await exchange.forward()
    const headers = withoutHeaders(reply.headers, new Set([SUM]))
    const isTold = headers.length < reply.headers.length
    if (isTold && change === 'wrong') headers.push(SUM, SUM_WRONG)
    await exchange.answer({ ...reply, headers })
  },
  async twice(exchange) {
    const body = await readAll(exchange.request)
    await readAll((await exchange.forward((bytes) => bytes, once(body))).body)
    await exchange.answer(await exchange.forward((bytes) => bytes, once(body)))
  },
  async otherRange(exchange, _, ranges) {
    const other = ranges.otherThan(exchange.request)
    await exchange.answer(other ?? (await exchange.forward()))
  },
}

/** Rejects when either side breaks off. */
export async function act(exchange: Exchange, fault: ProxyFault, ranges: RangeMemory): Promise<void> {
  const run = ACTS[fault.kind] as Act<typeof fault.kind>
  await run(exchange, fault as never, ranges)
}

async function cutReply(exchange: Exchange, { share, framing }: CutReply): Promise<void> {
  const reply = await exchange.forward()
  const limit = offsetOf(reply.length, share)
  const headers = withoutHeaders(reply.headers, new Set(['content-length']))
  if (framing === 'forged') {
    const forged = await readAll(shortened(limit)(reply.body))
    const length = ['Content-Length', String(forged.length)]
    await exchange.answer({ ...reply, headers: [...headers, ...length], body: once(forged) })
    return
  }
  exchange.start(framing === 'chunked' ? { ...reply, headers } : reply)
  for await (const chunk of until(reply.body, limit)) await written(exchange, chunk)
  exchange.response.flushHeaders()
  // An end, not a reset: what was written arrives.
  exchange.request.socket.end()
  exchange.request.socket.destroySoon()
}

function written(exchange: Exchange, chunk: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    exchange.response.write(chunk, (error) => (error ? reject(error) : resolve()))
  })
}

async function answer(exchange: Exchange, fault: MadeUpAnswer): Promise<void> {
  if (fault.when === 'instead') await readAll(exchange.request)
  if (fault.when === 'afterwards') await readAll((await exchange.forward()).body)
  const reply = madeUp(fault)
  exchange.start(reply)
  // HEAD has no body; Node drops what is written to it.
  await pipeline(reply.body, exchange.response)
}

function madeUp({ status, code, retryAfterS }: MadeUpAnswer): Reply {
  const text =
    code === undefined
      ? ''
      : `<?xml version="1.0"?><Error><Code>${code}</Code><Message>Made up by the proxy.</Message></Error>`
  const body = Buffer.from(text)
  const headers = ['Content-Type', 'application/xml', 'Content-Length', String(body.length)]
  if (retryAfterS !== undefined) headers.push('Retry-After', String(retryAfterS))
  return { status, headers, body: once(body), length: body.length }
}

function offsetOf(length: number | undefined, share: number): number {
  return Math.floor(share * (length ?? UNKNOWN_BYTES))
}

/** The first bytes; what follows is not read. */
async function* until(bytes: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Buffer> {
  let left = limit
  if (left <= 0) return
  for await (const chunk of bytes) {
    yield chunk.subarray(0, left)
    left -= chunk.length
    if (left <= 0) return
  }
}
