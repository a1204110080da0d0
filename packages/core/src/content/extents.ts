// Extents, one behind the other: which of them a range of their bytes touches.
import type { Extent } from '../catalog/records.js'
import type { ByteRange } from '../ports.js'

/** The range's bytes, as extents of their own. */
export function sliceExtents(extents: readonly Extent[], range: ByteRange): readonly Extent[] {
  const slices: Extent[] = []
  const end = range.offset + range.length
  let position = 0
  for (const { blob, offset, length } of extents) {
    const from = Math.max(range.offset, position)
    const to = Math.min(end, position + length)
    if (from < to) slices.push({ blob, offset: offset + from - position, length: to - from })
    position += length
    if (position >= end) break
  }
  return slices
}

/** Neighbours that continue each other become one: part after part of the same blob reads as the whole. */
export function joinExtents(extents: readonly Extent[]): readonly Extent[] {
  const joined: Extent[] = []
  for (const extent of extents) {
    const last = joined.at(-1)
    if (last && last.blob === extent.blob && last.offset + last.length === extent.offset) {
      joined[joined.length - 1] = { ...last, length: last.length + extent.length }
    } else joined.push(extent)
  }
  return joined
}
