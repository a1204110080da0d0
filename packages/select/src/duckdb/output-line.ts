// A record of the result as one text, made by DuckDB.
import type { CsvOutput, JsonOutput } from '../request.js'
import { floatText } from './float-text.js'
import { FAIL, type Sql, type SqlType, untranslatable } from './sql.js'
import { quotedText } from './sql-text.js'

/** Results that are longer are refused. */
const RECORD_BYTES_MAX = 1024 * 1024

export interface NamedSql {
  readonly name: string
  readonly sql: Sql
}

/** What stands behind each line, as `COPY` ends every one with a line feed. */
export function lineEnd(recordDelimiter: string): string {
  if (recordDelimiter === '\n') return ''
  return recordDelimiter === '\r\n' ? '\r' : untranslatable()
}

/** `isBare`: no value has anything in it that is quoted. */
export function csvLine(columns: readonly NamedSql[], output: CsvOutput, isBare: boolean): string {
  const parts = columns.map(({ sql }) => csvField(sql, output, isBare))
  const end = lineEnd(output.recordDelimiter)
  const delimited = parts.flatMap((part, index) =>
    index === 0 ? [part] : [quotedText(output.fieldDelimiter), part],
  )
  return joined(end === '' ? delimited : [...delimited, quotedText(end)])
}

function csvField(value: Sql, output: CsvOutput, isBare: boolean): string {
  const text = textOf(value)
  const isPlain = value.type !== 'text' && !isInNumbers(output)
  if (isPlain) return output.quoteFields === 'ALWAYS' ? quoted(text, output) : text
  if (output.quoteFields === 'ALWAYS') return quoted(escaped(text, output), output)
  if (isBare) return text
  const marks = new Set([...`${output.fieldDelimiter}${output.recordDelimiter}${output.quote}\r\n`])
  const special = [...marks].map((mark) => `contains(${text}, ${quotedText(mark)})`)
  return `CASE WHEN ${special.join(' OR ')} THEN ${quoted(escaped(text, output), output)} ELSE ${text} END`
}

/** Whether something that is quoted may stand in a number, a boolean or a moment. */
function isInNumbers({ fieldDelimiter, recordDelimiter, quote }: CsvOutput): boolean {
  return /[\w.:+-]/.test(fieldDelimiter + recordDelimiter + quote)
}

function quoted(text: string, { quote }: CsvOutput): string {
  return `concat(${quotedText(quote)}, ${text}, ${quotedText(quote)})`
}

/** The escape character first, as it would double what quotes bring. */
function escaped(text: string, { quote, quoteEscape }: CsvOutput): string {
  const marks = quote === quoteEscape ? [quote] : [quoteEscape, quote]
  return marks.reduce(
    (inner, mark) => `replace(${inner}, ${quotedText(mark)}, ${quotedText(quoteEscape + mark)})`,
    text,
  )
}

export function jsonLine(columns: readonly NamedSql[], output: JsonOutput): string {
  const end = lineEnd(output.recordDelimiter)
  const parts = columns.flatMap(({ name, sql }, index) => {
    const key = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`
    return [quotedText(key), jsonValue(sql)]
  })
  return joined([...parts, quotedText(`}${end}`)])
}

function jsonValue(value: Sql): string {
  const text = textOf(value)
  const json = value.type === 'text' ? jsonString(text) : bareJson(text, value.type)
  return `coalesce(${json}, 'null')`
}

/** Nothing in it is ever escaped. */
function bareJson(text: string, type: SqlType): string {
  return type === 'time' ? `('"' || ${text} || '"')` : text
}

/** Control characters have several spellings. */
function jsonString(text: string): string {
  return `CASE WHEN regexp_matches(${text}, '[\\x00-\\x1f]') THEN ${FAIL} ELSE CAST(to_json(${text}) AS VARCHAR) END`
}

function textOf({ text, type, written }: Sql): string {
  if (type === 'text' || type === 'time') return text
  if (type === 'float') return floatText(text)
  if (type === 'decimal') return written ?? untranslatable()
  return type === 'int' || type === 'bool' ? `CAST(${text} AS VARCHAR)` : untranslatable()
}

function joined(parts: readonly string[]): string {
  return `concat(${parts.join(', ')})`
}

/** A line that has a name: planning a statement in which it stood twice would take twice as long. */
export function limitedLine(name: string): string {
  return `CASE WHEN strlen(${name}) < ${RECORD_BYTES_MAX} THEN ${name} ELSE ${FAIL} END`
}
