import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FileMessage } from '../messages.js'
import type { CsvInput, SelectRequest } from '../request.js'
import { CSV_INPUT } from '../testing/csv-formats.js'
import { deliver, deliveryOf } from './delivery.js'
import { SpoolRing } from './spool-ring.js'

const KIB = 1024
const CSV = CSV_INPUT

const requestOf = (input: Partial<CsvInput>): SelectRequest => ({
  expression: 'SELECT * FROM COSObject',
  compression: 'NONE',
  input: { ...CSV, ...input },
  output: { type: 'json', recordDelimiter: '\n' },
})

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-delivery-'))
})
afterAll(() => rm(dir, { recursive: true }))

/** Chunks of these sizes in turn, each in the memory of the one before it. */
async function* lent(content: Buffer, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const memory = Buffer.alloc(Math.max(...sizes))
  for (let at = 0, turn = 0; at < content.length; turn++) {
    const size = Math.min(sizes[turn % sizes.length] ?? 1, content.length - at)
    content.copy(memory, 0, at, at + size)
    at += size
    yield memory.subarray(0, size)
    memory.fill('!')
  }
}

let folders = 0

/** The files as they were handed over; each is read some time later, and two are kept meanwhile. */
async function filesOf(source: AsyncIterable<Uint8Array>, request: SelectRequest, batchBytes: number) {
  const folder = join(dir, `${folders++}`)
  await mkdir(folder)
  const ring = new SpoolRing(folder, 4)
  const kept: FileMessage[] = []
  const contents: Buffer[] = []
  const use = async () => {
    const file = kept.shift()
    if (!file) return
    const content = await readFile(file.path)
    expect(content.length).toBe(file.length)
    expect(file.isFirst).toBe(contents.length === 0)
    contents.push(content)
    ring.give(file.path)
  }
  const hand = async (file: FileMessage) => {
    kept.push(file)
    if (kept.length > 2) await use()
  }
  const { signal } = new AbortController()
  const plan = { delivery: deliveryOf(request), request, ring, batchBytes, signal, hand }
  const failure = await deliver(plan, source).then(
    () => undefined,
    (error: unknown) => error,
  )
  while (kept.length > 0) await use()
  await ring.close()
  return { contents, failure }
}

describe('an object on its way to a query', () => {
  /** Lengths of lines, of which one in a while is as long as a chunk. */
  const lengths = fc.array(
    fc.oneof({ weight: 20, arbitrary: fc.nat(2000) }, { weight: 1, arbitrary: fc.nat(200 * KIB) }),
    { minLength: 1, maxLength: 80 },
  )
  const sizes = fc.array(
    fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 60 * KIB, max: 70 * KIB }), fc.nat(150 * KIB)),
    { minLength: 1, maxLength: 6 },
  )

  it.each([
    '\n',
    '\r\n',
  ])('is what it was, and cut behind records that end with %j', async (recordDelimiter) => {
    const request = requestOf({ recordDelimiter })
    await fc.assert(
      fc.asyncProperty(lengths, sizes, fc.boolean(), async (lineLengths, chunkSizes, isOpen) => {
        const lines = lineLengths.map((length, at) => `${at}\r,`.padEnd(length, `${at % 10}`))
        const content = Buffer.from(lines.join(recordDelimiter) + (isOpen ? '' : recordDelimiter))
        // So small a chunk makes too many of them.
        const used = content.length > 100_000 ? chunkSizes.map((size) => Math.max(size, 3000)) : chunkSizes
        const source = lent(
          content,
          used.map((size) => Math.max(1, size)),
        )
        const { contents, failure } = await filesOf(source, request, 64 * KIB)
        expect(failure).toBeUndefined()
        expect(Buffer.concat(contents).equals(content)).toBe(true)
        for (const file of contents.slice(0, -1))
          expect(file.subarray(-recordDelimiter.length).toString()).toBe(recordDelimiter)
      }),
      { numRuns: 40 },
    )
  })

  it('is what it was where it may be cut anywhere', async () => {
    const request = requestOf({ allowQuotedRecordDelimiter: true })
    await fc.assert(
      fc.asyncProperty(fc.nat(400 * KIB), sizes, async (length, chunkSizes) => {
        const content = Buffer.alloc(length, 'some bytes ')
        const source = lent(
          content,
          chunkSizes.map((size) => Math.max(2000, size)),
        )
        const { contents } = await filesOf(source, request, 64 * KIB)
        expect(Buffer.concat(contents).equals(content)).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('is handed over up to a record that is too long', async () => {
    const content = Buffer.from(`${'short\n'.repeat(9)}${'x'.repeat(1100 * KIB)}\nafter\n`)
    const { contents, failure } = await filesOf(lent(content, [64 * KIB]), requestOf({}), 256 * KIB)
    expect(failure).toMatchObject({ code: 'OverMaxRecordSize' })
    expect(Buffer.concat(contents).toString()).toBe('short\n'.repeat(9))
  })
})
