import {
  authorize,
  type CopySource as CoreSource,
  copyObject as copy,
  copyPart,
  type PartName,
  putObject,
  putPart,
} from '@coset/core'
import { Fault, quoteEtag } from '@coset/model'
import type { CopySource } from '@coset/protocol'
import type { Context, Handler, ServerInput } from '../handlers.js'
import { openRemoteSource, type RemoteSource, type SourceRange } from '../remote-source.js'
import { objectAttributes } from './object-attributes.js'

export const copyObject: Handler<'copyObject'> = async (context, input) => {
  const { call, store } = context
  const target = { bucket: input.Bucket, key: input.Key, ...objectAttributes(input) }
  const remote = await remoteSource(context, input, undefined)
  if (remote) return copyRemote(context, input, remote)
  const result = await copy(call, store, {
    ...target,
    source: await localSource(context, input),
    replacesMetadata: input.CopyStatus === 'Replaced',
    replacesTags: input.TaggingDirective === 'Replaced',
  })
  return {
    ETag: quoteEtag(result.etag),
    CRC64: result.crc64,
    Crc64: result.crc64,
    LastModified: new Date(result.modifiedMs),
    VersionId: result.versionId,
    CopySourceVersionId: result.sourceVersionId,
    StorageClass: target.storageClass,
  }
}

export const uploadPartCopy: Handler<'uploadPartCopy'> = async (context, input) => {
  const { call, store } = context
  const name = {
    bucket: input.Bucket,
    key: input.Key,
    uploadId: input.UploadId,
    partNumber: input.PartNumber,
  }
  const range = input.CopySourceRange === undefined ? undefined : sourceRange(input.CopySourceRange)
  const remote = await remoteSource(context, input, range)
  const part = remote
    ? await putRemotePart(context, name, remote)
    : await copyPart(call, store, { ...name, source: await localSource(context, input), range })
  return {
    ETag: quoteEtag(part.etag),
    LastModified: new Date(part.modifiedMs),
    CopySourceVersionId: part.sourceVersionId,
    Crc64: part.crc64,
  }
}

async function putRemotePart({ call, store }: Context, name: PartName, remote: RemoteSource) {
  try {
    const part = await putPart(call, store, { ...name, body: remote.body, expected: { crc64: remote.crc64 } })
    return { ...part, sourceVersionId: remote.versionId }
  } finally {
    remote.close()
  }
}

async function copyRemote({ call, store }: Context, input: ServerInput<'copyObject'>, remote: RemoteSource) {
  try {
    const attributes = objectAttributes(input)
    const result = await putObject(call, store, {
      bucket: input.Bucket,
      key: input.Key,
      ...attributes,
      ...(input.CopyStatus === 'Replaced' ? {} : { headers: remote.headers, metadata: remote.metadata }),
      ...(input.TaggingDirective === 'Replaced' ? {} : { tags: await remote.readTags() }),
      body: remote.body,
      expected: { crc64: remote.crc64 },
    })
    return {
      ETag: quoteEtag(result.etag),
      CRC64: result.crc64,
      Crc64: result.crc64,
      LastModified: new Date(call.clock.now()),
      VersionId: result.versionId,
      CopySourceVersionId: remote.versionId,
      StorageClass: attributes.storageClass,
    }
  } finally {
    remote.close()
  }
}

type SourceInput = Pick<
  ServerInput<'copyObject'>,
  | 'CopySource'
  | 'CopySourceIfMatch'
  | 'CopySourceIfNoneMatch'
  | 'CopySourceIfModifiedSince'
  | 'CopySourceIfUnmodifiedSince'
>

/** The source in this store, once the caller may read it. */
async function localSource(context: Context, input: SourceInput): Promise<CoreSource> {
  const { Bucket, Key, VersionId } = input.CopySource
  assertHost(context, input.CopySource)
  const { call, store } = context
  await authorize(call, store, 'GetObject', { bucket: Bucket, key: Key, versionId: VersionId })
  return {
    bucket: Bucket,
    key: Key,
    versionId: VersionId,
    conditions: {
      ifMatch: input.CopySourceIfMatch,
      ifNoneMatch: input.CopySourceIfNoneMatch,
      ifModifiedSince: input.CopySourceIfModifiedSince,
      ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
    },
  }
}

/** A host that is neither COS's nor one of this server's is no place to copy from. */
function assertHost({ config, host }: Context, { Host = '', Bucket, Region }: CopySource): void {
  const domain = Host.slice(Bucket.length + 1)
  const own = [...config.domains, host.toLowerCase()]
  const bare = domain.replace(/:\d+$/, '')
  if (
    Region !== undefined ||
    own.some((name) => bare === name || domain === name || bare.endsWith(`.${name}`))
  )
    return
  throw new Fault('InvalidCopySource', {
    message: 'The host in x-cos-copy-source is neither one of COS nor of this server.',
  })
}

/**
 * A source in another region, opened there; undefined for this server's own. A request through the host of a region
 * that this server is not, which is let in, means the same region by its source.
 */
async function remoteSource(
  context: Context,
  input: SourceInput,
  range: SourceRange | undefined,
): Promise<RemoteSource | undefined> {
  const { Region } = input.CopySource
  const own = [undefined, 'accelerate', context.config.region, context.region]
  if (Region === undefined || own.includes(Region)) return undefined
  return openRemoteSource(context, { ...input, Region }, range)
}

/** COS wants both ends. */
function sourceRange(header: string): SourceRange {
  const [, first, last] = /^\s*bytes\s*=\s*(\d{1,15})\s*-\s*(\d{1,15})\s*$/i.exec(header) ?? []
  if (first !== undefined && last !== undefined && Number(first) <= Number(last)) {
    return { first: Number(first), last: Number(last) }
  }
  throw new Fault('InvalidArgument', { message: 'x-cos-copy-source-range has the form bytes=first-last.' })
}
