import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MemoryBlobs, storedParts } from '../testing/memory-blobs.js'
import { StoredObject } from './stored-object.js'

const BLOCK = 16

function objectOf(bytes: Buffer, cuts: readonly number[]): { object: StoredObject; blobs: MemoryBlobs } {
  const { extents, blobs: stored } = storedParts(bytes, cuts)
  const blobs = new MemoryBlobs({ blobs: stored, blockBytes: BLOCK })
  return { object: new StoredObject(blobs, extents), blobs }
}

function readOf(object: StoredObject, from: number, to: number): string {
  const into = Buffer.alloc(to - from)
  object.read(from, into)
  return into.toString('latin1')
}

const bytes = Buffer.from(Array.from({ length: 200 }, (_none, at) => at))
const cuts = fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 6 })

describe('a stored object', () => {
  it('is read from any place to any other, over however many blobs', () => {
    const edge = fc.integer({ min: 0, max: 200 })
    fc.assert(
      fc.property(cuts, edge, edge, (at, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const { object } = objectOf(bytes, at)
        expect(object.length).toBe(200)
        expect(readOf(object, from, to)).toBe(bytes.toString('latin1', from, to))
      }),
    )
  })

  it('says where reads end: with a block, or with a blob, and never behind what was asked', () => {
    fc.assert(
      fc.property(cuts, fc.integer({ min: 1, max: 64 }), (at, bytesMax) => {
        const { object, blobs } = objectOf(bytes, at)
        const ends = new Set<number>()
        for (let position = 0; position < object.length; ) {
          const end = object.readEnd(position, bytesMax)
          expect(end).toBeGreaterThan(position)
          expect(end - position).toBeLessThanOrEqual(bytesMax)
          readOf(object, position, end)
          ends.add(end)
          position = end
        }
        expect(ends.has(object.length)).toBe(true)
        // Each was one read of one blob, and with room for a block all but the blobs' ends end with one.
        expect(blobs.reads).toHaveLength(ends.size)
        if (bytesMax < 2 * BLOCK) return
        const byBlob = new Map<string, number[]>()
        for (const { blob, offset, length } of blobs.reads) {
          byBlob.set(blob, [...(byBlob.get(blob) ?? []), offset + length])
        }
        for (const blobEnds of byBlob.values()) {
          expect(blobEnds.slice(0, -1).every((end) => end % BLOCK === 0)).toBe(true)
        }
      }),
    )
  })

  it('is not read behind its end', () => {
    const { object } = objectOf(bytes, [100])
    expect(() => readOf(object, 190, 201)).toThrow('not a part of the object')
    expect(() => objectOf(Buffer.alloc(0), []).object.readEnd(0, 1)).toThrow('not a part of the object')
  })

  it('fails with what its blobs fail with', () => {
    const { extents, blobs } = storedParts(bytes, [100])
    const damagedFrom = { 'blob-1': 50 }
    const object = new StoredObject(new MemoryBlobs({ blobs, blockBytes: BLOCK, damagedFrom }), extents)
    expect(readOf(object, 0, 140)).toBe(bytes.toString('latin1', 0, 140))
    expect(() => readOf(object, 140, 160)).toThrow(
      expect.objectContaining({ code: 'InternalError', message: 'The stored content is damaged.' }),
    )
  })
})
