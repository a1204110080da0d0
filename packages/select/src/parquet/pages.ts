// Whether all that is read of a column stands where the metadata says: pages follow each other, and each tells its own size.
import { readSync } from 'node:fs'
import { CompactReader, type FieldHeader, Malformed } from './compact-reader.js'
import type { Chunk, Span } from './footer.js'

/** Fields by their numbers, as parquet.thrift has them. */
const PAGE = { bytes: 3, dataPage: 5, secondDataPage: 8 }
const DATA_PAGE = { values: 1 }
const BLOOM = { bytes: 1 }

/** Most heads have a few dozen bytes; those with long extremes of texts more. */
const HEAD_BYTES = 256
const HEAD_BYTES_MAX = 1024 * 1024

/** Where a chunk stands in a file. */
export interface ChunkPlace extends Pick<Chunk, 'values' | 'pages' | 'bloom'> {
  /** A descriptor. */
  readonly file: number
}

/**
 * Whoever reads the chunk's values, page by page, reads no byte outside of its span. Throws Malformed where that is not so.
 */
export function assertWithin({ file, pages, values, bloom }: ChunkPlace, valuesMin: number): void {
  const needed = Math.max(values, valuesMin)
  let at = pages.start
  for (let seen = 0; seen < needed; ) {
    const { head, found } = readHead(file, { start: at, end: pages.end }, pageOf)
    if (found.bytes < 0) throw new Malformed('A page has no size.')
    at += head + found.bytes
    if (at > pages.end) throw new Malformed('A page stands beyond its column.')
    seen += found.values
  }
  if (bloom) assertBloom(file, bloom)
}

function assertBloom(file: number, { start, end }: NonNullable<Chunk['bloom']>): void {
  if (end === undefined) throw new Malformed('A Bloom filter has no size.')
  const { head, found } = readHead(file, { start, end }, bloomBytes)
  if (found < 0 || start + head + found > end) throw new Malformed('A Bloom filter stands beyond its place.')
}

interface Page {
  /** Behind its head. */
  readonly bytes: number
  readonly values: number
}

function pageOf(reader: CompactReader): Page {
  let bytes = -1
  let values = 0
  const valuesOf = (field: FieldHeader) =>
    reader.inner(field, (inner) => {
      if (inner.id !== DATA_PAGE.values) return false
      values = Math.max(0, reader.number(inner))
      return true
    })
  reader.struct((field) => {
    if (field.id === PAGE.bytes) bytes = reader.number(field)
    else if (field.id === PAGE.dataPage || field.id === PAGE.secondDataPage) valuesOf(field)
    else return false
    return true
  })
  return { bytes, values }
}

function bloomBytes(reader: CompactReader): number {
  let bytes = -1
  reader.struct((field) => {
    if (field.id !== BLOOM.bytes) return false
    bytes = reader.number(field)
    return true
  })
  return bytes
}

function readHead<T>(file: number, { start, end }: Span, read: (reader: CompactReader) => T) {
  for (let length = HEAD_BYTES; ; length *= 16) {
    const bytes = Buffer.allocUnsafe(Math.min(length, end - start))
    const got = readSync(file, bytes, 0, bytes.length, start)
    const reader = new CompactReader(bytes.subarray(0, got))
    try {
      const found = read(reader)
      return { head: reader.at, found }
    } catch (error) {
      const isAll = length >= end - start || length >= HEAD_BYTES_MAX
      if (isAll || !(error instanceof Malformed)) throw error
    }
  }
}
