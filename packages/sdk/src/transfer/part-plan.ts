// How content is cut into parts.
import { LIMITS } from '@coset/model'
import { CosClientError } from '../errors.js'

export const MIB = 1024 * 1024
/** Up to here one PUT or GET does; COS's own SDKs draw the line at the same size. */
export const SIMPLE_BYTES_MAX = 20 * MIB
/** A slice of the content. */
export interface Part {
  /** From 1 up. */
  readonly number: number
  readonly offset: number
  readonly length: number
}

/** What a caller says, and what holds where it does not. */
export interface PartSizeWish {
  /** In MB of 1,048,576 bytes, as in COS's documents. */
  readonly PartSize?: number | `${number}` | undefined
  readonly defaultBytes: number
}

/**
 * Bytes of a part: as wished, or as many more as 10,000 parts need, in whole MiB.
 * Throws a CosClientError of kind `validation` for a wish that no part could have.
 */
export function partBytes(size: number, wish: PartSizeWish): number {
  const wished = wishedBytes(wish)
  const least = Math.ceil(size / LIMITS.partsMax / MIB) * MIB
  const bytes = Math.max(wished, least)
  if (bytes > LIMITS.partBytesMax) {
    throw new CosClientError('validation', `${size} bytes are more than 10,000 parts of 5 GiB can hold.`)
  }
  return bytes
}

function wishedBytes({ PartSize, defaultBytes }: PartSizeWish): number {
  if (PartSize === undefined) return defaultBytes
  const bytes = Math.floor(Number(PartSize) * MIB)
  if (bytes >= LIMITS.partBytesMin && bytes <= LIMITS.partBytesMax) return bytes
  throw new CosClientError('validation', 'PartSize must be a number of MB from 1 to 5120.')
}

/** The parts of `size` bytes; one empty part for none. Made one by one, as there may be many. */
export function* partsOf(size: number, bytes: number): Generator<Part> {
  let number = 1
  for (let offset = 0; offset < size || number === 1; offset += bytes, number++) {
    yield { number, offset, length: Math.min(bytes, size - offset) }
  }
}

export function partCount(size: number, bytes: number): number {
  return Math.max(1, Math.ceil(size / bytes))
}
