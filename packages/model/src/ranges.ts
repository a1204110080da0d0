// The Range header in its three forms: bytes=first-last, bytes=first-, bytes=-suffix.

export type RangeRequest =
  | { readonly kind: 'span'; readonly first: number; readonly last: number | undefined }
  | { readonly kind: 'suffix'; readonly length: number }

export interface ByteRange {
  readonly offset: number
  readonly length: number
}

/** What the header asks for, or undefined where RFC 7233 says to ignore it: bad syntax, or several ranges. */
export function parseRange(header: string): RangeRequest | undefined {
  const match = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header)
  if (!match) return undefined
  const [, first = '', last = ''] = match
  if (first === '') return last === '' ? undefined : { kind: 'suffix', length: Number(last) }
  if (last === '') return { kind: 'span', first: Number(first), last: undefined }
  if (Number(last) < Number(first)) return undefined
  return { kind: 'span', first: Number(first), last: Number(last) }
}

/** The bytes of an object of `size` that the range names, or undefined when it names none of them (416). */
export function resolveRange(range: RangeRequest, size: number): ByteRange | undefined {
  if (range.kind === 'suffix') {
    const length = Math.min(range.length, size)
    return length === 0 ? undefined : { offset: size - length, length }
  }
  if (range.first >= size) return undefined
  const last = Math.min(range.last ?? size - 1, size - 1)
  return { offset: range.first, length: last - range.first + 1 }
}
