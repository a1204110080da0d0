// How values are named in messages.
import { Decimal } from './decimal.js'
import { Timestamp } from './timestamp.js'
import { Struct, type Value } from './value.js'

const SHOWN_MAX = 40

export function typeName(value: Value): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (value instanceof Decimal) return 'decimal'
  if (value instanceof Timestamp) return 'timestamp'
  if (value instanceof Struct) return 'struct'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'string' ? 'string' : 'list'
}

/** Its type, and of a string the beginning. */
export function describe(value: Value): string {
  if (typeof value !== 'string') return typeName(value)
  const shown = value.length > SHOWN_MAX ? `${value.slice(0, SHOWN_MAX)}...` : value
  return `string ${JSON.stringify(shown)}`
}
