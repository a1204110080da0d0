// From bucket and key to a host and a path, in either style.
import { assertKey, Fault } from '@coset/model'
import { encodeKeyPath } from '@coset/protocol'
import { CosClientError } from './errors.js'
import type { Settings } from './options.js'

export interface Target {
  /** The bucket's full name. */
  readonly bucket: string | undefined
  /** Scheme and host: where to connect. */
  readonly origin: string
  /** The Host header, with its port unless that is the scheme's own. */
  readonly host: string
  /** As it stands in the request line. */
  readonly path: string
  /** Percent-decoded, as signatures cover it. */
  readonly signedPath: string
}

/** Both undefined: the service itself. Throws a CosClientError of kind `validation`. */
export interface Resource {
  readonly bucket: string | undefined
  readonly key: string | undefined
}

export function targetOf(settings: Settings, { bucket, key }: Resource): Target {
  if (key !== undefined) checkKey(key)
  const name = bucket === undefined ? undefined : bucketName(bucket, settings.appId)
  const bucketInPath = name !== undefined && settings.endpoint?.addressing === 'path'
  const prefix = bucketInPath ? `/${name}/` : '/'
  const host = hostOf(settings, bucketInPath ? undefined : name)
  return {
    bucket: name,
    origin: `${settings.scheme}://${host}`,
    host,
    path: prefix + (key === undefined ? '' : encodeKeyPath(key)),
    signedPath: prefix + (key ?? ''),
  }
}

function hostOf({ endpoint, region }: Settings, bucket: string | undefined): string {
  if (endpoint) return bucket === undefined ? endpoint.host : `${bucket}.${endpoint.host}`
  return bucket === undefined ? 'service.cos.myqcloud.com' : `${bucket}.cos.${region}.myqcloud.com`
}

/**
 * Looser than the rule for new buckets, as old ones must stay usable; but what could lead a request to another
 * host or path is refused.
 */
export function bucketName(bucket: string, appId: string | undefined): string {
  if (typeof bucket !== 'string' || bucket === '') throw invalid('Bucket must be a name that is not empty.')
  if (!/^[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?$/.test(bucket)) {
    throw invalid(`Bucket must be a name such as examplebucket-1250000000, not ${JSON.stringify(bucket)}.`)
  }
  return appId === undefined || /-\d+$/.test(bucket) ? bucket : `${bucket}-${appId}`
}

function checkKey(key: string): void {
  // An empty key would turn the request for an object into one for its bucket.
  if (typeof key !== 'string') throw invalid('Key must be text.')
  try {
    assertKey(key)
  } catch (cause) {
    if (cause instanceof Fault) throw new CosClientError('validation', cause.message, { cause })
    throw cause
  }
}

function invalid(message: string): CosClientError {
  return new CosClientError('validation', message)
}
