// What writers say of an object, from the members that their operations share.
import { type ObjectAttributes, parseAcl, type StoredHeaders } from '@coset/core'
import { LIMITS, parseTagging } from '@coset/model'
import type { ServerInput } from '../handlers.js'
import { aclHeaders } from './acl-policy.js'

export type AttributeInput = Omit<
  ServerInput<'putObject'>,
  'Bucket' | 'Key' | 'Body' | 'ContentMD5' | 'ContentSha1' | 'EnableMD5' | 'ContentLength' | 'TrafficLimit'
>

/** Throws `InvalidArgument` for ACLs and `InvalidTag` for tags that can not be. */
export function objectAttributes(input: AttributeInput): ObjectAttributes {
  return {
    headers: storedHeaders(input),
    metadata: input.Metadata ?? {},
    storageClass: input.StorageClass ?? 'STANDARD',
    acl: objectAcl(input),
    tags: parseTagging(input.Tagging ?? '', LIMITS.objectTagsMax),
    forbidOverwrite: input.ForbidOverwrite ?? false,
  }
}

/** The access control list that the headers ask for. */
export function objectAcl(input: AttributeInput) {
  return parseAcl(aclHeaders(input), 'object')
}

export function storedHeaders(input: AttributeInput): StoredHeaders {
  const headers: Record<string, string> = {}
  const keep = (name: string, value: string | undefined) => {
    if (value !== undefined && value !== '') headers[name] = value
  }
  keep('cache-control', input.CacheControl)
  keep('content-disposition', input.ContentDisposition)
  keep('content-encoding', input.ContentEncoding)
  keep('content-language', input.ContentLanguage)
  keep('content-type', input.ContentType)
  keep('expires', input.Expires)
  return headers
}
