import { LIMITS } from '@coset/model'
import { describe, expect, it } from 'vitest'
import { paced, trafficRate } from './pace.js'

async function* streamOf(...chunks: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return chunks
}

const never = new AbortController().signal

describe('trafficRate', () => {
  it('counts bytes where the header counts bits', () => {
    expect(trafficRate(LIMITS.trafficLimitMin)).toBe(102_400)
    expect(trafficRate(LIMITS.trafficLimitMax)).toBe(104_857_600)
    expect(trafficRate(undefined)).toBeUndefined()
  })

  it.each([0, LIMITS.trafficLimitMin - 1, LIMITS.trafficLimitMax + 1])('refuses %d', (limit) => {
    expect(() => trafficRate(limit)).toThrow(expect.objectContaining({ code: 'InvalidArgument' }))
  })
})

describe('paced', () => {
  it('is the stream itself without a rate', () => {
    const stream = streamOf()
    expect(paced(stream, undefined, never)).toBe(stream)
  })

  it('slices a second into twenty and changes no byte', async () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251))
    const slices = await drain(paced(streamOf(bytes.subarray(0, 900), bytes.subarray(900)), 10_000, never))
    expect(Buffer.concat(slices).equals(bytes)).toBe(true)
    expect(Math.max(...slices.map((slice) => slice.length))).toBe(500)
  })

  it('takes at least the time that the rate asks for', async () => {
    const start = performance.now()
    await drain(paced(streamOf(Buffer.alloc(3000)), 10_000, never))
    // The last of six slices is due after a quarter of a second.
    expect(performance.now() - start).toBeGreaterThan(240)
  })

  it('makes up for no pause but a short one', async () => {
    async function* hesitant(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(500)
      await new Promise((resolve) => setTimeout(resolve, 900))
      yield Buffer.alloc(10_000)
    }
    const start = performance.now()
    await drain(paced(hesitant(), 10_000, never))
    // A second for the second chunk, half of which was earned by waiting, behind 0.9 seconds of pause.
    expect(performance.now() - start).toBeGreaterThan(1300)
  })

  it('stops when the request is given up', async () => {
    const controller = new AbortController()
    const stream = paced(streamOf(Buffer.alloc(1_000_000)), 1000, controller.signal)
    setTimeout(() => controller.abort(), 20)
    await expect(drain(stream)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
