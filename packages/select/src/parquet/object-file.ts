// A file that holds parts of a Parquet object, made one that can be read by itself.
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs'
import { SelectError } from '../errors.js'
import type { FileBatch } from '../execution.js'
import { Malformed, numberBytes } from './compact-reader.js'
import type { Chunk, Edit, Footer, RowGroup, Span } from './footer.js'
import type { ObjectRanges } from './object-ranges.js'
import { assertWithin } from './pages.js'
import { endOf, type Placed, placed, shiftOf } from './placement.js'
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
  const read = { start: size <= tailBytes * SMALL_TAILS ? 0 : size - tailBytes, end: size }
  const batch = await object.need([read])
  const bytes = footerBytes(batch.path, read)
  if (bytes > FOOTER_BYTES_MAX) {
    throw new SelectError('Overload', `The metadata of the object is larger than ${FOOTER_BYTES_MAX} bytes.`)
  }
  const metadata = { start: size - END_BYTES - bytes, end: size - END_BYTES }
  if (metadata.start >= read.start) return tailOf(batch, read, metadata)
  await object.give(batch.path)
  const longer = { start: metadata.start, end: size }
  return tailOf(await object.need([longer]), longer, metadata)
}

function tailOf(batch: FileBatch, read: Span, metadata: Span): Tail {
  const bytes = bytesOf(batch.path, read, metadata)
  return { batch, start: metadata.start, isWhole: read.start === 0, bytes }
}

function footerBytes(path: string, read: Span): number {
  const end = bytesOf(path, read, { start: read.end - END_BYTES, end: read.end })
  const bytes = end.readUInt32LE(0)
  if (!end.subarray(4).equals(MARK) || bytes > read.end - MARK.length - END_BYTES) throw unreadable()
  return bytes
}

/** Some of the part of the object that was read to the file. */
function bytesOf(path: string, read: Span, { start, end }: Span): Buffer {
  const at = start + (shiftOf(read, placed([read])) ?? 0)
  const file = openSync(path, 'r')
  try {
    const bytes = Buffer.alloc(end - start)
    const got = readSync(file, bytes, 0, bytes.length, at)
    if (got < bytes.length) throw new Error('A file of the spool is shorter than it was said to be.')
    return bytes
  } finally {
    closeSync(file)
  }
}

/** The metadata of a whole Parquet file. */
export function footerOf(file: Buffer): Buffer {
  const end = file.length - END_BYTES
  return file.subarray(end - file.readUInt32LE(end), end)
}

export function unreadable(cause?: unknown): SelectError {
  return new SelectError('ParquetParsingError', 'The object is no Parquet file that can be read.', { cause })
}

export interface FilePart {
  readonly groups: readonly RowGroup[]
  /** Those that will be read. */
  readonly chunks: readonly StepChunk[]
  /** What of the object was read to the file, in its order. */
  readonly spans: readonly Span[]
}

/**
 * From now on the file is a Parquet file of these row groups alone. Throws Malformed where reading the chunks would lead to
 * bytes that were not read of the object: what stands between and behind its parts is of no meaning.
 */
export function makeReadable(path: string, footer: Footer, part: FilePart): void {
  const spans = placed(part.spans)
  const file = openSync(path, 'r+')
  try {
    const bytes = footer.of(part.groups, movedTo(file, spans, part.chunks))
    const end = Buffer.alloc(END_BYTES)
    end.writeUInt32LE(bytes.length)
    MARK.copy(end, 4)
    writeAt(file, MARK, 0)
    writeAt(file, Buffer.concat([bytes, end]), endOf(spans))
    ftruncateSync(file, endOf(spans) + bytes.length + END_BYTES)
  } finally {
    closeSync(file)
  }
}

/** Has each number that tells a place in the object tell where that is in the file. Throws as makeReadable does. */
function movedTo(file: number, spans: readonly Placed[], chunks: readonly StepChunk[]) {
  const edits = new Map<RowGroup, Edit[]>()
  for (const { chunk, group } of chunks) {
    const pages = shifted(chunk.pages, spans)
    const bloom = chunk.bloom && shifted(wholeOf(chunk.bloom), spans)
    assertWithin({ file, values: chunk.values, pages, bloom }, group.rows)
    const ofGroup = edits.get(group) ?? []
    edits.set(group, ofGroup)
    const shifts = {
      pages: pages.start - chunk.pages.start,
      bloom: bloom && bloom.start - (chunk.bloom?.start ?? 0),
    }
    for (const { start, end, place, kind } of chunk.places) {
      const shift = shifts[kind]
      if (shift === undefined || shift === 0) continue
      if (place + shift < MARK.length) throw new Malformed('A place of a column is not its own.')
      ofGroup.push({ start, end, bytes: [numberBytes(place + shift)] })
    }
  }
  return (group: RowGroup) => edits.get(group) ?? []
}

function wholeOf({ start, end }: NonNullable<Chunk['bloom']>): Span {
  if (end === undefined) throw new Malformed('A Bloom filter has no size.')
  return { start, end }
}

function shifted(span: Span, spans: readonly Placed[]): Span {
  // Of a column without values nothing is read.
  if (span.start === span.end) return span
  const shift = shiftOf(span, spans)
  if (shift === undefined) throw new Malformed('A column stands where nothing was read.')
  return { start: span.start + shift, end: span.end + shift }
}

function writeAt(file: number, bytes: Uint8Array, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at, bytes.length - at, position + at)
}

/** Pages stand between the mark at the object's begin and the metadata. */
export function assertBetween(spans: readonly Span[], end: number): void {
  const isOutside = (span: Span) => span.start < MARK.length || span.end > end
  if (spans.some(isOutside)) throw new Malformed('A column stands outside of the object.')
}
