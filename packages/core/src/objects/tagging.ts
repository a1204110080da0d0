// The tags of one version: read, and replaced in place.
import { assertTags, LIMITS, type Tag } from '@coset/model'
import type { Call } from '../call.js'
import type { Store } from '../store.js'
import { changeVersion, getVersion, type NamedVersion, type VersionName } from './change.js'

/** An empty list takes all tags away. Throws `InvalidTag`, and what changeVersion throws. */
export async function setTags(
  call: Call,
  store: Store,
  name: VersionName,
  tags: readonly Tag[],
): Promise<NamedVersion> {
  assertTags(tags, LIMITS.objectTagsMax)
  return changeVersion(call, store, name, (version) => ({ ...version, tags }))
}

/** Throws what getVersion throws. */
export async function getTags(
  call: Call,
  store: Store,
  name: VersionName,
): Promise<{ readonly tags: readonly Tag[]; readonly versionId: string | undefined }> {
  const { version, versionId } = await getVersion(call, store, name)
  return { tags: version.tags, versionId }
}
