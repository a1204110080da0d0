// Where a query's bytes come from.
import type { Span } from '../parquet/footer.js'

/** Bytes of a stored blob. */
export interface StoredExtent {
  readonly blob: string
  readonly offset: number
  readonly length: number
}

/** An object that the process of a query reads by itself. Plain data. */
export interface StoredContent {
  /** The URL of a module whose `openBlobs(options)` gives a StoredBlobs. */
  readonly module: string
  readonly options: Readonly<Record<string, unknown>>
  /** The object, one behind the other; none is empty. */
  readonly extents: readonly StoredExtent[]
}

/** An object that stays the same while the query runs. */
export interface RangedSource {
  /** Bytes. */
  readonly size: number
  /** A part of it, which is never empty. A chunk is valid only until the next one is asked for. */
  readonly read: (span: Span) => AsyncIterable<Uint8Array>
  /** Undefined where it can only be read here. */
  readonly stored?: StoredContent | undefined
}

/** Parquet needs one that can be read in parts; everything else comes as a stream. */
export type ObjectSource = AsyncIterable<Uint8Array> | RangedSource

export function isRanged(source: ObjectSource): source is RangedSource {
  return 'read' in source
}

export function streamOf(source: ObjectSource): AsyncIterable<Uint8Array> {
  if (!isRanged(source)) return source
  return source.size === 0 ? nothing() : source.read({ start: 0, end: source.size })
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
