// Columns as a Parquet file of one row group with one page for each: the form in which DuckDB takes many values at once.
import {
  int32,
  int64,
  list,
  struct,
  type ThriftFields,
  type ThriftValue,
  text,
  thriftBytes,
  writeVarint,
} from './thrift.js'

/**
 * - `int`, `float`: 64 bits.
 * - `decimal`: an int of 64 bits, of which `scale` digits stand behind the point.
 * - `short`: an int of 32 bits.
 * - `text`: UTF-8, each with four bytes before it that hold its length.
 */
export type ColumnType = 'int' | 'float' | 'decimal' | 'short' | 'text'

/** Numbers are in little endian. */
export interface ColumnValues {
  readonly name: string
  readonly type: ColumnType
  /** Of decimals. */
  readonly scale?: number
  /** A bit for each row, the lowest first, of those that have a value; undefined where all have. */
  readonly validity: Uint8Array | undefined
  /** Of the rows that have one. */
  readonly values: Uint8Array
}

const MAGIC = Buffer.from('PAR1')
const PLAIN = 0
const RLE = 3
const UNCOMPRESSED = 0
const DATA_PAGE = 0
const REQUIRED = 0
const OPTIONAL = 1
const PHYSICAL: Readonly<Record<ColumnType, number>> = {
  int: 2,
  float: 5,
  decimal: 2,
  short: 1,
  text: 6,
}
const UTF8 = 0
const DECIMAL = 5
const DECIMAL_PRECISION = 18

interface Chunk {
  readonly column: ColumnValues
  readonly offset: number
  readonly length: number
}

/** The file's bytes, in pieces; the values are not copied. */
export function parquetFile(columns: readonly ColumnValues[], rows: number): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [MAGIC]
  const chunks: Chunk[] = []
  let offset = MAGIC.length
  for (const column of columns) {
    const levels = levelsOf(column, rows)
    const page = [pageHeader(levels.length + column.values.length, rows), levels, column.values]
    const length = page.reduce((sum, piece) => sum + piece.length, 0)
    pieces.push(...page)
    chunks.push({ column, offset, length })
    offset += length
  }
  const footer = thriftBytes(fileFields(chunks, rows))
  const end = Buffer.alloc(4)
  end.writeUInt32LE(footer.length)
  return [...pieces, footer, end, MAGIC]
}

/** One run of bits: which rows have a value. */
function levelsOf({ validity }: ColumnValues, rows: number): Buffer {
  if (!validity) return Buffer.alloc(0)
  const bytes = Math.ceil(rows / 8)
  const head: number[] = []
  writeVarint(head, bytes * 2 + 1)
  const levels = Buffer.alloc(4 + head.length + bytes)
  levels.writeUInt32LE(head.length + bytes)
  levels.set(head, 4)
  levels.set(validity.subarray(0, bytes), 4 + head.length)
  return levels
}

function pageHeader(bytes: number, rows: number): Buffer {
  const data = struct([1, int32(rows)], [2, int32(PLAIN)], [3, int32(RLE)], [4, int32(RLE)])
  return thriftBytes([
    [1, int32(DATA_PAGE)],
    [2, int32(bytes)],
    [3, int32(bytes)],
    [5, data],
  ])
}

function fileFields(chunks: readonly Chunk[], rows: number): ThriftFields {
  const root = struct([4, text('rows')], [5, int32(chunks.length)])
  const group = struct(
    [1, list(chunks.map((chunk) => columnChunk(chunk, rows)))],
    [2, int64(chunks.reduce((sum, { length }) => sum + length, 0))],
    [3, int64(rows)],
  )
  return [
    [1, int32(1)],
    [2, list([root, ...chunks.map(({ column }) => schemaElement(column))])],
    [3, int64(rows)],
    [4, list([group])],
  ]
}

function schemaElement({ name, type, scale = 0, validity }: ColumnValues): ThriftValue {
  const repetition = int32(validity ? OPTIONAL : REQUIRED)
  const basic: ThriftFields = [
    [1, int32(PHYSICAL[type])],
    [3, repetition],
    [4, text(name)],
  ]
  if (type === 'text') return struct(...basic, [6, int32(UTF8)])
  if (type !== 'decimal') return struct(...basic)
  return struct(...basic, [6, int32(DECIMAL)], [7, int32(scale)], [8, int32(DECIMAL_PRECISION)])
}

function columnChunk({ column, offset, length }: Chunk, rows: number): ThriftValue {
  const metadata = struct(
    [1, int32(PHYSICAL[column.type])],
    [2, list([int32(PLAIN), int32(RLE)])],
    [3, list([text(column.name)])],
    [4, int32(UNCOMPRESSED)],
    [5, int64(rows)],
    [6, int64(length)],
    [7, int64(length)],
    [9, int64(offset)],
  )
  return struct([2, int64(offset)], [3, metadata])
}
