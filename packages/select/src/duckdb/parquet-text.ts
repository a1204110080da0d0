// Columns of Parquet of which DuckDB writes the text that the interpreter writes.
import { DuckDBDecimalType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { FAIL, type Sql } from './sql.js'

/** Digits behind the point of a second, as moments of the type are written. */
const FRACTION_DIGITS: ReadonlyMap<DuckDBTypeId, number> = new Map([
  [DuckDBTypeId.TIMESTAMP_S, 0],
  [DuckDBTypeId.TIMESTAMP_MS, 3],
  [DuckDBTypeId.TIMESTAMP, 6],
  [DuckDBTypeId.TIMESTAMP_NS, 9],
])
/** Of a moment without a fraction, as in 2024-01-02 03:04:05. */
const MOMENT_LENGTH = 19
/** Decimals of more digits before the point don't go beside others. */
const DECIMAL_WIDTH_MAX = 27
const DECIMAL_SCALE_MAX = 9

/** Undefined for other types. `text`: the column's name in quotes. */
export function writtenColumn(text: string, type: DuckDBType): Sql | undefined {
  if (type instanceof DuckDBDecimalType) return decimalOf(text, type)
  if (type.typeId === DuckDBTypeId.DATE) return timeOf(text, `CAST(${text} AS VARCHAR)`, 'DATE')
  if (type.typeId === DuckDBTypeId.TIMESTAMP_TZ) {
    const moment = `make_timestamp(epoch_us(${text}))`
    return timeOf(moment, momentText(moment, 6, 'Z'), 'TIMESTAMP')
  }
  const digits = FRACTION_DIGITS.get(type.typeId)
  if (digits === undefined) return undefined
  // Nanoseconds don't reach as far as what they are compared with.
  return timeOf(`CAST(${text} AS TIMESTAMP)`, momentText(text, digits, '-00:00'), 'TIMESTAMP')
}

function decimalOf(text: string, { width, scale }: DuckDBDecimalType): Sql | undefined {
  if (width > DECIMAL_WIDTH_MAX || scale > DECIMAL_SCALE_MAX) return undefined
  // Without room before the point there would be no zero before it.
  const value = width > scale ? text : `CAST(${text} AS DECIMAL(${width + 1}, ${scale}))`
  const written = `CAST(${value} AS VARCHAR)`
  // Without digits behind the point a sum would be taken for one of ints.
  const digits = scale === 0 ? {} : { digits: `${scale}` }
  return { text, type: 'decimal', isNullable: true, written, ...digits }
}

/** Years that are not written with four digits are for the interpreter. */
function timeOf(value: string, written: string, type: 'DATE' | 'TIMESTAMP'): Sql {
  const isUsual = `${value} >= ${type} '1000-01-01' AND ${value} < ${type} '10000-01-01'`
  const text = `CASE WHEN ${isUsual} THEN ${written} WHEN ${value} IS NULL THEN NULL ELSE ${FAIL} END`
  return { text, type: 'time', isNullable: true }
}

/** DuckDB leaves zeros at the end of a fraction out. */
function momentText(value: string, fractionDigits: number, offset: string): string {
  const text = `CAST(${value} AS VARCHAR)`
  const length = MOMENT_LENGTH + 1 + fractionDigits
  const padded = `CASE WHEN strlen(${text}) = ${MOMENT_LENGTH} THEN ${text} ELSE rpad(${text}, ${length}, '0') END`
  return `(replace(${padded}, ' ', 'T') || '${offset}')`
}
