// The object of a query: where its bytes come from.
import {
  type Call,
  type LiveVersion,
  type ReadContent,
  readContent,
  type Store,
  storedContent,
} from '@coset/core'
import type { RangedSource } from '@coset/select'

/** Of an object that is read whole: each bit costs a few turns of the event loop and of threads. */
const READ_BYTES = 1024 * 1024
/** Parts of an object are small, and many: the memory that they come through serves again all the same. */
const PART_READ_BYTES = 128 * 1024

/** All of one version, which stays the same whatever becomes of the key. Throws `InternalError` where it is known to be damaged. */
export async function selectSource(call: Call, store: Store, version: LiveVersion): Promise<RangedSource> {
  const { size } = version
  return {
    size,
    read({ start, end }) {
      const length = end - start
      const lentBytes = length === size ? READ_BYTES : PART_READ_BYTES
      return chunksOf(readContent(call, store, version, { offset: start, length, lentBytes }))
    },
    stored: await storedContent(store, version),
  }
}

async function* chunksOf(content: ReadContent): AsyncGenerator<Uint8Array> {
  if (content.kind === 'bytes') yield content.bytes
  else yield* content.stream
}
