// Reads a COS signature from the Authorization header, from ?sign= or from single query parameters.
import type { KeyTime, NameValue } from './sign.js'
import { urlEncode } from './url-encode.js'

export interface SignatureTime extends KeyTime {
  /** As the client signed it: `<start>;<end>`. */
  readonly text: string
}

export interface SignatureFields {
  readonly secretId: string
  readonly signTime: SignatureTime
  readonly keyTime: SignatureTime
  /** Names as they are signed, encoded and in lower case, in the client's order. */
  readonly headerList: readonly string[]
  readonly paramList: readonly string[]
  readonly signature: string
}

export type ParsedSignature =
  | { readonly ok: true; readonly fields: SignatureFields }
  | { readonly ok: false; readonly reason: 'algorithm' | 'malformed'; readonly message: string }

const FIELD_NAMES = [
  'q-sign-algorithm',
  'q-ak',
  'q-sign-time',
  'q-key-time',
  'q-header-list',
  'q-url-param-list',
  'q-signature',
] as const

type FieldName = (typeof FIELD_NAMES)[number]

const FIELD_SET: ReadonlySet<string> = new Set(FIELD_NAMES)

/** Whether a query parameter is part of a signature and therefore never signed itself. */
export function isSignatureParam(name: string): name is FieldName {
  return FIELD_SET.has(name)
}

/** The text as every SDK of today writes it; what matches needs no closer look but at its times. */
const USUAL =
  /^q-sign-algorithm=sha1&q-ak=([^&]+)&q-sign-time=(\d{1,12});(\d{1,12})&q-key-time=(\d{1,12});(\d{1,12})&q-header-list=([a-z0-9\-_.~;]*)&q-url-param-list=([a-z0-9\-_.~;]*)&q-signature=([0-9a-f]{40})$/

function parseUsual(text: string): ParsedSignature | undefined {
  const match = USUAL.exec(text)
  if (!match) return undefined
  const [, secretId = '', signStart = '', signEnd = '', keyStart = '', keyEnd = ''] = match
  const [headers = '', params = '', signature = ''] = match.slice(6)
  const signTime = timeOf(signStart, signEnd)
  const keyTime = signStart === keyStart && signEnd === keyEnd ? signTime : timeOf(keyStart, keyEnd)
  const headerList = headers === '' ? [] : headers.split(';')
  const paramList = params === '' ? [] : params.split(';')
  // The long way tells what is wrong.
  if (!signTime || !keyTime || headerList.includes('') || paramList.includes('')) return undefined
  return { ok: true, fields: { secretId, signTime, keyTime, headerList, paramList, signature } }
}

/** Reads the value of an Authorization header. The fields may stand in any order; others are ignored. */
export function parseAuthorization(text: string): ParsedSignature {
  return parseUsual(text) ?? parseFields(text.trim().split('&').map(splitPair))
}

function splitPair(pair: string): NameValue {
  const equals = pair.indexOf('=')
  return equals < 0 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

/** Reads the decoded value of the query parameter `sign`, which holds a whole Authorization text. */
export function parseSignParam(value: string): ParsedSignature {
  // Some clients encode the text twice; the text itself always holds a plain equals sign.
  return parseAuthorization(value.includes('=') ? value : decodeOrKeep(value))
}

/** Reads the single `q-*` parameters of a query, given decoded; undefined when there is none of them. */
export function parseQuerySignature(params: readonly NameValue[]): ParsedSignature | undefined {
  return params.some(([name]) => isSignatureParam(name)) ? parseFields(params) : undefined
}

function parseFields(pairs: readonly NameValue[]): ParsedSignature {
  const found = new Map<FieldName, string>()
  for (const [name, value] of pairs) {
    if (!isSignatureParam(name)) continue
    if (found.has(name)) return malformed(`${name} is given twice.`)
    found.set(name, value)
  }
  if (found.size < FIELD_NAMES.length) {
    return malformed(`${FIELD_NAMES.find((name) => !found.has(name))} is missing.`)
  }
  return readFields((name) => found.get(name) ?? '')
}

function readFields(field: (name: FieldName) => string): ParsedSignature {
  if (field('q-sign-algorithm') !== 'sha1') {
    return { ok: false, reason: 'algorithm', message: 'q-sign-algorithm must be sha1.' }
  }
  const secretId = field('q-ak')
  if (secretId === '') return malformed('q-ak is empty.')
  const signTime = parseKeyTime(field('q-sign-time'))
  if (signTime === undefined) return malformed('q-sign-time is not <start>;<end>.')
  const keyTime = parseKeyTime(field('q-key-time'))
  if (keyTime === undefined) return malformed('q-key-time is not <start>;<end>.')
  const headerList = parseList(field('q-header-list'))
  if (headerList === undefined) return malformed('q-header-list has an empty name.')
  const paramList = parseList(field('q-url-param-list'))
  if (paramList === undefined) return malformed('q-url-param-list has an empty name.')
  const signature = field('q-signature')
  if (!/^[0-9a-f]{40}$/.test(signature)) return malformed('q-signature is not 40 digits of lower-case hex.')
  return { ok: true, fields: { secretId, signTime, keyTime, headerList, paramList, signature } }
}

/** `<start>;<end>`, or undefined. */
export function parseKeyTime(value: string): SignatureTime | undefined {
  const match = /^(\d{1,12})(?:;|%3b)(\d{1,12})$/i.exec(value)
  if (!match) return undefined
  const [, first = '', second = ''] = match
  return timeOf(first, second)
}

function timeOf(first: string, second: string): SignatureTime | undefined {
  const start = Number(first)
  const end = Number(second)
  return start < end ? { start, end, text: `${first};${second}` } : undefined
}

const ENCODED_NAMES = /^[a-z0-9\-_.~]+(?:;[a-z0-9\-_.~]+)*$/

function parseList(value: string): readonly string[] | undefined {
  if (value === '') return []
  if (ENCODED_NAMES.test(value)) return value.split(';')
  // With plain semicolons in sight, an encoded one belongs to a name.
  const names = value.includes(';') ? value.split(';') : value.split(/%3b/i)
  // Names come with capitals in old examples, and unencoded where a client encoded the URL only once.
  return names.includes('') ? undefined : names.map((name) => urlEncode(decodeOrKeep(name)).toLowerCase())
}

export function decodeOrKeep(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function malformed(message: string): ParsedSignature {
  return { ok: false, reason: 'malformed', message }
}
