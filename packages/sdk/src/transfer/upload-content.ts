// Content of one request of an upload: counted while it is sent, and digested before.
import { type Body, sourceBody } from '../body.js'
import { CosClientError, CosServiceError, throwIfAborted } from '../errors.js'
import type { Platform } from '../platform.js'
import { interruptible } from './pool.js'
import type { PartMeter } from './progress.js'

/** Bytes that can be read as often as needed. */
export interface Content {
  readonly length: number
  open(): AsyncIterable<Uint8Array>
  /** The same as one value, for transports that send it without reading it here. */
  readonly whole?: Blob | undefined
}

/** Counts what is read of it, from nothing again each time it is opened. */
export function meteredBody({ length, open, whole }: Content, meter: PartMeter): Body {
  const body = sourceBody(length, () => {
    meter.reset()
    return counted(open(), meter)
  })
  return { ...body, whole, onWholeSent: () => meter.add(length) }
}

/** No generator, as one that waits for its source can not be ended. */
function counted(source: AsyncIterable<Uint8Array>, meter: PartMeter): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = source[Symbol.asyncIterator]()
      return {
        async next() {
          const read = await iterator.next()
          if (!read.done) meter.add(read.value.length)
          return read
        },
        async return() {
          await iterator.return?.()
          return { done: true, value: undefined }
        },
      }
    },
  }
}

/** Calls `onChunk` for all of it; stops at once, even while the source is stuck, when the signal fires. */
export async function readContent(
  content: Content,
  signal: AbortSignal | undefined,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  const iterator = content.open()[Symbol.asyncIterator]()
  let length = 0
  try {
    for (;;) {
      throwIfAborted(signal)
      const read = await (signal ? interruptible(iterator.next(), signal) : iterator.next())
      if (read.done) break
      length += read.value.length
      onChunk(read.value)
    }
  } finally {
    // A source that fails to close has nobody left to tell.
    Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
  if (length === content.length) return
  throw new CosClientError('body', `The source was to have ${content.length} bytes here, but has ${length}.`)
}

/** In base64, as Content-MD5 has it. */
export async function md5Of(
  platform: Platform,
  content: Content,
  signal: AbortSignal | undefined,
): Promise<string> {
  const md5 = await platform.md5()
  await readContent(content, signal, (chunk) => md5.update(chunk))
  return md5.base64()
}

/** Times that content is sent which does not arrive as its digest says. */
const SENT_MAX = 4

/**
 * What was damaged on its way is sent again: the server did not keep it. Only where the digest was computed here: one
 * that the caller gave, and that does not fit, would not fit the next time either.
 */
export async function sentIntact<T>(send: () => Promise<T>, isOwnDigest: boolean): Promise<T> {
  for (let sent = 1; ; sent++) {
    try {
      return await send()
    } catch (error) {
      const isDamaged = error instanceof CosServiceError && error.code === 'BadDigest'
      if (!isDamaged || !isOwnDigest || sent >= SENT_MAX) throw error
    }
  }
}
