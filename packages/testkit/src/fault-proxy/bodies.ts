// Bodies that do not arrive as they were sent.
import { setTimeout as pause } from 'node:timers/promises'

export type Bytes = AsyncIterable<Buffer>
export type BodyChange = (bytes: Bytes) => Bytes

export const unchanged: BodyChange = (bytes) => bytes

/** Another value of one bit in the byte at `offset`. */
export function flipped(offset: number): BodyChange {
  return async function* (bytes) {
    let start = 0
    for await (const chunk of bytes) {
      const at = offset - start
      start += chunk.length
      if (at < 0 || at >= chunk.length) {
        yield chunk
        continue
      }
      const copy = Buffer.from(chunk)
      copy.writeUInt8(copy.readUInt8(at) ^ (1 << (offset % 8)), at)
      yield copy
    }
  }
}

/** Only the first bytes. The rest is read, unless nobody sends it. */
export function shortened(length: number): BodyChange {
  return async function* (bytes) {
    let left = length
    for await (const chunk of bytes) {
      if (left > 0) yield chunk.subarray(0, left)
      left -= chunk.length
    }
  }
}

const DRIPS = 8
const DRIP_BYTES = 7

/** The first bytes come in drips; a body that never ends would only try the patience of whoever waits for the test. */
export function dripping(pauseMs: number, signal: AbortSignal): BodyChange {
  return async function* (bytes) {
    let drips = 0
    for await (const chunk of bytes) {
      let offset = 0
      for (; offset < chunk.length && drips < DRIPS; offset += DRIP_BYTES) {
        drips++
        await pause(pauseMs, undefined, { signal })
        yield chunk.subarray(offset, offset + DRIP_BYTES)
      }
      if (offset < chunk.length) yield chunk.subarray(offset)
    }
  }
}

export async function readAll(bytes: Bytes): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of bytes) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export async function* once(bytes: Buffer): Bytes {
  yield bytes
}
