// LIKE and the functions over strings in DuckDB's SQL.
import type { Expression } from '../language/ast.js'
import { jsonText } from './json-value.js'
import { FAIL, ofType, type Sql, type Translate, untranslatable } from './sql.js'
import { quotedText } from './sql-text.js'

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>

const PATTERN_LENGTH_MAX = 1024
const PLACE_MAX = 2 ** 31

export function translateLike(expression: Of<'like'>, translate: Translate): Sql {
  const text = stringOf(expression.pattern)
  const mark = expression.escape === undefined ? undefined : stringOf(expression.escape)
  if (text === undefined || text.length > PATTERN_LENGTH_MAX) return untranslatable()
  if (expression.escape !== undefined && (mark === undefined || !isEscaped(text, mark)))
    return untranslatable()
  const value = textFrom(translate(expression.operand, 'text'))
  const behind = mark === undefined ? '' : ` ESCAPE ${quotedText(mark)}`
  const like = expression.negated ? 'NOT LIKE' : 'LIKE'
  return { text: `(${value.text} ${like} ${quotedText(text)}${behind})`, type: 'bool' }
}

/** Whether the mark is one byte and stands only before what has a meaning. */
function isEscaped(pattern: string, mark: string): boolean {
  if (!/^[\x21-\x7e]$/.test(mark) || mark === '%' || mark === '_') return false
  for (let at = pattern.indexOf(mark); at >= 0; at = pattern.indexOf(mark, at + 2)) {
    if (!['%', '_', mark].includes(pattern.charAt(at + 1))) return false
  }
  return true
}

function textFrom(value: Sql): Sql {
  return value.type === 'json' ? jsonText(value) : ofType(value, 'text')
}

function stringOf(expression: Expression): string | undefined {
  const isText = expression.kind === 'literal' && expression.value.type === 'string'
  return isText && expression.value.type === 'string' ? expression.value.value : undefined
}

export function translateTrim({ side, characters, operand }: Of<'trim'>, translate: Translate): Sql {
  const value = textFrom(translate(operand, 'text'))
  const taken = characters === undefined ? ' ' : stringOf(characters)
  // Byte by byte, so that a character of several bytes would be taken apart.
  if (taken === undefined || !/^[\x20-\x7e]+$/.test(taken)) return untranslatable()
  const name = { leading: 'ltrim', trailing: 'rtrim', both: 'trim' }[side]
  return { text: `${name}(${value.text}, ${quotedText(taken)})`, type: 'text' }
}

export function translateCall({ name, arguments: parts }: Of<'call'>, translate: Translate): Sql {
  switch (name) {
    case 'lower':
    case 'upper':
      return changeCase(name, textFrom(one(parts, translate)).text)
    case 'char_length':
      return { text: `length(${textFrom(one(parts, translate)).text})`, type: 'int' }
    case 'substring':
      return translateSubstring(parts, translate)
    case 'coalesce':
      return translateCoalesce(parts, translate)
    default:
      return untranslatable()
  }
}

function one([first]: readonly Expression[], translate: Translate): Sql {
  return first === undefined ? untranslatable() : translate(first, 'text')
}

/** Beyond ASCII DuckDB and JavaScript differ. */
function changeCase(name: string, text: string): Sql {
  const isAscii = `(${text} IS NULL OR strlen(${text}) = length(${text}))`
  return { text: `CASE WHEN ${isAscii} THEN ${name}(${text}) ELSE ${FAIL} END`, type: 'text' }
}

function translateSubstring([value, ...numbers]: readonly Expression[], translate: Translate): Sql {
  if (value === undefined) return untranslatable()
  const text = textFrom(translate(value, 'text')).text
  const places = numbers.map(placeOf)
  if ((places[0] ?? 0) < 1) return untranslatable()
  return { text: `substring(${[text, ...places].join(', ')})`, type: 'text' }
}

function placeOf(expression: Expression): number {
  const isInt = expression.kind === 'literal' && expression.value.type === 'int'
  const place = isInt && expression.value.type === 'int' ? Number(expression.value.value) : -1
  return place >= 0 && place < PLACE_MAX ? place : untranslatable()
}

function translateCoalesce(parts: readonly Expression[], translate: Translate): Sql {
  const values = parts.map((part) => translate(part, 'text'))
  const types = new Set(values.map(({ type }) => type))
  const [type] = types
  if (type === undefined || types.size > 1 || type === 'json') return untranslatable()
  return { text: `coalesce(${values.map(({ text }) => text).join(', ')})`, type }
}
