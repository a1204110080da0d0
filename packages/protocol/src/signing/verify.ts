// Whether a request carries the signature it claims: recomputes it in each way that the official SDKs sign.
import { decodeOrKeep, isSignatureParam, type SignatureFields } from './authorization.js'
import type { NameValue, Sha1, SignedItem, SignKeys } from './sign.js'
import { compareItems, joinHttpString, joinItems, signature, signKey, stringToSign } from './sign.js'
import { urlEncode, urlEncodeLatin1 } from './url-encode.js'

export interface RequestToVerify {
  readonly method: string
  /** Percent-decoded once and beginning with a slash; a path-style one with its bucket. */
  readonly path: string
  /** The whole query, decoded, in the order of the URL. */
  readonly params: readonly NameValue[]
  /** A header by its lower-case name; each character of the value is one byte. Host is in `hosts`. */
  readonly header: (name: string) => string | undefined
  /** What the client may have signed as its Host, the likeliest first: see `hostVariants`. */
  readonly hosts: readonly string[]
}

export interface SignatureToVerify {
  readonly fields: SignatureFields
  readonly secretKey: string
  readonly request: RequestToVerify
}

export type Verification =
  | { readonly ok: true }
  /** What the server would have signed, for the error that the client will read. */
  | { readonly ok: false; readonly stringToSign: string; readonly formatString: string }

/**
 * Decides nothing about clocks, key ids or tokens. A listed name that the request lacks counts as empty, and a
 * listed parameter counts with all its values, so that none can be smuggled in beside the signed one.
 */
export function verifySignature(
  { fields, secretKey, request }: SignatureToVerify,
  sha1: Sha1,
  signKeys: SignKeys = signKey,
): Verification {
  const key = signKeys(secretKey, fields.keyTime.text, sha1)
  const params = paramItems(fields.paramList, request.params)
  const hosts = request.hosts.length > 0 ? request.hosts : ['']
  let first: Verification | undefined
  for (const order of ORDERS) {
    const paramText = joinItems(order(params))
    for (const host of hosts) {
      const headers = headerItems(fields.headerList, request, host)
      const formatString = joinHttpString(request, paramText, joinItems(order(headers)))
      const text = stringToSign(fields.signTime.text, formatString, sha1)
      if (equalConstantTime(signature(key, text, sha1), fields.signature)) return { ok: true }
      first ??= { ok: false, stringToSign: text, formatString }
    }
  }
  return first ?? { ok: false, stringToSign: '', formatString: '' }
}

/**
 * The Host header as it is, then as a client may have signed it: the Python SDK leaves the port out, others sign
 * a port that the header lost. `port` is the one the server listens on, where that is known.
 */
export function hostVariants(host: string, port?: number): readonly string[] {
  const bare = host.replace(/:\d+$/, '')
  if (bare !== host) return [host, bare]
  return port === undefined ? [host] : [host, `${host}:${port}`]
}

/** Compares without telling by its duration how much of the two texts is alike; their lengths are no secret. */
export function equalConstantTime(a: string, b: string): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at)
  return difference === 0
}

type Order = (items: readonly SignedItem[]) => readonly SignedItem[]

/** How clients arrange their lines; nearly always it is the first, and then one pass over the list tells so. */
const ORDERS: readonly Order[] = [
  (items) => (isSorted(items) ? items : [...items].sort(compareItems)),
  (items) => items,
  // The Node SDK sorts the parameters by their names as they are, but the list by their encoded names.
  (items) => (items.some((item) => item.name.includes('%')) ? [...items].sort(compareRawNames) : items),
]

function isSorted(items: readonly SignedItem[]): boolean {
  let previous: SignedItem | undefined
  for (const item of items) {
    if (previous && compareItems(previous, item) > 0) return false
    previous = item
  }
  return true
}

function headerItems(list: readonly string[], request: RequestToVerify, host: string): readonly SignedItem[] {
  return distinct(list).map((name) => {
    const value = name === 'host' ? host : (request.header(decodeOrKeep(name)) ?? '')
    return { name, value, text: `${name}=${urlEncodeLatin1(value)}` }
  })
}

function paramItems(list: readonly string[], params: readonly NameValue[]): readonly SignedItem[] {
  if (list.length === 0) return []
  const valuesOf = new Map<string, string[]>()
  for (const name of list) if (!isSignatureParam(name)) valuesOf.set(name, [])
  for (const [name, value] of params) valuesOf.get(urlEncode(name).toLowerCase())?.push(value)
  const items: SignedItem[] = []
  for (const [name, values] of valuesOf) {
    if (values.length === 0) items.push({ name, value: '', text: `${name}=` })
    for (const value of values) items.push({ name, value, text: `${name}=${urlEncode(value)}` })
  }
  return items
}

/** A list in strict order, as nearly all are, repeats nothing. */
function distinct(list: readonly string[]): readonly string[] {
  const strict = list.every((name, at) => at === 0 || (list[at - 1] ?? '') < name)
  return strict ? list : [...new Set(list)]
}

function compareRawNames(a: SignedItem, b: SignedItem): number {
  const [rawA, rawB] = [rawName(a), rawName(b)]
  if (rawA !== rawB) return rawA < rawB ? -1 : 1
  return compareItems(a, b)
}

function rawName(item: SignedItem): string {
  return decodeOrKeep(item.name).toLowerCase()
}
