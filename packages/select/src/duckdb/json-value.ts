// Values of JSON in DuckDB's SQL, whose type is known only with the record.
import { FAIL, type Sql } from './sql.js'

const INT = '-?[0-9]{1,15}'
const DECIMAL = '-?[0-9]{1,18}(\\.[0-9]{1,9})?'
const DECIMAL_TYPE = 'DECIMAL(38, 9)'

function isNothing({ text }: Sql): string {
  return `${text} IS NULL OR ${text} = 'null'`
}

/** A string; null where there is none, and failing for other types. */
export function jsonText(value: Sql): Sql {
  const inner = `json_extract_string(${value.text}, '$')`
  const text = `CASE WHEN starts_with(${value.text}, '"') THEN ${inner} WHEN ${isNothing(value)} THEN NULL ELSE ${FAIL} END`
  return { text, type: 'text' }
}

/** As CAST to a string gives it: of ints that are written as such, and strings. */
export function jsonCastText(value: Sql): Sql {
  const isInt = `regexp_full_match(${value.text}, '${INT}') AND ${value.text} <> '-0'`
  return { text: `CASE WHEN ${isInt} THEN ${value.text} ELSE ${jsonText(value).text} END`, type: 'text' }
}

/** A number, true or false as their texts, or a string; for casts. */
export function jsonAnyText(value: Sql): Sql {
  const inner = `json_extract_string(${value.text}, '$')`
  const other = `CASE WHEN starts_with(${value.text}, '{') OR starts_with(${value.text}, '[') THEN ${FAIL} ELSE ${value.text} END`
  const text = `CASE WHEN starts_with(${value.text}, '"') THEN ${inner} WHEN ${isNothing(value)} THEN NULL ELSE ${other} END`
  return { text, type: 'text' }
}

/** A number, with as many digits behind the point as it is written with. */
export function jsonNumber(value: Sql): Sql {
  const { text } = value
  const number = `CASE WHEN regexp_full_match(${text}, '${DECIMAL}') THEN CAST(${text} AS ${DECIMAL_TYPE}) WHEN ${isNothing(value)} THEN NULL ELSE ${FAIL} END`
  const digits = `CASE WHEN contains(${text}, '.') THEN strlen(${text}) - strpos(${text}, '.') ELSE 0 END`
  return { text: number, type: 'decimal', digits }
}

/** Compared with a number of the query: ints as such, which is faster. */
export function compareJson(value: Sql, operator: string, number: string): string {
  const { text } = value
  const branches = [
    `WHEN regexp_full_match(${text}, '${DECIMAL}') THEN CAST(${text} AS ${DECIMAL_TYPE}) ${operator} CAST('${number}' AS ${DECIMAL_TYPE})`,
    `WHEN ${isNothing(value)} THEN NULL`,
  ]
  if (new RegExp(`^${INT}$`).test(number)) {
    branches.unshift(
      `WHEN regexp_full_match(${text}, '${INT}') THEN CAST(${text} AS BIGINT) ${operator} ${number}`,
    )
  }
  return `CASE ${branches.join(' ')} ELSE ${FAIL} END`
}
