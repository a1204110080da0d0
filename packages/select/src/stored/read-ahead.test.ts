import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { StoredContent } from '../engine/object-source.js'
import { MemoryBlobs } from '../testing/memory-blobs.js'
import { CHUNK_BYTES, CHUNKS, ReadAhead } from './read-ahead.js'
import { StoredObject } from './stored-object.js'

// Threads run built code only, which `npm run check` and `npm test` make first.
const isBuilt = existsSync(new URL('../../dist/stored/read-ahead-thread.js', import.meta.url))

const MODULE = new URL('../testing/stored-blobs.mjs', import.meta.url).href
const LINE = 'what is stored, 32 bytes a line\n'
/** More than all chunks take at a time. */
const SIZE = (CHUNKS + 3) * CHUNK_BYTES + 17
const TEXT = LINE.repeat(SIZE / LINE.length + 1).slice(0, SIZE)
const EXTENTS = [
  { blob: 'one', offset: 0, length: CHUNK_BYTES + 5 },
  { blob: 'two', offset: 0, length: SIZE - CHUNK_BYTES - 5 },
]
const BLOBS = { one: TEXT.slice(0, CHUNK_BYTES + 5), two: TEXT.slice(CHUNK_BYTES + 5) }

interface Opened {
  readonly bytes: ReadAhead
  /** What was read without the thread. */
  readonly direct: MemoryBlobs
}

describe.skipIf(!isBuilt)('reading ahead (skipped where nothing is built)', () => {
  const opened: ReadAhead[] = []
  afterEach(() => {
    for (const bytes of opened.splice(0)) bytes.close()
  })

  function open(start: number, content: Partial<StoredContent> = {}): Opened {
    const base64 = Object.fromEntries(
      Object.entries(BLOBS).map(([id, text]) => [id, Buffer.from(text).toString('base64')]),
    )
    const direct = new MemoryBlobs({ blobs: base64, blockBytes: 16 })
    const stored = { module: MODULE, options: { blobs: BLOBS }, extents: EXTENTS, ...content }
    const bytes = new ReadAhead(new StoredObject(direct, EXTENTS), stored, start)
    opened.push(bytes)
    return { bytes, direct }
  }

  function textOf(bytes: ReadAhead, from: number, to: number): string {
    const into = Buffer.alloc(to - from)
    bytes.read(from, into)
    return into.toString()
  }

  /** In steps of about this size; a string that differs is not printed. */
  function readsAll({ bytes }: Opened, from: number, step: number): void {
    for (let at = from; at < SIZE; ) {
      const end = Math.min(SIZE, bytes.readEnd(at, step))
      expect(textOf(bytes, at, end) === TEXT.slice(at, end), `${at} to ${end}`).toBe(true)
      at = end
    }
  }

  it.each([100_000, CHUNK_BYTES, 3 * CHUNK_BYTES])('gives all there is, %d bytes at a time', (step) => {
    const opening = open(12_345)
    readsAll(opening, 12_345, step)
    expect(opening.direct.reads).toEqual([])
  })

  it('gives again what was read already', () => {
    const { bytes } = open(0)
    const edge = 5 * CHUNK_BYTES
    expect(textOf(bytes, 0, edge + 100) === TEXT.slice(0, edge + 100)).toBe(true)
    expect(textOf(bytes, 10, edge + 200) === TEXT.slice(10, edge + 200)).toBe(true)
    expect(textOf(bytes, edge + 50, SIZE) === TEXT.slice(edge + 50)).toBe(true)
    expect(textOf(bytes, 0, 20)).toBe(TEXT.slice(0, 20))
  })

  it('does not wait for what the thread has no room for, and goes on with it', () => {
    const opening = open(0)
    expect(textOf(opening.bytes, SIZE - 10, SIZE - 5)).toBe(TEXT.slice(-10, -5))
    expect(opening.direct.reads).toHaveLength(1)
    // A thread that was given up would not be asked any more.
    const { bytes, direct } = open(0)
    expect(textOf(bytes, 0, SIZE) === TEXT).toBe(true)
    expect(direct.reads).toEqual([])
  })

  it.each([
    ['has no such module', { module: `${MODULE}.none` }],
    ['meets damage', { options: { blobs: BLOBS, damaged: 'two' } }],
  ])('reads by itself where the thread %s', (_name, content) => {
    const opening = open(0, content)
    readsAll(opening, 0, 200_000)
    expect(opening.direct.reads.length).toBeGreaterThan(0)
  })

  it('is not read behind its end', () => {
    const { bytes } = open(0)
    expect(() => textOf(bytes, SIZE - 10, SIZE + 1)).toThrow('not a part of the object')
  })
})
