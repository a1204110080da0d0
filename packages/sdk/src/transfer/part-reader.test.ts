import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type HeldPart, PartReader } from './part-reader.js'

async function chunksOf(part: HeldPart): Promise<readonly Uint8Array[]> {
  const chunks: Uint8Array[] = []
  for await (const chunk of part.open()) chunks.push(chunk)
  return chunks
}

describe('a stream cut into parts', () => {
  const read = async (chunks: readonly Uint8Array[], bytesOf: (number: number) => number) => {
    async function* source() {
      yield* chunks
    }
    const reader = new PartReader(source(), { bytesOf, total: undefined, md5: undefined })
    const parts: Buffer[] = []
    const only = await reader.only()
    if (only) return { isOne: true, parts: [Buffer.concat(await chunksOf(only))] }
    for await (const part of reader) {
      parts.push(Buffer.concat(await chunksOf(part)))
      part.release()
    }
    return { isOne: false, parts }
  }

  it('is the same bytes, however it comes, in parts of the size asked for', async () => {
    const lists = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(lists, fc.integer({ min: 1, max: 200 }), async (chunks, bytes) => {
        const whole = Buffer.concat(chunks)
        const { isOne, parts } = await read(chunks, () => bytes)
        expect(Buffer.concat(parts)).toEqual(whole)
        expect(isOne).toBe(whole.length <= bytes)
        for (const part of parts.slice(0, -1)) expect(part.length).toBe(bytes)
      }),
    )
  })

  it('has larger parts later on, where they are asked for', async () => {
    const { parts } = await read([Buffer.alloc(10)], (number) => number)
    expect(parts.map(({ length }) => length)).toEqual([1, 2, 3, 4])
  })

  it('has no more parts than an upload can have', async () => {
    const { parts } = await read([Buffer.alloc(10_000)], () => 1)
    expect(parts).toHaveLength(10_000)
    expect(await read([Buffer.alloc(10_001)], () => 1).catch((error: unknown) => error)).toMatchObject({
      kind: 'body',
    })
  })
})
