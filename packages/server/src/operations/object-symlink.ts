import { getSymlink as get, putSymlink as put } from '@coset/core'
import { quoteEtag } from '@coset/model'
import type { Handler } from '../handlers.js'
import { objectAttributes } from './object-attributes.js'

export const putSymlink: Handler<'putSymlink'> = async ({ call, store }, input) => {
  const { etag, versionId } = await put(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    linkTarget: input.SymlinkTarget,
    ...objectAttributes(input),
  })
  return { ETag: quoteEtag(etag), VersionId: versionId }
}

export const getSymlink: Handler<'getSymlink'> = async ({ call, store }, input) => {
  const { version, versionId, linkTarget } = await get(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    versionId: input.VersionId,
  })
  return { SymlinkTarget: linkTarget, ETag: quoteEtag(version.etag), VersionId: versionId }
}
