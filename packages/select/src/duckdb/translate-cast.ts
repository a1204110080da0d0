// CAST in DuckDB's SQL: guarded, as DuckDB reads more texts as numbers than COS Select does, and rounds.
import type { Expression } from '../language/ast.js'
import { jsonAnyText, jsonCastText } from './json-value.js'
import { decimalOfText, FAIL, type Sql, type Translate, untranslatable } from './sql.js'

type Cast = Extract<Expression, { readonly kind: 'cast' }>

const INT = ' *[+-]?[0-9]+ *'
const FLOAT = ' *[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)? *'
/** Decimals with more digits are for the interpreter. */
export const DECIMAL = ' *[+-]?[0-9]{1,18}(\\.[0-9]{0,9})? *'
/** Of these every one is a float, and none too large. */
const USUAL_FLOAT = ' *[+-]?[0-9]{1,15}(\\.[0-9]{0,15})? *'
const BOOL = '(?i) *(true|false) *'
/** Of that many bytes no text is too large for a float, whatever its digits; with an exponent it may be. */
const FLOAT_BYTES_MAX = 300

export function translateCast({ operand, type, precision }: Cast, translate: Translate): Sql {
  const isPlain = precision === undefined && type !== 'timestamp'
  const field = translate(operand, isPlain ? `cast to ${type}` : undefined)
  const isRead = field.type === type && (type !== 'decimal' || field.digits !== undefined)
  if (isPlain && isRead) return field
  const value = field.type === 'json' && type !== 'string' ? jsonAnyText(field) : field
  if (value.type === type && type !== 'decimal') return value
  if (type === 'string') return castToText(value)
  if (value.type === 'text') return castText(value.text, type, precision)
  if (value.type === 'int' && type === 'float')
    return { text: `CAST(${value.text} AS DOUBLE)`, type: 'float' }
  return untranslatable()
}

function castToText(value: Sql): Sql {
  if (value.type === 'text') return value
  if (value.type === 'json') return jsonCastText(value)
  return value.type === 'int' || value.type === 'bool'
    ? { text: `CAST(${value.text} AS VARCHAR)`, type: 'text' }
    : untranslatable()
}

function castText(text: string, type: Cast['type'], precision: number | undefined): Sql {
  if (type === 'int') return guarded(text, { pattern: INT, type: 'BIGINT', as: 'int' })
  if (type === 'bool') return guarded(`trim(${text})`, { pattern: BOOL, type: 'BOOLEAN', as: 'bool' })
  if (type === 'float') return castToFloat(text)
  const isPlain = type === 'decimal' && precision === undefined
  if (!isPlain) return untranslatable()
  const digits = `CASE WHEN contains(${text}, '.') THEN strlen(rtrim(${text})) - strpos(${text}, '.') ELSE 0 END`
  return { ...guarded(text, { pattern: DECIMAL, type: 'DECIMAL', as: 'decimal' }), digits }
}

function castToFloat(text: string): Sql {
  const value = guarded(text, { pattern: FLOAT, type: 'DOUBLE', as: 'float' })
  const other = finite(`CASE WHEN strlen(${text}) < ${FLOAT_BYTES_MAX} THEN ${value.text} ELSE ${FAIL} END`)
  const usual = `regexp_full_match(${text}, '${USUAL_FLOAT}') THEN CAST(${text} AS DOUBLE)`
  return { text: `CASE WHEN ${text} IS NULL THEN NULL WHEN ${usual} ELSE ${other} END`, type: 'float' }
}

interface Guard {
  readonly pattern: string
  /** DuckDB's. */
  readonly type: string
  readonly as: Sql['type']
}

/** Null stays null. */
function guarded(text: string, { pattern, type, as }: Guard): Sql {
  const fits = `regexp_full_match(${text}, '${pattern}')`
  const value = type === 'DECIMAL' ? decimalOfText(text) : `CAST(${text} AS ${type})`
  return {
    text: `CASE WHEN ${text} IS NULL OR ${fits} THEN ${value} ELSE ${FAIL} END`,
    type: as,
  }
}

export function finite(text: string): string {
  return `CASE WHEN ${text} IS NULL OR isfinite(${text}) THEN ${text} ELSE ${FAIL} END`
}
