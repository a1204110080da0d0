// What a download keeps in its checkpoint.
import type { CheckpointRecord } from './checkpoint.js'
import type { ObjectState } from './object-state.js'
import { partCount } from './part-plan.js'

const VERSION = 1

/** CRC-64s of parts, by number; undefined where none was computed. */
export type DoneParts = ReadonlyMap<number, bigint | undefined>

export interface DownloadRecord {
  readonly object: ObjectState
  readonly partBytes: number
  readonly temporaryFile: string
  /** Parts that outlive a crash of the machine. */
  readonly done: DoneParts
  /** Parts that outlive their process, but were not synced to the disk: to be compared before they are of use. */
  readonly written: DoneParts
}

/** `where` is for people who look into the file. */
export function writeDownloadRecord(record: DownloadRecord, where: CheckpointRecord): CheckpointRecord {
  const { object, partBytes, temporaryFile, done, written } = record
  return {
    version: VERSION,
    kind: 'download',
    ...where,
    ...object,
    crc64: object.crc64?.toString(),
    partBytes,
    temporaryFile,
    done: writeParts(done),
    written: writeParts(written),
  }
}

function writeParts(parts: DoneParts): readonly unknown[] {
  return [...parts].map(([number, sum]) => [number, sum?.toString() ?? null])
}

/** Undefined unless everything in it makes sense. */
export function readDownloadRecord(saved: CheckpointRecord | undefined): DownloadRecord | undefined {
  if (saved?.version !== VERSION || saved.kind !== 'download') return undefined
  const { size, etag, crc64, versionId, lastModifiedMs, partBytes, temporaryFile } = saved
  if (!isCount(size) || !isCount(partBytes) || partBytes === 0) return undefined
  if (typeof etag !== 'string' || typeof lastModifiedMs !== 'number') return undefined
  if (!isText(versionId) || !isSum(crc64) || typeof temporaryFile !== 'string') return undefined
  const [done, written] = [saved.done, saved.written].map((parts) =>
    readParts(parts, partCount(size, partBytes)),
  )
  if (!done || !written) return undefined
  const object = { size, etag, crc64: toSum(crc64), versionId, lastModifiedMs }
  return { object, partBytes, temporaryFile, done, written }
}

function readParts(saved: unknown, count: number): DoneParts | undefined {
  if (!Array.isArray(saved)) return undefined
  const done = new Map<number, bigint | undefined>()
  for (const entry of saved as readonly unknown[]) {
    if (!Array.isArray(entry)) return undefined
    const [number, text] = entry as readonly unknown[]
    const sum = text ?? undefined
    if (!isCount(number) || number < 1 || number > count || !isSum(sum)) return undefined
    done.set(number, toSum(sum))
  }
  return done
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === 'string'
}

/** Decimal, as the server tells it. */
function isSum(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === 'string' && /^\d{1,20}$/.test(value))
}

function toSum(text: string | undefined): bigint | undefined {
  return text === undefined ? undefined : BigInt(text)
}
