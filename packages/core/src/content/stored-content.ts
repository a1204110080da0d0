// Where an object's bytes are, for another process of this machine that reads them by itself.
import type { Extent, LiveVersion } from '../catalog/records.js'
import type { BlobAccess } from '../ports.js'
import type { Store } from '../store.js'
import { joinExtents, sliceExtents } from './extents.js'
import { extentsOfManifest } from './manifest.js'

/** More are not worth what it costs to tell them. */
const EXTENTS_MAX = 4096

/** Plain data. It holds paths of this machine: not for logs, nor for clients. */
export interface StoredContent extends BlobAccess {
  /** All of the object, one behind the other; none is empty. */
  readonly extents: readonly Extent[]
}

/**
 * As long as a reader who began with the version may take. Undefined where the bytes can't be read without the store: in
 * memory, in rows, in too many pieces, or when there are none. Throws `InternalError` for a manifest that lacks rows.
 */
export async function storedContent(store: Store, version: LiveVersion): Promise<StoredContent | undefined> {
  const { access } = store.blobs
  if (!access || version.size === 0) return undefined
  const extents = await extentsOf(store, version)
  if (!extents || extents.length > EXTENTS_MAX) return undefined
  return { module: access.module, options: access.options, extents }
}

async function extentsOf(
  store: Store,
  { content, size }: LiveVersion,
): Promise<readonly Extent[] | undefined> {
  const range = { offset: 0, length: size }
  if (content.kind === 'inline') return undefined
  if (content.kind === 'extents') return joinExtents(sliceExtents(content.extents, range))
  return extentsOfManifest(store, { manifest: content.manifest, ...range }, EXTENTS_MAX)
}
