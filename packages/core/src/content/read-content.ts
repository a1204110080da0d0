// An object's bytes on their way out, as its extents join them.
import { Fault } from '@coset/model'
import type { Call } from '../call.js'
import type { Content, LiveVersion } from '../catalog/records.js'
import type { ByteRange, ByteStream } from '../ports.js'
import type { Store } from '../store.js'

/** Small content is at hand whole; the rest comes as a stream. */
export type ReadContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'stream'; readonly stream: ByteStream }

/** Inline versions in memory whose bytes were checked since they came from the store. */
const verified = new WeakSet<LiveVersion>()

/** Throws `InternalError` when inline bytes are damaged; blobs check theirs as they are read. */
export function readContent(call: Call, store: Store, version: LiveVersion, range: ByteRange): ReadContent {
  const { content } = version
  if (content.kind === 'extents') return { kind: 'stream', stream: readExtents(call, store, content, range) }
  if (!verified.has(version)) {
    if (store.crc64.of(content.bytes) !== version.crc64) {
      throw new Fault('InternalError', { message: 'The stored content is damaged.' })
    }
    verified.add(version)
  }
  return { kind: 'bytes', bytes: content.bytes.subarray(range.offset, range.offset + range.length) }
}

async function* readExtents(
  call: Call,
  store: Store,
  { extents }: Content & { kind: 'extents' },
  range: ByteRange,
): AsyncGenerator<Uint8Array> {
  let position = 0
  const end = range.offset + range.length
  for (const extent of extents) {
    const from = Math.max(range.offset, position)
    const to = Math.min(end, position + extent.length)
    if (from < to) {
      const slice = { offset: extent.offset + from - position, length: to - from }
      yield* store.blobs.read(extent.blob, slice, { signal: call.signal })
    }
    position += extent.length
    if (position >= end) return
  }
}
