// COS's own signature, q-sign-algorithm=sha1: what is signed, and how (cloud.tencent.com/document/product/436/7778).
import { urlEncode } from './url-encode.js'

/** Hashing is injected: Node has it synchronous and fast, and this package also runs where Node is not. */
export interface Sha1 {
  /** SHA-1 in lower-case hex; a text counts as its UTF-8 bytes. */
  hash(text: string | Uint8Array): string
  /** HMAC-SHA-1 in lower-case hex; key and text count as their UTF-8 bytes. */
  hmac(key: string, text: string): string
}

export type NameValue = readonly [name: string, value: string]

/** Unix seconds. */
export interface KeyTime {
  readonly start: number
  readonly end: number
}

export interface RequestToSign {
  readonly method: string
  /** Percent-decoded and beginning with a slash. */
  readonly path: string
  /** The query parameters to sign, decoded. */
  readonly params: readonly NameValue[]
  /** The headers to sign. */
  readonly headers: readonly NameValue[]
}

export interface HttpString {
  readonly httpString: string
  readonly paramList: string
  readonly headerList: string
}

/** Makes the SignKey; a cache of them saves one of the three hashes of each request. */
export type SignKeys = (secretKey: string, keyTime: string, sha1: Sha1) => string

export interface AuthorizationInput extends RequestToSign {
  readonly secretId: string
  readonly secretKey: string
  readonly keyTime: KeyTime
}

export interface Authorization {
  /** The value of the Authorization header. */
  readonly text: string
  /** The same as names and values, not encoded, in documented order. */
  readonly parts: readonly NameValue[]
}

export function authorization(
  input: AuthorizationInput,
  sha1: Sha1,
  signKeys: SignKeys = signKey,
): Authorization {
  const keyTime = `${input.keyTime.start};${input.keyTime.end}`
  const signed = httpString(input)
  const key = signKeys(input.secretKey, keyTime, sha1)
  const parts: readonly NameValue[] = [
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', input.secretId],
    ['q-sign-time', keyTime],
    ['q-key-time', keyTime],
    ['q-header-list', signed.headerList],
    ['q-url-param-list', signed.paramList],
    ['q-signature', signature(key, stringToSign(keyTime, signed.httpString, sha1), sha1)],
  ]
  return { text: parts.map(([name, value]) => `${name}=${value}`).join('&'), parts }
}

export function httpString(request: RequestToSign): HttpString {
  const params = request.params.map(signedItem).sort(compareItems)
  const headers = request.headers.map(signedItem).sort(compareItems)
  return {
    httpString: joinHttpString(request, joinItems(params), joinItems(headers)),
    paramList: params.map((item) => item.name).join(';'),
    headerList: headers.map((item) => item.name).join(';'),
  }
}

/** Four lines, each ended by a line feed; an empty list is an empty line. */
export function joinHttpString(
  request: { readonly method: string; readonly path: string },
  params: string,
  headers: string,
): string {
  return `${request.method.toLowerCase()}\n${request.path}\n${params}\n${headers}\n`
}

export function stringToSign(signTime: string, httpString: string, sha1: Sha1): string {
  return `sha1\n${signTime}\n${sha1.hash(httpString)}\n`
}

export function signKey(secretKey: string, keyTime: string, sha1: Sha1): string {
  return sha1.hmac(secretKey, keyTime)
}

/** `key` is the SignKey as hex text: COS takes its 40 characters, not the 20 bytes they mean. */
export function signature(key: string, stringToSign: string, sha1: Sha1): string {
  return sha1.hmac(key, stringToSign)
}

/** Sign keys of the last `max` pairs of secret and key time: a presigned URL or a busy client repeats them. */
export function createSignKeyCache(max: number): SignKeys {
  const cache = new Map<string, string>()
  return (secretKey, keyTime, sha1) => {
    const id = `${keyTime} ${secretKey}`
    const known = cache.get(id)
    if (known !== undefined) return known
    const made = signKey(secretKey, keyTime, sha1)
    if (cache.size >= max) evictOldest(cache)
    cache.set(id, made)
    return made
  }
}

/** Oldest first, not least used: key times expire by themselves, and a hit then costs no reordering. */
function evictOldest(cache: Map<string, string>): void {
  const { value } = cache.keys().next()
  if (value !== undefined) cache.delete(value)
}

/** A parameter or header as it is signed. */
export interface SignedItem {
  /** Encoded first and lower-cased then, so that its escapes are in lower case too. */
  readonly name: string
  /** Not encoded. */
  readonly value: string
  readonly text: string
}

function signedItem([name, value]: NameValue): SignedItem {
  const encodedName = urlEncode(name).toLowerCase()
  return { name: encodedName, value, text: `${encodedName}=${urlEncode(value)}` }
}

export function joinItems(items: readonly SignedItem[]): string {
  return items.map((item) => item.text).join('&')
}

/** By name; the values of one name by their bytes before encoding, as the Go SDK sorts them. */
export function compareItems(a: SignedItem, b: SignedItem): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1
  return compareUtf8(a.value, b.value)
}

/** The order of two texts' UTF-8 bytes; UTF-16 order differs where U+E000-U+FFFF meets surrogate pairs. */
function compareUtf8(a: string, b: string): number {
  if (a === b) return 0
  let at = 0
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at++
  // Inside a pair the halves compare as the code points do, and codePointAt gives a lone low half as it is.
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1)
}
