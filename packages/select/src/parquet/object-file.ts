// A file that holds parts of a Parquet object, made one that can be read by itself.
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { SelectError } from '../errors.js'
import type { FileBatch } from '../execution.js'
import { Malformed } from './compact-reader.js'
import type { Footer, RowGroup, Span } from './footer.js'
import type { ObjectRanges } from './object-ranges.js'
import { assertWithin } from './pages.js'
import type { StepChunk } from './steps.js'

const MARK = Buffer.from('PAR1')
/** The metadata's length and the mark behind it. */
const END_BYTES = 8
/** What is read of an object's end before it is known how much of it the metadata is. */
export const TAIL_BYTES = 64 * 1024
/** Of so many tails an object is read whole. */
const SMALL_TAILS = 4
const FOOTER_BYTES_MAX = 64 * 1024 * 1024

export interface Tail {
  /** Ends as the object does; read by itself it tells the columns and how many records there are. */
  readonly batch: FileBatch
  /** The metadata. */
  readonly bytes: Uint8Array
  /** Where it begins in the object. */
  readonly start: number
  /** Whether the batch is the whole object. */
  readonly isWhole: boolean
}

/** Throws ParquetParsingError and Overload. */
export async function readTail(object: ObjectRanges, tailBytes: number): Promise<Tail> {
  const { size } = object
  if (size < MARK.length + END_BYTES) throw unreadable()
  const start = size <= tailBytes * SMALL_TAILS ? 0 : size - tailBytes
  const batch = await object.need([{ start, end: size }])
  const bytes = footerBytes(batch.path, size)
  if (bytes > FOOTER_BYTES_MAX) {
    throw new SelectError('Overload', `The metadata of the object is larger than ${FOOTER_BYTES_MAX} bytes.`)
  }
  const span = { start: size - END_BYTES - bytes, end: size }
  if (span.start >= start) return tailOf(batch, span, start === 0)
  await object.give(batch.path)
  return tailOf(await object.need([span]), span, false)
}

function tailOf(batch: FileBatch, { start, end }: Span, isWhole: boolean): Tail {
  return { batch, start, isWhole, bytes: readAt(batch.path, { start, end: end - END_BYTES }) }
}

function footerBytes(path: string, size: number): number {
  const end = readAt(path, { start: size - END_BYTES, end: size })
  const bytes = end.readUInt32LE(0)
  if (!end.subarray(4).equals(MARK) || bytes > size - MARK.length - END_BYTES) throw unreadable()
  return bytes
}

function readAt(path: string, { start, end }: Span): Buffer {
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(end - start)
    const got = readSync(file, bytes, 0, bytes.length, start)
    if (got < bytes.length) throw new Error('A file of the spool is shorter than it was said to be.')
    return bytes
  } finally {
    closeSync(file)
  }
}

export function unreadable(cause?: unknown): SelectError {
  return new SelectError('ParquetParsingError', 'The object is no Parquet file that can be read.', { cause })
}

/**
 * From now on the file is a Parquet file of these row groups alone, whose metadata stands where the object's does. Throws
 * Malformed where reading the chunks would lead to bytes that were not read of the object.
 */
export function makeReadable(
  path: string,
  footer: Footer,
  part: { readonly groups: readonly RowGroup[]; readonly chunks: readonly StepChunk[]; readonly end: number },
): void {
  const file = openSync(path, 'r+')
  try {
    for (const { chunk, rows } of part.chunks) assertWithin(file, chunk, rows)
    const bytes = footer.of(part.groups)
    const end = Buffer.alloc(END_BYTES)
    end.writeUInt32LE(bytes.length)
    MARK.copy(end, 4)
    writeAt(file, MARK, 0)
    writeAt(file, Buffer.concat([bytes, end]), part.end)
    ftruncateSync(file, part.end + bytes.length + END_BYTES)
  } finally {
    closeSync(file)
  }
}

function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at)
}

/** Pages stand between the mark at the object's begin and the metadata. */
export function assertBetween(spans: readonly Span[], end: number): void {
  const isOutside = (span: Span) => span.start < MARK.length || span.end > end
  if (spans.some(isOutside)) throw new Malformed('A column stands outside of the object.')
}
