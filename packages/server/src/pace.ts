// Traffic limits: a stream slowed to a rate, without a busy loop.
import { setTimeout as sleep } from 'node:timers/promises'
import type { Body, ByteStream } from '@coset/core'
import { Fault, LIMITS } from '@coset/model'

/** Slices a second: small enough for an even flow, large enough to cost nothing. */
const SLICES_PER_SECOND = 20
/**
 * What a stream that stood still may catch up with: timers that fire late must not lower the rate, but a long pause
 * must not be followed by a burst.
 */
const CREDIT_MS = 500

/** Bytes a second from `x-cos-traffic-limit`, which counts bits. Throws `InvalidArgument`. */
export function trafficRate(bitsPerSecond: number | undefined): number | undefined {
  if (bitsPerSecond === undefined) return undefined
  if (bitsPerSecond < LIMITS.trafficLimitMin || bitsPerSecond > LIMITS.trafficLimitMax) {
    throw new Fault('InvalidArgument', {
      message: `x-cos-traffic-limit is ${LIMITS.trafficLimitMin} to ${LIMITS.trafficLimitMax} bits a second.`,
    })
  }
  return bitsPerSecond / 8
}

/** The body, at the rate asked for. Throws `InvalidArgument`. */
export function pacedBody(body: Body, bitsPerSecond: number | undefined, signal: AbortSignal): Body {
  const rate = trafficRate(bitsPerSecond)
  return rate === undefined ? body : { ...body, stream: paced(body.stream, rate, signal) }
}

export function paced(
  stream: ByteStream,
  bytesPerSecond: number | undefined,
  signal: AbortSignal,
): ByteStream {
  return bytesPerSecond === undefined ? stream : slowed(stream, bytesPerSecond, signal)
}

async function* slowed(
  stream: ByteStream,
  bytesPerSecond: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const sliceBytes = Math.max(1, Math.floor(bytesPerSecond / SLICES_PER_SECOND))
  const msPerByte = 1000 / bytesPerSecond
  let dueMs = performance.now()
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      const slice = chunk.subarray(at, at + sliceBytes)
      const nowMs = performance.now()
      dueMs = Math.max(dueMs, nowMs - CREDIT_MS)
      if (dueMs - nowMs > 1) await sleep(dueMs - nowMs, undefined, { signal })
      dueMs += slice.length * msPerByte
      yield slice
    }
  }
}
