// Percent-encoding of paths, queries and listed keys.
import { urlEncode } from '../signing/cos.js'

/** The UTF-8 text behind percent-encoding, or undefined where it is malformed. `+` stays a plus. */
export function decodePercent(text: string): string | undefined {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return undefined
  }
}

/** As decodePercent, with `+` for a space, as forms and Python's requests write queries. */
export function decodeQueryText(text: string): string | undefined {
  return decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text)
}

/** A key as lists give it under `encoding-type=url`: everything reserved is encoded, slashes stand. */
export function encodeListedKey(key: string): string {
  return urlEncode(key).replaceAll('%2F', '/')
}

/**
 * A key as the path of a URL, without the leading slash. The slash beside a dot segment is encoded too, so that
 * no HTTP stack on the way resolves the segment; servers decode a path once and see the key unchanged.
 */
export function encodeKeyPath(key: string): string {
  const path = encodeListedKey(key)
  if (!path.includes('.')) return path
  const segments = path.split('/')
  let joined = segments[0] ?? ''
  for (let at = 1; at < segments.length; at++) {
    const dotted = isDotSegment(segments[at - 1]) || isDotSegment(segments[at])
    joined += `${dotted ? '%2F' : '/'}${segments[at]}`
  }
  return joined
}

function isDotSegment(segment: string | undefined): boolean {
  return segment === '.' || segment === '..'
}
