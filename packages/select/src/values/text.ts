// Values as text, in CSV and in JSON.
import { SelectError } from '../errors.js'
import { Struct, type Value } from './value.js'

const SHORT_LENGTH_MAX = 256
const ESCAPED = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

/** With a point or an exponent, so that a float is told from an int. */
export function floatText(value: number): string {
  const text = `${value}`
  return Number.isInteger(value) && !text.includes('e') ? `${text}.0` : text
}

/** Null and MISSING are empty; lists and structs are JSON. */
export function plainText(value: Value): string {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return ''
  if (typeof value === 'number') return floatText(value)
  return isNested(value) ? jsonText(value) : `${value}`
}

function isNested(value: Value): value is Struct | readonly Value[] {
  return value instanceof Struct || Array.isArray(value)
}

/** MISSING members are left out; in a list MISSING is null. */
export function jsonText(value: Value): string {
  if (typeof value === 'string') return stringText(value)
  if (value === undefined || value === null) return 'null'
  if (typeof value === 'number') return floatText(value)
  if (typeof value === 'bigint' || typeof value === 'boolean') return `${value}`
  if (value instanceof Struct) return structText(value)
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  return otherText(value)
}

/** Most strings have nothing to be escaped, which is found out faster than they are written by JSON.stringify. */
function stringText(value: string): string {
  return value.length > SHORT_LENGTH_MAX || ESCAPED.test(value) ? JSON.stringify(value) : `"${value}"`
}

function structText({ names, values }: Struct): string {
  const members: string[] = []
  for (const [index, name] of names.entries()) {
    const value = values[index]
    if (value !== undefined) members.push(`${JSON.stringify(name)}:${jsonText(value)}`)
  }
  return `{${members.join(',')}}`
}

/** A decimal is a number, a timestamp a string. */
function otherText(value: object): string {
  const text = `${value}`
  return 'coefficient' in value ? text : JSON.stringify(text)
}

export function tooLarge(what: string): SelectError {
  return new SelectError('OverMaxRecordSize', `${what} has more than 1 MB.`)
}
