// COS's UrlEncode: percent-encoding that spares only A-Z a-z 0-9 - _ . ~ and writes hex in upper case.

const UNRESERVED = /^[A-Za-z0-9\-_.~]*$/

/** For each byte its escape, or an empty text where it stands for itself. */
const ESCAPES: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  UNRESERVED.test(String.fromCharCode(byte)) ? '' : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
)

const BEYOND_ASCII = /[\u0080-\uffff]/

/** Percent-encodes the UTF-8 bytes of `text`; a lone surrogate counts as U+FFFD, as in TextEncoder. */
export function urlEncode(text: string): string {
  if (UNRESERVED.test(text)) return text
  if (!BEYOND_ASCII.test(text)) return escapeBytes(text)
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => ESCAPES[character.charCodeAt(0)] ?? character,
  )
}

/**
 * Percent-encodes a text of which each character stands for one byte, as Node's HTTP parser gives header
 * values. Clients sign the UTF-8 bytes they send, and those are what such a text holds.
 */
export function urlEncodeLatin1(bytesAsLatin1: string): string {
  return UNRESERVED.test(bytesAsLatin1) ? bytesAsLatin1 : escapeBytes(bytesAsLatin1)
}

function escapeBytes(bytes: string): string {
  let encoded = ''
  let copied = 0
  for (let at = 0; at < bytes.length; at++) {
    const escaped = ESCAPES[bytes.charCodeAt(at) & 0xff]
    if (!escaped) continue
    encoded += bytes.slice(copied, at) + escaped
    copied = at + 1
  }
  return encoded + bytes.slice(copied)
}
