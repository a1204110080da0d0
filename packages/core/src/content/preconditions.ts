// The four conditions of a read, in the order RFC 7232 gives them.
import { etagListMatches, Fault } from '@coset/model'
import type { LiveVersion } from '../catalog/records.js'

export interface Conditions {
  readonly ifMatch?: string | undefined
  readonly ifNoneMatch?: string | undefined
  readonly ifModifiedSince?: Date | undefined
  readonly ifUnmodifiedSince?: Date | undefined
}

/** Throws `PreconditionFailed` or `NotModified`. Times have whole seconds on the wire, so they are compared so. */
export function assertConditions(conditions: Conditions, version: LiveVersion): void {
  const { ifMatch, ifNoneMatch, ifModifiedSince, ifUnmodifiedSince } = conditions
  const modified = Math.floor(version.modifiedMs / 1000) * 1000
  if (ifMatch !== undefined) {
    if (!etagListMatches(ifMatch, version.etag)) throw new Fault('PreconditionFailed')
  } else if (ifUnmodifiedSince && modified > ifUnmodifiedSince.getTime()) {
    throw new Fault('PreconditionFailed')
  }
  if (ifNoneMatch !== undefined) {
    if (etagListMatches(ifNoneMatch, version.etag)) throw notModified(version)
  } else if (ifModifiedSince && modified <= ifModifiedSince.getTime()) {
    throw notModified(version)
  }
}

function notModified({ etag, crc64, headers, modifiedMs }: LiveVersion): Fault {
  const contentType = headers['content-type'] ?? 'application/octet-stream'
  return new Fault('NotModified', { etag, crc64, contentType, lastModified: new Date(modifiedMs) })
}
