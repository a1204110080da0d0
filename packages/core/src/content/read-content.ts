// An object's bytes on their way out, as its extents and pieces join them.
import { damagedContent } from '@coset/model'
import type { Call } from '../call.js'
import type { ManifestId } from '../catalog/keys.js'
import type { Extent, LiveVersion } from '../catalog/records.js'
import type { Piece } from '../catalog/upload-records.js'
import type { ByteRange, ByteStream } from '../ports.js'
import type { Store } from '../store.js'
import { sliceExtents } from './extents.js'
import { readPieces } from './manifest.js'

/** Small content is at hand whole; the rest comes as a stream. */
export type ReadContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | {
      readonly kind: 'stream'
      readonly stream: ByteStream
      /** Each chunk is valid only until the next is asked for. */
      readonly lent?: boolean
    }

export interface ReadRange extends ByteRange {
  /**
   * What is larger comes in chunks of about this size, each valid only until the next is asked for. Default: chunks are
   * the reader's to keep.
   */
  readonly lentBytes?: number | undefined
}

type StreamedContent = Exclude<LiveVersion['content'], { readonly kind: 'inline' }>

/** Inline content in memory whose bytes were checked since they came from the store. */
const verified = new WeakSet<object>()

/** Throws `InternalError` when inline bytes are damaged; blobs check theirs as they are read. */
export function readContent(call: Call, store: Store, version: LiveVersion, range: ReadRange): ReadContent {
  const { content } = version
  if (content.kind !== 'inline') return readStream(call, store, content, range)
  if (!verified.has(version)) {
    assertInline(store, content.bytes, version.crc64)
    verified.add(version)
  }
  return { kind: 'bytes', bytes: content.bytes.subarray(range.offset, range.offset + range.length) }
}

function readStream(call: Call, store: Store, content: StreamedContent, range: ReadRange): ReadContent {
  const lent = range.lentBytes !== undefined && range.length > range.lentBytes
  const wanted = lent ? range : { offset: range.offset, length: range.length }
  const stream =
    content.kind === 'extents'
      ? readExtents(call, store, content.extents, wanted)
      : readManifest(call, store, content.manifest, wanted)
  return { kind: 'stream', stream, lent }
}

export async function* readExtents(
  call: Call,
  store: Store,
  extents: readonly Extent[],
  range: ReadRange,
): AsyncGenerator<Uint8Array> {
  const { lentBytes } = range
  for (const { blob, offset, length } of sliceExtents(extents, range)) {
    yield* store.blobs.read(blob, { offset, length }, { signal: call.signal, lentBytes })
  }
}

async function* readManifest(
  call: Call,
  store: Store,
  manifest: ManifestId,
  range: ReadRange,
): AsyncGenerator<Uint8Array> {
  const { lentBytes } = range
  for await (const { piece, range: slice } of readPieces(store, manifest, range)) {
    if (piece.kind === 'extents') yield* readExtents(call, store, piece.extents, { ...slice, lentBytes })
    else yield inlineSlice(store, piece, slice)
  }
}

function inlineSlice(
  store: Store,
  { bytes, crc64 }: Piece & { readonly kind: 'inline' },
  { offset, length }: ByteRange,
): Uint8Array {
  assertInline(store, bytes, crc64)
  return bytes.subarray(offset, offset + length)
}

function assertInline(store: Store, bytes: Uint8Array, crc64: bigint): void {
  if (store.crc64.of(bytes) === crc64) return
  throw damagedContent()
}
