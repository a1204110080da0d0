// What the literals of a statement mean.
import { SelectError } from '../errors.js'
import type { LiteralValue } from '../language/ast.js'
import { parseDecimal } from './decimal.js'
import { parseTimestamp } from './timestamp.js'
import type { Value } from './value.js'

/** Throws SQLParsingError where a literal is no such moment. */
export function valueOfLiteral(literal: LiteralValue): Value {
  switch (literal.type) {
    case 'null':
      return null
    case 'missing':
      return undefined
    case 'decimal':
      return parseDecimal(literal.text)
    case 'timestamp':
      return timestampOfLiteral(literal.text)
    default:
      return literal.value
  }
}

function timestampOfLiteral(text: string): Value {
  const timestamp = parseTimestamp(text)
  if (timestamp !== undefined) return timestamp
  const shown = text.slice(0, 100)
  throw new SelectError(
    'SQLParsingError',
    `\`${shown}\` is no timestamp, as \`2017-01-02T03:04:05Z\` is one.`,
  )
}
