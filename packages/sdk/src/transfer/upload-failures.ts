// What the failure of a request means for the upload it belongs to.
import { CosClientError, CosServiceError } from '../errors.js'

/** The upload is no more: completed, or given up by somebody. */
export function isGone(error: unknown): boolean {
  return error instanceof CosServiceError && error.code === 'NoSuchUpload'
}

/** The upload, or a part of it, is no longer what this run made of it. */
export function isEndedByOthers(error: unknown): boolean {
  return isGone(error) || (error instanceof CosServiceError && error.code === 'InvalidPart')
}

/** Nothing can be learned of an earlier run. */
export function isLost(error: unknown): boolean {
  return isGone(error) || (error instanceof CosServiceError && error.code === 'AccessDenied')
}

/** The source may have changed under the upload: bytes arrived as something else, or not at all. */
export function isSuspect(error: unknown): boolean {
  return error instanceof CosClientError && ['checksum', 'body', 'file'].includes(error.kind)
}

export function isChange(error: unknown): boolean {
  return error instanceof CosClientError && error.kind === 'changed'
}
