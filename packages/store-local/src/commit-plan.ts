// One commit, in two steps: everything that can fail is decided first, then rows change.
import type { Check, Commit, Key, Stamp, Write } from '@coset/core'
import { KEY_SIZE_MAX, type Rows } from './environment.js'
import { encodeRow, stampRow } from './row-codec.js'
import { isEmptyRange, isStorable, readStamp } from './rows.js'

/** A write whose bytes are the store's own, with room for the stamp. */
type OwnWrite =
  | { readonly kind: 'row'; readonly key: Key; readonly row: Buffer | undefined }
  | { readonly kind: 'add'; readonly key: Key; readonly delta: bigint }

export interface RowChange {
  readonly key: Key
  /** Absent: the row goes. */
  readonly row: Buffer | undefined
}

export interface CommitPlan {
  readonly checks: readonly Check[]
  readonly writes: readonly OwnWrite[]
  readonly adds: boolean
  /** Bytes this plan asks LMDB to copy. */
  readonly size: number
}

/** Copies what is to be written: the caller may reuse its buffers once `commit` has returned its promise. */
export function planCommit(commit: Commit): CommitPlan {
  let size = 0
  const writes = commit.writes.map((write) => {
    const own = ownWrite(write)
    size += own.kind === 'row' ? (own.row?.length ?? 0) : 0
    return own
  })
  return { checks: commit.checks.map(ownCheck), writes, adds: writes.some((w) => w.kind === 'add'), size }
}

function ownWrite(write: Write): OwnWrite {
  if (!isStorable(write.key)) {
    throw new RangeError(`A key has 1 to ${KEY_SIZE_MAX} bytes; this one has ${write.key.length}.`)
  }
  const key = Uint8Array.from(write.key)
  if (write.kind === 'add') return { kind: 'add', key, delta: write.delta }
  return { kind: 'row', key, row: write.kind === 'put' ? encodeRow(write.value) : undefined }
}

function ownCheck(check: Check): Check {
  if (check.kind === 'unchanged') return { ...check, key: Uint8Array.from(check.key) }
  const { start, end } = check.range
  return { kind: 'empty', range: { start: Uint8Array.from(start), end: Uint8Array.from(end) } }
}

export function failedCheck(rows: Rows, plan: CommitPlan): Check | undefined {
  return plan.checks.find((check) =>
    check.kind === 'unchanged'
      ? readStamp(rows, check.key) !== check.stamp
      : !isEmptyRange(rows, check.range),
  )
}

/** Turns counters into plain rows; later writes of a commit see the earlier ones. */
export function resolveChanges(rows: Rows, plan: CommitPlan): readonly RowChange[] {
  if (!plan.adds) return plan.writes as readonly RowChange[]
  const latest = new Map<string, Buffer | undefined>()
  return plan.writes.map((write) => {
    const name = Buffer.from(write.key).toString('latin1')
    const row = write.kind === 'row' ? write.row : added(rows, write, latest)
    latest.set(name, row)
    return { key: write.key, row }
  })
}

export function applyChanges(rows: Rows, changes: readonly RowChange[], stamp: Stamp): void {
  for (const { key, row } of changes) {
    if (row === undefined) rows.remove(key)
    else {
      stampRow(row, stamp)
      rows.put(key, row)
    }
  }
}

function added(
  rows: Rows,
  write: { readonly key: Key; readonly delta: bigint },
  latest: ReadonlyMap<string, Buffer | undefined>,
): Buffer {
  const name = Buffer.from(write.key).toString('latin1')
  const current = latest.has(name) ? latest.get(name)?.subarray(8) : rows.get(write.key)?.value
  if (current !== undefined && current.length !== 8) {
    throw new TypeError('The row to add to is not a counter.')
  }
  const row = Buffer.alloc(16)
  const count = (current === undefined ? 0n : Buffer.prototype.readBigInt64BE.call(current, 0)) + write.delta
  row.writeBigInt64BE(BigInt.asIntN(64, count), 8)
  return row
}
