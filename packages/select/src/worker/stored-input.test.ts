import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPart } from '../batch-bytes.js'
import type { StartMessage } from '../messages.js'
import { StoredObject } from '../stored/stored-object.js'
import { CSV_INPUT, CSV_OUTPUT } from '../testing/csv-formats.js'
import { MemoryBlobs, storedParts } from '../testing/memory-blobs.js'
import { StoredInput } from './stored-input.js'

interface Given {
  readonly cuts?: readonly number[]
  readonly batchBytes?: number
  readonly recordDelimiter?: string
}

function inputOf(text: string, { cuts = [], batchBytes = 1024, recordDelimiter = '\n' }: Given): StoredInput {
  const { extents, blobs } = storedParts(Buffer.from(text), cuts)
  const object = new StoredObject(new MemoryBlobs({ blobs, blockBytes: 16 }), extents)
  const request = {
    expression: 'SELECT * FROM COSObject',
    compression: 'NONE',
    input: { ...CSV_INPUT, recordDelimiter },
    output: CSV_OUTPUT,
  } as const
  const start: Partial<StartMessage> = { request, batchBytes }
  return new StoredInput(object, start as StartMessage)
}

async function batchesOf(input: StoredInput): Promise<{ texts: string[]; first: boolean[] }> {
  const texts: string[] = []
  const first: boolean[] = []
  for await (const { bytes, isFirst, release } of input.batches()) {
    texts.push(readPart(bytes, 0, bytes.length).toString())
    first.push(isFirst)
    await release()
  }
  return { texts, first }
}

describe('a stored object, read by its query', () => {
  it.each(['\n', '\r\n'])('comes in whole records that end with %j, wherever it is cut', async (mark) => {
    const line = fc.string({ unit: fc.constantFrom('a', ',', '\r', 'é'), maxLength: 40 })
    const given = fc.record({
      lines: fc.array(line, { minLength: 1, maxLength: 40 }),
      cuts: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 4 }),
      batchBytes: fc.integer({ min: 1, max: 200 }),
    })
    await fc.assert(
      fc.asyncProperty(given, async ({ lines, cuts, batchBytes }) => {
        const text = lines.join(mark)
        const input = inputOf(text, { cuts, batchBytes, recordDelimiter: mark })
        const { texts, first } = await batchesOf(input)
        expect(texts.join('')).toBe(text)
        expect(texts.slice(0, -1).every((batch) => batch.endsWith(mark))).toBe(true)
        expect(first).toEqual(texts.map((_text, at) => at === 0))
        expect(input.bytesRead).toBe(Buffer.byteLength(text))
      }),
    )
  })

  it('comes in batches of the size that is wanted, but for the first ones', async () => {
    const text = 'x'.repeat(99).concat('\n').repeat(100_000)
    const { texts } = await batchesOf(inputOf(text, { batchBytes: 3_000_000, cuts: [1_234_567] }))
    expect(texts.map((batch) => Math.round(batch.length / 100_000))).toEqual([10, 30, 30, 30])
  })

  it('tells of a record that is too long once all before it came', async () => {
    const input = inputOf(`a\nb\n${'x'.repeat(1024 * 1024 + 10)}\nc\n`, { batchBytes: 3 })
    const batches = input.batches()
    const texts: string[] = []
    const reading = (async () => {
      for await (const { bytes } of batches) texts.push(readPart(bytes, 0, bytes.length).toString())
    })()
    await expect(reading).rejects.toMatchObject({ code: 'OverMaxRecordSize' })
    expect(texts.join('')).toBe('a\nb\n')
  })

  it('takes the largest record that there may be', async () => {
    const record = 'x'.repeat(1024 * 1024)
    const { texts } = await batchesOf(inputOf(`a\n${record}\nb\n`, { batchBytes: 3 }))
    expect(texts).toEqual(['a\n', `${record}\n`, 'b\n'])
    expect((await batchesOf(inputOf(`a\n${record}`, { batchBytes: 3 }))).texts).toEqual(['a\n', record])
  })

  it('comes as bytes, each time into new memory', async () => {
    const text = 'some text '.repeat(100_000)
    const input = inputOf(text, { cuts: [10, 500_001] })
    const chunks: Buffer[] = []
    for await (const chunk of input.bytes()) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString() === text).toBe(true)
    expect(chunks.length).toBeGreaterThan(4)
    expect(input.bytesRead).toBe(text.length)
  })
})
