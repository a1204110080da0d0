// UploadPartCopy within the store: a part that shares a range of its source's bytes. They are read once, since a part has
// an MD5 and a CRC-64 of its own, but only small ones are written again.
import { Fault, isArchived, LIMITS } from '@coset/model'
import type { Call } from '../call.js'
import type { Extent, LiveVersion } from '../catalog/records.js'
import type { PartRecord } from '../catalog/upload-records.js'
import { sliceExtents } from '../content/extents.js'
import { discard, ingest } from '../content/ingest.js'
import { extentsOfManifest } from '../content/manifest.js'
import { readContent } from '../content/read-content.js'
import { attemptCopy, type CopySource, type FoundSource, findSource } from '../objects/copy-source.js'
import { isDefinite } from '../objects/write.js'
import type { ByteRange, ByteStream, Check } from '../ports.js'
import type { Store } from '../store.js'
import { findUpload } from './find-upload.js'
import { assertPartNumber, type PartName, partTurn, planPart } from './place-part.js'
import { extentsOf } from './put-part.js'

export interface CopyPartInput extends PartName {
  readonly source: CopySource
  /** First and last byte; both are there. Default: the whole source. */
  readonly range?: { readonly first: number; readonly last: number } | undefined
}

export interface CopyPartResult extends PartRecord {
  /** Present when the source named one. */
  readonly sourceVersionId: string | undefined
}

/**
 * A part with more extents is written anew. Parts of at least 1 MiB never come near it, but copies of copies at odd
 * offsets cut extents ever smaller.
 */
const EXTENTS_MAX = 8192

/** How often a source that is replaced while it is read is read anew. */
const READS_MAX = 4

/** Throws, with nothing changed: `NoSuchUpload`, `InvalidRange`, `InvalidArgument`, and what findSource throws. */
export async function copyPart(call: Call, store: Store, input: CopyPartInput): Promise<CopyPartResult> {
  assertPartNumber(input)
  const { record } = await findUpload(store, input)
  const cold = isArchived(record.storageClass)
  for (let reads = 0; reads < READS_MAX; reads++) {
    const result = await copyOnce(call, store, { ...input, cold })
    if (result) return result
  }
  throw new Fault('SlowDown', { message: 'The source is replaced faster than it can be copied.' })
}

interface Copying extends CopyPartInput {
  /** Where the part's bytes belong. */
  readonly cold: boolean
}

/** Undefined: the source was replaced meanwhile. */
async function copyOnce(call: Call, store: Store, input: Copying): Promise<CopyPartResult | undefined> {
  const found = await findSource(call, store, input.source)
  const range = rangeOf(input, found.version)
  const { part, isWritten } = await partOf(call, store, found.version, { ...range, cold: input.cold })
  try {
    const turns = { source: input.source, target: partTurn(input) }
    const placed = await attemptCopy(call, store, turns, async () => {
      const checks = await sourceChecks(call, store, input, found)
      if (!checks) return { commit: { checks: [], writes: [] }, result: undefined }
      const plan = await planPart(call, store, input, part)
      const result = { ...part, sourceVersionId: found.versionId }
      return { commit: { ...plan.commit, checks: [...plan.commit.checks, ...checks] }, result }
    })
    if (isWritten && !placed) await discard(call, store, { kind: 'extents', extents: part.extents })
    return placed
  } catch (error) {
    if (isWritten && isDefinite(error)) await discard(call, store, { kind: 'extents', extents: part.extents })
    throw error
  }
}

/** That the version which was read still claims its bytes; undefined when it is no longer there. */
async function sourceChecks(
  call: Call,
  store: Store,
  { source }: CopyPartInput,
  { version, row, checks }: FoundSource,
): Promise<readonly Check[] | undefined> {
  if (checks.length === 0) return checks
  const now = await findSource(call, store, source)
  const isIt = now.version.order === version.order && Buffer.compare(now.row, row) === 0
  return isIt && now.version.etag === version.etag ? now.checks : undefined
}

function rangeOf({ range }: CopyPartInput, { size }: LiveVersion): ByteRange {
  if (range && (range.first > range.last || range.last >= size)) {
    throw new Fault('InvalidRange', {
      message: `The range goes beyond the ${size} bytes of the source.`,
      size,
    })
  }
  const length = range ? range.last - range.first + 1 : size
  if (length <= LIMITS.partBytesMax) return { offset: range?.first ?? 0, length }
  throw new Fault('EntityTooLarge', { message: 'A part has at most 5 GB; copy a range of the source.' })
}

interface NewPart {
  readonly part: PartRecord
  /** Its bytes were written anew, and are nobody else's. */
  readonly isWritten: boolean
}

interface PartRange extends ByteRange {
  readonly cold: boolean
}

async function partOf(
  call: Call,
  store: Store,
  source: LiveVersion,
  { cold, ...range }: PartRange,
): Promise<NewPart> {
  const modifiedMs = call.clock.now()
  const bytes = streamOf(call, store, source, range)
  // Between warm and cold storage bytes can't be shared.
  const mustMove = store.hasColdStorage && cold !== isArchived(source.storageClass)
  const extents = mustMove ? undefined : await sourceExtents(store, source, range)
  if (extents) {
    const { md5, crc64 } = await digestsOf(store, source, range, bytes)
    return { part: { size: range.length, etag: md5, crc64, modifiedMs, extents }, isWritten: false }
  }
  const { content, size, md5, crc64 } = await ingest(
    call,
    store,
    { stream: bytes, length: range.length },
    { sizeMax: LIMITS.partBytesMax, expected: {}, inline: false, cold },
  )
  return { part: { size, etag: md5, crc64, modifiedMs, extents: extentsOf(content) }, isWritten: true }
}

/** Undefined where bytes can't be shared, or not in few enough pieces. */
async function sourceExtents(
  store: Store,
  { content }: LiveVersion,
  range: ByteRange,
): Promise<readonly Extent[] | undefined> {
  if (content.kind === 'inline') return undefined
  if (content.kind === 'extents') return sliceExtents(content.extents, range)
  return extentsOfManifest(store, { manifest: content.manifest, ...range }, EXTENTS_MAX)
}

function streamOf(call: Call, store: Store, source: LiveVersion, range: ByteRange): ByteStream {
  const content = readContent(call, store, source, range)
  return content.kind === 'stream' ? content.stream : once(content.bytes)
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

/** Of an object that was put whole they are known. */
async function digestsOf(store: Store, source: LiveVersion, range: ByteRange, bytes: ByteStream) {
  if (range.length === source.size && !source.etag.includes('-')) {
    return { md5: source.etag, crc64: source.crc64 }
  }
  const digester = store.createDigester({ sha1: false, length: range.length })
  try {
    for await (const chunk of bytes) await digester.update(chunk)
    return await digester.digest()
  } catch (error) {
    digester.discard()
    throw error
  }
}
