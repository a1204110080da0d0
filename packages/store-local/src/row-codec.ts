// How a row lies in LMDB: 8 bytes of stamp, then the value. lmdb lends its buffers; this copies out of them.
import type { Stamp } from '@coset/core'

const STAMP_SIZE = 8
const ARENA_SIZE = 64 * 1024

export interface Row {
  readonly stamp: Stamp
  readonly value: Uint8Array
}

/** Room for the stamp, which is known only inside the transaction, and a copy of the value. */
export function encodeRow(value: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(STAMP_SIZE + value.length)
  row.set(value, STAMP_SIZE)
  return row
}

export function stampRow(row: Buffer, stamp: Stamp): void {
  row.writeBigUInt64BE(stamp, 0)
}

/** For lmdb's `encoder`: rows are encoded already, and decoded straight from the buffer it lends. */
export const rowEncoder = {
  encode: (row: Buffer): Buffer => row,
  decode: (row: Uint8Array): Row => ({ stamp: stampOf(row), value: rowValueOf(row) }),
}

export function stampOf(lent: Uint8Array): Stamp {
  return Buffer.prototype.readBigUInt64BE.call(lent, 0)
}

export function rowValueOf(lent: Uint8Array): Uint8Array {
  return copy(lent, STAMP_SIZE, lent.length)
}

/** For lmdb's `keyEncoder`. */
export const keyEncoder = {
  writeKey(key: Uint8Array, target: Uint8Array, start: number): number {
    target.set(key, start)
    return start + key.length
  },
  readKey: (source: Uint8Array, start: number, end: number): Uint8Array => copy(source, start, end),
}

let arena: { slab: Uint8Array; used: number } | undefined

/** Copies made meanwhile share slabs: a thousand small buffers cost a scan more than a few large ones. */
export function withArena<T>(run: () => T): T {
  arena = { slab: new Uint8Array(0), used: 0 }
  try {
    return run()
  } finally {
    arena = undefined
  }
}

function copy(source: Uint8Array, start: number, end: number): Uint8Array {
  const target = allocate(end - start)
  // Through the prototype: the buffers lmdb lends carry a length of their own, and Buffer's slices are slow.
  target.set(Uint8Array.prototype.subarray.call(source, start, end))
  return target
}

function allocate(size: number): Uint8Array {
  if (arena === undefined) return new Uint8Array(size)
  if (arena.used + size > arena.slab.length) {
    arena = { slab: new Uint8Array(Math.max(ARENA_SIZE, size)), used: 0 }
  }
  const target = arena.slab.subarray(arena.used, arena.used + size)
  arena.used += size
  return target
}
