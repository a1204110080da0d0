// What is wanted of records: fields, each as values of one type.
import type { ColumnType, ColumnValues } from './parquet-file.js'

/**
 * - `text`: the field; of JSON only strings are one.
 * - `int`, `float`, `decimal`: what the field is as a number of that type.
 * - `json`: the value as it stands in the record.
 * - `span`: where it stands, for results that are written of it; no column comes of it.
 * - `bool`: true is 1, false 0.
 * - `kind`: a value is 1, null 0.
 * - `order`: a float, and how many digits the number has, or more.
 * - `sum`: an int of what stands before the point; another of what stands behind it, in parts of 10 ** 18; and how many digits that has.
 * - `printed`: a string, or the text that a number or bool is written with.
 */
export type View =
  | 'text'
  | 'int'
  | 'float'
  | 'decimal'
  | 'json'
  | 'span'
  | 'bool'
  | 'kind'
  | 'printed'
  | 'order'
  | 'sum'

/** By their numbers in the kernel. */
const VIEWS: Readonly<Record<View, number>> = {
  text: 0,
  int: 1,
  float: 2,
  decimal: 3,
  json: 4,
  span: 5,
  bool: 6,
  kind: 7,
  printed: 8,
  order: 9,
  sum: 10,
}
const TYPES: Readonly<Record<View, ColumnType>> = {
  text: 'text',
  int: 'int',
  float: 'float',
  decimal: 'decimal',
  json: 'text',
  span: 'int',
  bool: 'int',
  kind: 'int',
  printed: 'text',
  order: 'float',
  sum: 'int',
}

/** Those that have digits beside them. */
export const COUNTED: readonly View[] = ['decimal', 'order', 'sum']

export interface Wanted {
  /** From 0; of JSON the number of its path. */
  readonly column: number
  readonly view: View
}

/**
 * The table's columns. Of decimals and sums a second one tells how many digits behind the point each was written with; of `order`,
 * how many in all.
 */
export function columnName({ column, view }: Wanted): string {
  return `${view}${column + 1}`
}

export function digitsName(wanted: Wanted): string {
  return `digits_of_${columnName(wanted)}`
}

export function fractionsName(wanted: Wanted): string {
  return `fractions_of_${columnName(wanted)}`
}

/** An entry of the kernel's list, as its layout has it. */
const ENTRY_BYTES = 64
const AT = {
  column: 0,
  view: 4,
  validity: 8,
  values: 12,
  digits: 16,
  valuesEnd: 20,
  nulls: 24,
  digitsMax: 28,
}

/** Room behind whatever the kernel writes in blocks. */
export const SLACK_BYTES = 64

export interface WantedPlace {
  readonly memory: Buffer
  /** Where the list begins. */
  readonly list: number
  readonly recordsMax: number
  /** Of the records that are read at once. */
  readonly inputBytes: number
}

/** Bytes that the values of one column may take. */
export function columnBytes({ view }: Wanted, recordsMax: number, inputBytes: number): number {
  const validity = Math.ceil(recordsMax / 8)
  const numbers = view === 'sum' ? 20 * recordsMax : 12 * recordsMax
  const values = TYPES[view] === 'text' ? inputBytes + 4 * recordsMax : numbers
  return aligned(validity) + aligned(values) + 2 * SLACK_BYTES
}

export function aligned(bytes: number): number {
  return Math.ceil(bytes / SLACK_BYTES) * SLACK_BYTES
}

/** Tells the kernel what is wanted, with room for it from `start` on; the order is that of their columns. */
export function writeWanted(wanted: readonly Wanted[], start: number, place: WantedPlace): void {
  const { memory, list, recordsMax, inputBytes } = place
  let at = start
  for (const [index, one] of wanted.entries()) {
    const entry = list + index * ENTRY_BYTES
    const values = at + aligned(Math.ceil(recordsMax / 8)) + SLACK_BYTES
    memory.writeInt32LE(one.column, entry + AT.column)
    memory.writeInt32LE(VIEWS[one.view], entry + AT.view)
    memory.writeUInt32LE(at, entry + AT.validity)
    memory.writeUInt32LE(values, entry + AT.values)
    memory.writeUInt32LE(values + 8 * recordsMax, entry + AT.digits)
    at += columnBytes(one, recordsMax, inputBytes)
  }
}

/** What the kernel found; views of its memory. */
export function foundColumns(
  wanted: readonly Wanted[],
  place: WantedPlace,
  records: number,
): readonly ColumnValues[] {
  return wanted.flatMap((one, index) => columnsOf(one, place.list + index * ENTRY_BYTES, place, records))
}

function columnsOf(
  one: Wanted,
  entry: number,
  { memory, recordsMax }: WantedPlace,
  records: number,
): readonly ColumnValues[] {
  if (one.view === 'span') return []
  const word = (offset: number) => memory.readUInt32LE(entry + offset)
  const nulls = word(AT.nulls)
  const from = word(AT.validity)
  const validity = nulls === 0 ? undefined : memory.subarray(from, from + Math.ceil(records / 8))
  const values = memory.subarray(word(AT.values), word(AT.valuesEnd))
  const column = { name: columnName(one), type: TYPES[one.view], validity, values }
  if (!COUNTED.includes(one.view)) return [column]
  const digitsAt = word(AT.digits)
  const digits = memory.subarray(digitsAt, digitsAt + 4 * (records - nulls))
  const counted = [
    { ...column, scale: word(AT.digitsMax) },
    { name: digitsName(one), type: 'short' as const, validity, values: digits },
  ]
  if (one.view !== 'sum') return counted
  const fractionsAt = digitsAt + 4 * recordsMax
  const fractions = memory.subarray(fractionsAt, fractionsAt + 8 * (records - nulls))
  return [...counted, { name: fractionsName(one), type: 'int', validity, values: fractions }]
}
