// Which parts of a Parquet file are read together: some row groups, and of those the columns that a query needs.
import { Malformed } from './compact-reader.js'
import type { Chunk, Footer, RowGroup, Span } from './footer.js'

/** Of row groups that are read together, once the first was: asking DuckDB takes a while by itself. */
const STEP_BYTES = 32 * 1024 * 1024
/** The second step is smaller, and each is at most twice the one before: the next is copied while one is worked on. */
const SECOND_STEP_BYTES = 8 * 1024 * 1024
/** Where the result grows with the records. */
const STEP_ROWS = 12 * 122_880
/** A gap that is read rather than asked around: objects are stored in blocks of that size. */
const GAP_BYTES = 64 * 1024
/** Of one step; with more the gaps between them are read too. */
const SPANS_MAX = 4096

export interface Step {
  readonly groups: readonly RowGroup[]
  /** Of the columns that are needed. */
  readonly chunks: readonly StepChunk[]
  /** Where all of that stands, in the object's order, without overlap. */
  readonly spans: readonly Span[]
}

export interface StepChunk {
  readonly chunk: Chunk
  readonly group: RowGroup
}

export interface StepWish {
  readonly isWanted: (leaf: number) => boolean
  /** Whether Bloom filters may be asked. */
  readonly hasCondition: boolean
  /** Whether the result grows with the records: then a step has not too many. */
  readonly hasRecords: boolean
}

/** All row groups; the first alone, so that work on it begins soon. Throws Malformed on the way. */
export function* stepsOf(footer: Footer, wish: StepWish): Generator<Step> {
  let step = new Gathering()
  let bytesMin = 0
  for (const group of footer.rowGroups) {
    step.add(group, chunksOf(footer, group, wish))
    const isFull = step.bytes >= bytesMin || (wish.hasRecords && step.rows >= STEP_ROWS)
    if (!isFull) continue
    yield step.done()
    step = new Gathering()
    bytesMin = bytesMin === 0 ? SECOND_STEP_BYTES : Math.min(2 * bytesMin, STEP_BYTES)
  }
  if (step.groups.length > 0) yield step.done()
}

class Gathering {
  readonly groups: RowGroup[] = []
  readonly #chunks: StepChunk[] = []
  rows = 0
  bytes = 0

  add(group: RowGroup, chunks: readonly Chunk[]): void {
    this.groups.push(group)
    this.rows += group.rows
    for (const chunk of chunks) {
      this.#chunks.push({ chunk, group })
      this.bytes += chunk.pages.end - chunk.pages.start
    }
  }

  done(): Step {
    return { groups: this.groups, chunks: this.#chunks, spans: merged(this.#chunks.flatMap(spansOf)) }
  }
}

function chunksOf(footer: Footer, group: RowGroup, { isWanted, hasCondition }: StepWish): readonly Chunk[] {
  const chunks = footer.chunks(group, isWanted)
  return hasCondition ? chunks : chunks.map((chunk) => ({ ...chunk, bloom: undefined }))
}

function spansOf({ chunk: { pages, bloom } }: StepChunk): readonly Span[] {
  if (!bloom) return [pages]
  if (bloom.end === undefined) throw new Malformed('A Bloom filter has no size.')
  return [pages, { start: bloom.start, end: bloom.end }]
}

function merged(spans: readonly Span[]): readonly Span[] {
  const sorted = [...spans].sort((a, b) => a.start - b.start)
  const found: Span[] = []
  for (const span of sorted) {
    if (span.end <= span.start) continue
    const last = found.at(-1)
    if (last && span.start - last.end <= GAP_BYTES) {
      found[found.length - 1] = { start: last.start, end: Math.max(last.end, span.end) }
    } else found.push(span)
  }
  const [first] = found
  if (!first || found.length <= SPANS_MAX) return found
  return [{ start: first.start, end: found.at(-1)?.end ?? first.end }]
}
