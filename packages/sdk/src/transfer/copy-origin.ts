// Where the source of a copy is, and how to ask it about itself.
import { type CopySource, type Input, parseCopySource } from '@coset/protocol'
import { bucketName } from '../addressing.js'
import type { CallOptions, Context } from '../context.js'
import { CosClientError, CosServiceError } from '../errors.js'
import { execute } from '../execute.js'
import {
  type CosOperations,
  type OperationInput,
  OperationMethods,
  type OperationOutput,
} from '../operations.js'
import type { Settings } from '../options.js'
import { metadataOf } from './object-state.js'

/** What copies and moves ask of the place where the source is; every client can. */
export type CopySourceClient = Pick<CosOperations, 'headObject' | 'getObjectTagging' | 'deleteObject'>

/** The source as the caller named it, with the bucket's full name. */
export interface CopyOrigin {
  readonly source: CopySource
  /** Undefined where this client does not know how to reach it; the server may know all the same. */
  readonly client: CopySourceClient | undefined
  /** The same, but each call is one try, unless the caller gave the client. */
  readonly once: CopySourceClient | undefined
  /** Whether it is where this client is. */
  readonly isHere: boolean
}

export type SourceHead = OperationOutput<'headObject'>
export type SourceConditions = Pick<
  OperationInput<'copyObject'>,
  'CopySourceIfMatch' | 'CopySourceIfNoneMatch' | 'CopySourceIfModifiedSince' | 'CopySourceIfUnmodifiedSince'
>

/** `given` knows the source's region or endpoint. Throws a CosClientError of kind `validation`. */
export function copyOrigin(
  context: Context,
  input: OperationInput<'copyObject'>['CopySource'],
  given: CopySourceClient | undefined,
): CopyOrigin {
  const { settings } = context
  const source = readSource(settings, input)
  const region = source.Host === undefined ? source.Region : regionOf(source.Host)
  const isHere = isOwn(settings, source, region)
  if (given) return { source, client: given, once: given, isHere: false }
  const there = isHere ? settings : settingsOfRegion(settings, region)
  if (!there) return { source, client: undefined, once: undefined, isHere }
  const client = methodsOf({ ...context, settings: there })
  const once = methodsOf({ ...context, settings: { ...there, retries: 0 } })
  return { source, client, once, isHere }
}

function readSource({ appId }: Settings, input: OperationInput<'copyObject'>['CopySource']): CopySource {
  const source = typeof input === 'string' ? parseCopySource(input) : input
  if (!source?.Bucket || !source.Key) {
    const message = 'CopySource must be { Bucket, Key } or `<bucket>.cos.<region>.myqcloud.com/<key>`.'
    throw new CosClientError('validation', message)
  }
  return { ...source, Bucket: bucketName(source.Bucket, appId) } as CopySource
}

/** Undefined unless the host is one of COS's own. */
function regionOf(host: string): string | undefined {
  return parseCopySource(`${host}/key`)?.Region
}

function isOwn(settings: Settings, { Bucket, Host }: CopySource, region: string | undefined): boolean {
  const { endpoint } = settings
  if (Host !== undefined && endpoint && Host === `${Bucket}.${endpoint.host}`) return true
  if (Host === undefined && region === undefined) return true
  return region !== undefined && region === settings.region
}

/**
 * COS's regions are known by name. Beside an endpoint of the caller's own no other host is ever asked: its keys are
 * for that endpoint, and what a region's name means there only its server knows.
 */
function settingsOfRegion(settings: Settings, region: string | undefined): Settings | undefined {
  return settings.endpoint || region === undefined ? undefined : { ...settings, region }
}

function methodsOf(context: Context): CopySourceClient {
  return new OperationMethods((name, input, options) =>
    execute(context, { name, input: input as Input, options: (options ?? {}) as CallOptions }),
  )
}

/**
 * What the source is now. Undefined where it can not be asked: a client that may copy an object need not be allowed
 * to look at it. Rejects with `PreconditionFailed` when a condition does not hold, as a copy would.
 */
export async function headSource(
  { source, client }: CopyOrigin,
  conditions: SourceConditions,
  options: CallOptions,
): Promise<SourceHead | undefined> {
  if (!client) return undefined
  const { Bucket, Key, VersionId } = source
  const input = {
    Bucket,
    Key,
    VersionId,
    IfMatch: conditions.CopySourceIfMatch,
    IfNoneMatch: conditions.CopySourceIfNoneMatch,
    IfModifiedSince: conditions.CopySourceIfModifiedSince,
    IfUnmodifiedSince: conditions.CopySourceIfUnmodifiedSince,
  }
  try {
    return asStored(await client.headObject(input, options))
  } catch (error) {
    if (!(error instanceof CosServiceError)) throw error
    if (error.statusCode === 403) return undefined
    throw error.statusCode === 304 ? preconditionFailed(error) : error
  }
}

/** A client that decrypts hides how large the object is that is copied, and its key. */
function asStored(head: SourceHead): SourceHead {
  if (!('encryption' in head)) return head
  const length = head.headers['content-length']
  return {
    ...head,
    ContentLength: length === undefined ? undefined : Number(length),
    Metadata: metadataOf(head.headers),
  }
}

/** Of a copy, every condition that does not hold is a failure: there is nothing that would not be modified. */
function preconditionFailed(cause: CosServiceError): CosServiceError {
  const { method, headers, requestId, traceId, resource } = cause
  const message = 'A condition on the source of the copy does not hold.'
  const fields = { code: 'PreconditionFailed', message, statusCode: 412, method, headers }
  return new CosServiceError({ ...fields, requestId, traceId, resource }, { cause })
}

export function sourceChanged(cause?: unknown): CosClientError {
  const message = 'The source was replaced or deleted while it was being copied.'
  return new CosClientError('changed', message, { requestSent: true, ...(cause !== undefined && { cause }) })
}

/** Whether this failure of a pinned copy means that the source is no longer what it was. */
export function isSourceGone(error: unknown): boolean {
  if (!(error instanceof CosServiceError)) return false
  return ['PreconditionFailed', 'NoSuchKey', 'NoSuchVersion', 'NoSuchCopySource'].includes(error.code)
}
