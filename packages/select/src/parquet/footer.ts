// The metadata at the end of a Parquet file: what it is made of, and the same of some of its row groups alone.
import { CompactReader, type FieldHeader, Malformed, numberBytes, structsHead } from './compact-reader.js'

export interface Span {
  readonly start: number
  /** Outside. */
  readonly end: number
}

export interface RowGroup extends Span {
  /** Records. */
  readonly rows: number
  /** Where the metadata of each leaf begins. */
  readonly leaves: readonly number[]
}

/** A column's part of a row group. */
export interface Chunk {
  readonly values: number
  /** Where its pages stand in the file. */
  readonly pages: Span
  /** Where its Bloom filter stands; `end` is undefined where only its own head tells. */
  readonly bloom: { readonly start: number; readonly end: number | undefined } | undefined
  /** Numbers in the metadata that tell a place in the file. */
  readonly places: readonly Place[]
}

/** Where the number stands in the metadata, and the place that it tells. */
export interface Place extends Span {
  readonly place: number
  /** Of what. */
  readonly kind: 'pages' | 'bloom'
}

/** Other bytes in the place of some of the metadata. */
export interface Edit extends Span {
  readonly bytes: readonly Uint8Array[]
}

/** Fields by their numbers, as parquet.thrift has them. */
const FILE = { schema: 2, rows: 3, rowGroups: 4 }
const ELEMENT = { children: 5 }
const GROUP = { columns: 1, rows: 3 }
const COLUMN = { metadata: 3 }
const METADATA = {
  values: 5,
  bytes: 7,
  dataPage: 9,
  indexPage: 10,
  dictionaryPage: 11,
  bloom: 14,
  bloomBytes: 15,
}
const WANTED: readonly number[] = Object.values(METADATA)
const PAGES: readonly number[] = [METADATA.dataPage, METADATA.indexPage, METADATA.dictionaryPage]

/** First place that can be a page's: the file begins with a mark of so many bytes. */
const MARK_BYTES = 4

export class Footer {
  /** Of each column, the leaves of the schema that are below it. */
  readonly columns: readonly Span[]
  /** By where they stand in the metadata. */
  readonly rowGroups: readonly RowGroup[]
  /** Records, as the metadata says. */
  readonly rows: number
  readonly #bytes: Uint8Array
  readonly #rowsField: Span
  readonly #list: Span

  /** Throws Malformed. */
  constructor(bytes: Uint8Array) {
    const reader = new CompactReader(bytes)
    let columns: readonly Span[] | undefined
    let rows: number | undefined
    let rowsField: Span | undefined
    let list: { readonly span: Span; readonly groups: readonly RowGroup[] } | undefined
    reader.struct((field) => {
      if (field.id === FILE.schema) columns = once(columns, columnsOf(childCounts(reader, field)))
      else if (field.id === FILE.rows) {
        const start = reader.at
        rows = once(rows, reader.number(field))
        rowsField = { start, end: reader.at }
      } else if (field.id === FILE.rowGroups) list = once(list, rowGroupsOf(reader, field))
      else return false
      return true
    })
    if (!columns || rows === undefined || !rowsField || !list)
      throw new Malformed('The metadata is not complete.')
    this.columns = columns
    this.rowGroups = list.groups
    this.rows = rows
    this.#bytes = bytes
    this.#rowsField = rowsField
    this.#list = list.span
  }

  /** Those of the leaves, in the row group. Throws Malformed. */
  chunks({ leaves }: RowGroup, isWanted: (leaf: number) => boolean): readonly Chunk[] {
    if (leaves.length !== this.columns.at(-1)?.end) throw new Malformed('A row group has not all columns.')
    const wanted = leaves.filter((_at, leaf) => isWanted(leaf))
    return wanted.map((at) => chunkOf(new CompactReader(this.#bytes, at)))
  }

  /**
   * The metadata of a file that has these row groups alone, where they stand now but for what is edited.
   *
   * @param editsOf Of a row group's own metadata, by where they stand, without overlap.
   */
  of(groups: readonly RowGroup[], editsOf: (group: RowGroup) => readonly Edit[] = () => []): Uint8Array {
    const rows = groups.reduce((sum, group) => sum + group.rows, 0)
    const list = groups.flatMap((group) => edited(this.#bytes, group, editsOf(group)))
    const edits = [
      { ...this.#rowsField, bytes: [numberBytes(rows)] },
      { ...this.#list, bytes: [structsHead(groups.length), ...list] },
    ].sort((a, b) => a.start - b.start)
    return Buffer.concat(edited(this.#bytes, { start: 0, end: this.#bytes.length }, edits))
  }
}

function edited(bytes: Uint8Array, { start, end }: Span, edits: readonly Edit[]): readonly Uint8Array[] {
  const parts: Uint8Array[] = []
  let at = start
  for (const edit of edits) {
    parts.push(bytes.subarray(at, edit.start), ...edit.bytes)
    at = edit.end
  }
  parts.push(bytes.subarray(at, end))
  return parts
}

function once<T>(before: T | undefined, value: T): T {
  if (before !== undefined) throw new Malformed('A field occurs twice.')
  return value
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
  for (let group = 0; group < count; group++) groups.push(rowGroupOf(reader))
  return { span: { start, end: reader.at }, groups }
}

function rowGroupOf(reader: CompactReader): RowGroup {
  const start = reader.at
  let rows: number | undefined
  let leaves: readonly number[] | undefined
  reader.struct((inner) => {
    if (inner.id === GROUP.rows) rows = once(rows, reader.number(inner))
    else if (inner.id === GROUP.columns) leaves = once(leaves, reader.passStructs(inner))
    else return false
    return true
  })
  if (rows === undefined || rows < 0 || !leaves) throw new Malformed('A row group does not tell its rows.')
  return { start, end: reader.at, rows, leaves }
}

function chunkOf(reader: CompactReader): Chunk {
  let chunk: Chunk | undefined
  reader.struct((field) => {
    if (field.id !== COLUMN.metadata) return false
    chunk = once(chunk, chunkFrom(numbersOf(reader, field)))
    return true
  })
  if (!chunk) throw new Malformed('A column does not tell where it is.')
  return chunk
}

/** A number of the metadata, and where it stands there. */
interface Found extends Span {
  readonly value: number
}

function numbersOf(reader: CompactReader, field: FieldHeader): ReadonlyMap<number, Found> {
  const found = new Map<number, Found>()
  reader.inner(field, (inner) => {
    if (!WANTED.includes(inner.id)) return false
    if (found.has(inner.id)) throw new Malformed('A field occurs twice.')
    const start = reader.at
    const value = reader.number(inner)
    found.set(inner.id, { start, end: reader.at, value })
    return true
  })
  return found
}

function chunkFrom(found: ReadonlyMap<number, Found>): Chunk {
  const numberOf = (id: number) => found.get(id)?.value
  const dictionary = numberOf(METADATA.dictionaryPage)
  const data = numberOf(METADATA.dataPage)
  const bytes = numberOf(METADATA.bytes)
  const values = numberOf(METADATA.values)
  if (data === undefined || bytes === undefined || values === undefined) {
    throw new Malformed('A column does not tell where it is.')
  }
  // Some writers tell of a dictionary that is not there.
  const start = dictionary !== undefined && dictionary >= MARK_BYTES ? dictionary : data
  const bloom = numberOf(METADATA.bloom)
  const bloomBytes = numberOf(METADATA.bloomBytes)
  if (start < 0 || bytes < 0 || (bloom ?? 0) < 0 || (bloomBytes ?? 0) < 0) {
    throw new Malformed('A column has a place that is none.')
  }
  const bloomEnd = bloom === undefined || bloomBytes === undefined ? undefined : bloom + bloomBytes
  return {
    values,
    pages: { start, end: start + bytes },
    bloom: bloom === undefined ? undefined : { start: bloom, end: bloomEnd },
    places: placesOf(found),
  }
}

/** In the order of the metadata. */
function placesOf(found: ReadonlyMap<number, Found>): readonly Place[] {
  const places: Place[] = []
  for (const [id, { start, end, value }] of found) {
    const isPages = PAGES.includes(id)
    if ((!isPages && id !== METADATA.bloom) || value < MARK_BYTES) continue
    places.push({ start, end, place: value, kind: isPages ? 'pages' : 'bloom' })
  }
  return places
}
