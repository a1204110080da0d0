// Where parts of an object stand in a file that holds nothing but them: one behind the other.
import type { Span } from './footer.js'

/** Bytes that stand at the same place of a page as before are written over in a third of the time. */
const PAGE_BYTES = 4096

/** A part of an object, and where it begins in the file. */
export interface Placed extends Span {
  readonly at: number
}

/** What begins in the object's first page stands in the file where it stands there; all else leaves the first page free. */
export function placed(spans: readonly Span[]): readonly Placed[] {
  const found: Placed[] = []
  let end = (spans[0]?.start ?? 0) < PAGE_BYTES ? 0 : PAGE_BYTES
  for (const span of spans) {
    const behind = (span.start - end) % PAGE_BYTES
    const at = end + (behind < 0 ? behind + PAGE_BYTES : behind)
    found.push({ start: span.start, end: span.end, at })
    end = at + span.end - span.start
  }
  return found
}

/** Where the last of them ends in the file. */
export function endOf(spans: readonly Placed[]): number {
  const last = spans.at(-1)
  return last ? last.at + last.end - last.start : 0
}

/**
 * How much further ahead a part stands in the file than in the object; undefined where the file has not all of it.
 *
 * @param spans In the object's order, without overlap.
 */
export function shiftOf({ start, end }: Span, spans: readonly Placed[]): number | undefined {
  let low = 0
  let high = spans.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (start < (spans[middle]?.end ?? 0)) high = middle
    else low = middle + 1
  }
  const found = spans[low]
  return found && found.start <= start && end <= found.end ? found.at - found.start : undefined
}
