// Scalars to text and back: the same for headers, queries and XML.

import { urlEncode } from '../signing/cos.js'
import { type CopySource, formatCopySource, parseCopySource } from './copy-source.js'
import { decodePercent } from './percent.js'
import type { ChoiceShape, IntegerShape, ScalarShape, TimestampShape } from './shape.js'
import { formatHttpDate, formatIsoMs, formatIsoSeconds, parseHttpDate, parseIso } from './times.js'

export type ScalarValue = string | number | bigint | boolean | Date | CopySource

/** The value, or undefined when `text` is none of the shape's. */
export function parseScalar(shape: ScalarShape, text: string): ScalarValue | undefined {
  switch (shape.kind) {
    case 'text':
      return text
    case 'percent':
      return decodePercent(text)
    case 'integer':
      return parseInteger(shape, text)
    case 'unsigned':
      return /^\d{1,20}$/.test(text) ? BigInt(text) : undefined
    case 'boolean':
      return parseBoolean(text)
    case 'timestamp':
      return parseTimestamp(shape, text)
    case 'choice':
      return parseChoice(shape, text)
    case 'copy-source':
      return parseCopySource(text)
  }
}

/** A peer younger than this code may know choices that we do not: its word for one is passed on. */
export function openChoice(shape: ScalarShape, text: string): string | undefined {
  return shape.kind === 'choice' && text !== '' ? text : undefined
}

/** Accepts a value's text form too, as COS's own examples pass `'true'` and dates in text. */
export function formatScalar(shape: ScalarShape, value: ScalarValue): string {
  if (value instanceof Date) return formatTimestamp(shape, value)
  if (shape.kind === 'percent') return urlEncode(String(value))
  if (shape.kind === 'text' && shape.octal) return octal(String(value))
  if (typeof value === 'object') return formatCopySource(value)
  return typeof value === 'string' ? value : String(value)
}

function octal(text: string): string {
  return Array.from(text, (character) => {
    const code = character.charCodeAt(0)
    const isWritable = code >= 0x20 || character === '\t' || character === '\n' || character === '\r'
    return isWritable ? character : `\\${code.toString(8).padStart(3, '0')}`
  }).join('')
}

function parseInteger(shape: IntegerShape, text: string): number | undefined {
  if (!/^-?\d{1,16}$/.test(text)) return undefined
  const value = Number(text)
  return value >= shape.min && value <= shape.max ? value : undefined
}

function parseChoice({ values, anyCase }: ChoiceShape, text: string): string | undefined {
  if (values.includes(text)) return text
  const lower = text.toLowerCase()
  return anyCase ? values.find((value) => value.toLowerCase() === lower) : undefined
}

function parseBoolean(text: string): boolean | undefined {
  const lower = text.toLowerCase()
  if (lower === 'true') return true
  return lower === 'false' ? false : undefined
}

function parseTimestamp(shape: TimestampShape, text: string): Date | undefined {
  if (shape.format === 'http') return parseHttpDate(text)
  if (shape.format === 'unix-seconds')
    return /^\d{1,12}$/.test(text) ? new Date(Number(text) * 1000) : undefined
  return parseIso(text)
}

function formatTimestamp(shape: ScalarShape, value: Date): string {
  const format = shape.kind === 'timestamp' ? shape.format : 'iso-ms'
  switch (format) {
    case 'http':
      return formatHttpDate(value)
    case 'iso-ms':
      return formatIsoMs(value)
    case 'iso-seconds':
      return formatIsoSeconds(value)
    case 'unix-seconds':
      return String(Math.floor(value.getTime() / 1000))
  }
}
