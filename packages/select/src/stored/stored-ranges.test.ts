import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Span } from '../parquet/footer.js'
import { endOf, placed } from '../parquet/placement.js'
import { MemoryBlobs, storedParts } from '../testing/memory-blobs.js'
import { StoredObject } from './stored-object.js'
import { StoredRanges } from './stored-ranges.js'

const BLOCK = 64 * 1024
/** No two blocks are alike. */
const BYTES = Buffer.from(Uint32Array.from({ length: 500_000 }, (_none, at) => at * 2_654_435_761).buffer)
/** Extents of several blocks, of one, and of less. */
const CUTS = [700_000, 700_003, 765_000]

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-stored-'))
})
afterEach(() => rm(folder, { recursive: true }))

function open(bytesMax = BYTES.length, damagedFrom: Readonly<Record<string, number>> = {}) {
  const { extents, blobs } = storedParts(BYTES, CUTS)
  const object = new StoredObject(new MemoryBlobs({ blobs, blockBytes: BLOCK, damagedFrom }), extents)
  const counts: number[] = []
  const read = (bytes: number) => counts.push(bytes)
  return { ranges: new StoredRanges({ object, folder, bytesMax, read }), counts }
}

async function holds(path: string, spans: readonly Span[]): Promise<void> {
  const file = await readFile(path)
  expect(file.length).toBe(endOf(placed(spans)))
  for (const { start, end, at } of placed(spans)) {
    expect(file.subarray(at, at + end - start).equals(BYTES.subarray(start, end)), `${start}-${end}`).toBe(
      true,
    )
  }
}

const MANY: readonly Span[] = [
  { start: 100_000, end: 650_001 },
  { start: 699_999, end: 700_004 },
  { start: 760_000, end: 1_990_000 },
]
const FEW: readonly Span[] = [
  { start: 5_000, end: 5_001 },
  { start: 131_072, end: 196_608 },
]

describe('parts of a stored object', () => {
  it('come from all of its blobs, whole, in a file for this user alone', async () => {
    const { ranges, counts } = open()
    const { path } = await ranges.need(MANY)
    await holds(path, MANY)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    expect(counts).toEqual([550_001 + 5 + 1_230_000])
    expect(ranges.size).toBe(BYTES.length)
  })

  it('stand where they stand in the object where that is all', async () => {
    const { ranges } = open()
    const { path } = await ranges.need([{ start: 0, end: BYTES.length }])
    expect((await readFile(path)).equals(BYTES)).toBe(true)
  })

  it('go into a file that was given back, of which nothing is left behind them', async () => {
    const { ranges } = open()
    const first = await ranges.need(MANY)
    const second = await ranges.need(FEW)
    expect(second.path).not.toBe(first.path)
    for (const spans of [FEW, MANY, FEW]) {
      await ranges.give(first.path)
      expect(await ranges.need(spans)).toEqual(first)
      await holds(first.path, spans)
    }
    await holds(second.path, FEW)
    expect(await readdir(folder)).toHaveLength(2)
  })

  it('let others have their turn while they are copied', async () => {
    const { ranges } = open()
    let turns = 0
    let isDone = false
    const turn = () => {
      turns++
      if (!isDone) setImmediate(turn)
    }
    setImmediate(turn)
    await ranges.need([{ start: 0, end: BYTES.length }])
    isDone = true
    expect(turns).toBeGreaterThan(2)
  })

  it('are read no more often in all than anybody needs', async () => {
    const { ranges } = open()
    const whole = [{ start: 0, end: BYTES.length }]
    const readOften = async () => {
      for (let time = 0; time < 100; time++) await ranges.give((await ranges.need(whole)).path)
    }
    await expect(readOften()).rejects.toMatchObject({ code: 'ParquetParsingError' })
  })

  it('are not more than may be read at once', async () => {
    const { ranges, counts } = open(65_537)
    await expect(ranges.need([{ start: 10, end: 65_548 }])).rejects.toMatchObject({ code: 'Overload' })
    await holds((await ranges.need([{ start: 10, end: 65_547 }])).path, [{ start: 10, end: 65_547 }])
    expect(counts).toEqual([65_537])
  })

  it('fail where the object is damaged, and there alone', async () => {
    const { ranges } = open(BYTES.length, { 'blob-3': 0 })
    await expect(ranges.need(MANY)).rejects.toMatchObject({ code: 'InternalError' })
    await holds((await ranges.need(FEW)).path, FEW)
  })
})
