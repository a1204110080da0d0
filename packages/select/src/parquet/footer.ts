// The metadata at the end of a Parquet file: what it is made of, and the same of some of its row groups alone.
import { CompactReader, type FieldHeader, Malformed, structsHead, varintBytes } from './compact-reader.js'

export interface Span {
  readonly start: number
  /** Outside. */
  readonly end: number
}

export interface RowGroup extends Span {
  /** Records. */
  readonly rows: number
}

/** A column's part of a row group. */
export interface Chunk {
  readonly values: number
  /** Where its pages stand in the file. */
  readonly pages: Span
  /** Where its Bloom filter stands; `end` is undefined where only its own head tells. */
  readonly bloom: { readonly start: number; readonly end: number | undefined } | undefined
}

/** Fields by their numbers, as parquet.thrift has them. */
const FILE = { schema: 2, rows: 3, rowGroups: 4 }
const ELEMENT = { children: 5 }
const GROUP = { columns: 1, rows: 3 }
const COLUMN = { metadata: 3 }
const METADATA = { values: 5, bytes: 7, dataPage: 9, dictionaryPage: 11, bloom: 14, bloomBytes: 15 }

/** First place that can be a page's: the file begins with a mark of so many bytes. */
const MARK_BYTES = 4

export class Footer {
  /** Of each column, the leaves of the schema that are below it. */
  readonly columns: readonly Span[]
  /** By where they stand in the metadata. */
  readonly rowGroups: readonly RowGroup[]
  readonly #bytes: Uint8Array
  readonly #rows: Span
  readonly #list: Span

  /** Throws Malformed. */
  constructor(bytes: Uint8Array) {
    const reader = new CompactReader(bytes)
    let columns: readonly Span[] | undefined
    let rows: Span | undefined
    let list: { readonly span: Span; readonly groups: readonly RowGroup[] } | undefined
    reader.struct((field) => {
      if (field.id === FILE.schema) columns = once(columns, columnsOf(childCounts(reader, field)))
      else if (field.id === FILE.rows)
        rows = once(
          rows,
          spanOf(reader, () => void reader.number(field)),
        )
      else if (field.id === FILE.rowGroups) list = once(list, rowGroupsOf(reader, field))
      else return false
      return true
    })
    if (!columns || !rows || !list) throw new Malformed('The metadata is not complete.')
    this.columns = columns
    this.rowGroups = list.groups
    this.#bytes = bytes
    this.#rows = rows
    this.#list = list.span
  }

  /** Those of the leaves, in the row group. Throws Malformed. */
  chunks(group: RowGroup, isWanted: (leaf: number) => boolean): readonly Chunk[] {
    const reader = new CompactReader(this.#bytes, group.start)
    const chunks: Chunk[] = []
    reader.struct((field) => {
      if (field.id !== GROUP.columns) return false
      const count = reader.structs(field)
      if (count !== this.columns.at(-1)?.end) throw new Malformed('A row group has not all columns.')
      for (let leaf = 0; leaf < count; leaf++) {
        const chunk = chunkOf(reader, isWanted(leaf))
        if (chunk) chunks.push(chunk)
      }
      return true
    })
    return chunks
  }

  /** The metadata of a file that has these row groups alone, where they stand now. */
  of(groups: readonly RowGroup[]): Uint8Array {
    const rows = groups.reduce((sum, group) => sum + group.rows, 0)
    const edits = [
      // Whether a number is negative stands in its last bit.
      { span: this.#rows, bytes: [varintBytes(rows * 2)] },
      { span: this.#list, bytes: [structsHead(groups.length), ...groups.map((group) => this.#cut(group))] },
    ].sort((a, b) => a.span.start - b.span.start)
    const parts: Uint8Array[] = []
    let at = 0
    for (const { span, bytes } of edits) {
      parts.push(this.#cut({ start: at, end: span.start }), ...bytes)
      at = span.end
    }
    return Buffer.concat([...parts, this.#cut({ start: at, end: this.#bytes.length })])
  }

  #cut({ start, end }: Span): Uint8Array {
    return this.#bytes.subarray(start, end)
  }
}

function once<T>(before: T | undefined, value: T): T {
  if (before !== undefined) throw new Malformed('A field occurs twice.')
  return value
}

function spanOf(reader: CompactReader, read: () => void): Span {
  const start = reader.at
  read()
  return { start, end: reader.at }
}

/** Of each element of the schema, how many follow that are its children. */
function childCounts(reader: CompactReader, field: FieldHeader): readonly number[] {
  const count = reader.structs(field)
  const counts: number[] = []
  for (let element = 0; element < count; element++) {
    let children = 0
    reader.struct((inner) => {
      if (inner.id !== ELEMENT.children) return false
      children = reader.number(inner)
      return true
    })
    if (children < 0) throw new Malformed('The schema is none.')
    counts.push(children)
  }
  return counts
}

/** The schema is a tree, written from its root: an element's children stand behind it. */
function columnsOf(counts: readonly number[]): readonly Span[] {
  const columns: Span[] = []
  let at = 1
  let leaf = 0
  for (let column = 0; column < (counts[0] ?? 0); column++) {
    const start = leaf
    for (let open = 1; open > 0; at++) {
      const children = counts[at]
      if (children === undefined) throw new Malformed('The schema is not complete.')
      if (children === 0) leaf++
      open += children - 1
    }
    columns.push({ start, end: leaf })
  }
  if (at !== counts.length) throw new Malformed('The schema has more than its root.')
  return columns
}

function rowGroupsOf(reader: CompactReader, field: FieldHeader) {
  const start = reader.at
  const count = reader.structs(field)
  const groups: RowGroup[] = []
  for (let group = 0; group < count; group++) {
    let rows: number | undefined
    const span = spanOf(reader, () =>
      reader.struct((inner) => {
        if (inner.id !== GROUP.rows) return false
        rows = once(rows, reader.number(inner))
        return true
      }),
    )
    if (rows === undefined || rows < 0) throw new Malformed('A row group does not tell its rows.')
    groups.push({ ...span, rows })
  }
  return { span: { start, end: reader.at }, groups }
}

function chunkOf(reader: CompactReader, isWanted: boolean): Chunk | undefined {
  let chunk: Chunk | undefined
  reader.struct((field) => {
    if (!isWanted || field.id !== COLUMN.metadata) return false
    const found = new Map<number, number>()
    const wanted: readonly number[] = Object.values(METADATA)
    reader.inner(field, (inner) => {
      if (!wanted.includes(inner.id)) return false
      found.set(inner.id, reader.number(inner))
      return true
    })
    chunk = once(chunk, chunkFrom(found))
    return true
  })
  if (isWanted && !chunk) throw new Malformed('A column does not tell where it is.')
  return chunk
}

function chunkFrom(found: ReadonlyMap<number, number>): Chunk {
  const dictionary = found.get(METADATA.dictionaryPage)
  const data = found.get(METADATA.dataPage)
  const bytes = found.get(METADATA.bytes)
  const values = found.get(METADATA.values)
  if (data === undefined || bytes === undefined || values === undefined) {
    throw new Malformed('A column does not tell where it is.')
  }
  // Some writers tell of a dictionary that is not there.
  const start = dictionary !== undefined && dictionary >= MARK_BYTES ? dictionary : data
  const bloom = found.get(METADATA.bloom)
  const bloomBytes = found.get(METADATA.bloomBytes)
  if (start < 0 || bytes < 0 || (bloom ?? 0) < 0 || (bloomBytes ?? 0) < 0) {
    throw new Malformed('A column has a place that is none.')
  }
  const bloomEnd = bloom === undefined || bloomBytes === undefined ? undefined : bloom + bloomBytes
  return {
    values,
    pages: { start, end: start + bytes },
    bloom: bloom === undefined ? undefined : { start: bloom, end: bloomEnd },
  }
}
