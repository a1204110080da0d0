import { getTags, setTags } from '@coset/core'
import type { Handler } from '../handlers.js'

export const putObjectTagging: Handler<'putObjectTagging'> = async ({ call, store }, input) => {
  const { versionId } = await setTags(call, store, nameOf(input), input.TagSet)
  return { VersionId: versionId }
}

/**
 * An object without tags has an empty TagSet, as in S3: COS documents NoSuchTagSet for buckets only. The official
 * Node SDK makes an empty list of either answer, but the Python and Go SDKs would fail on the 404.
 */
export const getObjectTagging: Handler<'getObjectTagging'> = async ({ call, store }, input) => {
  const { tags, versionId } = await getTags(call, store, nameOf(input))
  return { TagSet: tags, VersionId: versionId }
}

export const deleteObjectTagging: Handler<'deleteObjectTagging'> = async ({ call, store }, input) => {
  const { versionId } = await setTags(call, store, nameOf(input), [])
  return { VersionId: versionId }
}

function nameOf(input: {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId?: string | undefined
}) {
  return { bucket: input.Bucket, key: input.Key, versionId: input.VersionId }
}
