// Multipart uploads whose calls are made one by one.
import { LIMITS } from '@coset/model'
import { loadCrc64, type Output } from '@coset/protocol'
import { type Body, bodyOf, bytesBody } from '../body.js'
import type { CallOptions } from '../context.js'
import { CosClientError } from '../errors.js'
import { type Call, execute } from '../execute.js'
import type { Loose, OperationInput, OperationOutput } from '../operations.js'
import { call } from '../transfer/call.js'
import { partBytes } from '../transfer/part-plan.js'
import { readContent } from '../transfer/upload-content.js'
import { type EncryptedCalls, nameOf } from './encrypted-calls.js'
import type { ObjectMetadata } from './object-cipher.js'
import { PartLedger } from './part-ledger.js'
import { bytesOf, type GivenBody, givenBody, type Place, storedBody } from './stored-body.js'
import type { EncryptedUploadOptions, KnownUploads, UploadCipher } from './upload-ciphers.js'
import { checkedMetadata, mergedMetadata } from './user-metadata.js'

export interface UploadCalls extends EncryptedCalls {
  readonly uploads: KnownUploads
}

/** createMultipartUpload's input, and how long parts will be, so that they can be sent in any order. */
export type EncryptedCreateInput = OperationInput<'createMultipartUpload'> & {
  /** MB of 1,048,576 bytes of every part but the last, 1 to 5120. Default: parts are told by those before them. */
  readonly PartSize?: Loose<number> | undefined
}

export type EncryptedCreateOutput = OperationOutput<'createMultipartUpload'> & {
  /** For `uploadPart` and `completeMultipartUpload` of another client, as their option of this name. Holds no secret. */
  readonly encryption: ObjectMetadata
}

export interface EncryptedPartOptions extends EncryptedUploadOptions {
  /**
   * Where in the content the part begins, in bytes. Default: behind the parts of lower numbers. Whoever sends parts by several
   * clients has to see to it that none is sent twice with different content: no client knows of the others.
   */
  readonly offset?: number | undefined
}

export async function createMultipartUpload(
  { context, encryption, uploads }: UploadCalls,
  { input, options }: Call,
): Promise<Output> {
  const { PartSize, ...members } = input as EncryptedCreateInput
  checkedMetadata(members.Metadata)
  const bytes = PartSize === undefined ? undefined : partBytes(0, { PartSize, defaultBytes: 0 })
  const { cipher, metadata } = await encryption.create(nameOf(context, members))
  const ledger = new PartLedger(cipher, bytes)
  const stored = { ...members, Metadata: mergedMetadata(members.Metadata, metadata) }
  const begun = await call(context, 'createMultipartUpload', stored, options)
  uploads.remember(begun.UploadId, { cipher, ledger })
  return { ...begun, encryption: metadata }
}

export async function uploadPart(calls: UploadCalls, { input, options }: Call): Promise<Output> {
  const members = input as OperationInput<'uploadPart'>
  const body = bodyOf(members.Body)
  try {
    const upload = await calls.uploads.get(calls, members, options)
    return await sendPart(calls, { members, options, upload, given: givenBody(body, members) })
  } finally {
    body.release()
  }
}

interface PartToSend {
  readonly members: OperationInput<'uploadPart'>
  readonly options: EncryptedPartOptions
  readonly upload: UploadCipher
  readonly given: GivenBody
}

async function sendPart({ context }: EncryptedCalls, part: PartToSend): Promise<Output> {
  const { members, options, upload, given } = part
  // Taken at once, as whoever sends the next part now wants to know where it begins.
  const at = placeOf(upload, part)
  const { Body, ContentLength, ContentMD5, ...rest } = members
  const { signal } = options
  const body = await storedBody(upload.cipher, given, await at, { platform: context.platform, signal })
  return execute(context, { name: 'uploadPart', input: rest, options, body })
}

/** Throws at once for a part that can have no place; rejects for one that was sent with other content before. */
function placeOf({ ledger }: UploadCipher, { members, options, given }: PartToSend): Promise<Place> {
  const number = Number(members.PartNumber)
  const { body, ContentLength } = given
  const length = body.length ?? ContentLength
  if (length === undefined) {
    const message = 'Whether a part is the last one follows from its length: give ContentLength for a stream.'
    throw new CosClientError('validation', message)
  }
  const digest = body.rewindable ? digestOf(body, length, options) : undefined
  // Told to whoever sends the part again; the body's own failure is told by sending it.
  digest?.catch(() => undefined)
  const known = ledger.get(number)
  if (!known) return Promise.resolve(ledger.add({ number, length, offset: options.offset, digest }))
  return assertSame(known.length === length ? [known.digest, digest] : [], number).then(() => known)
}

/** Other content under the same key and counters would give both away. */
async function assertSame(digests: readonly (Promise<bigint> | undefined)[], number: number): Promise<void> {
  const [before, now] = await Promise.all(digests)
  if (before !== undefined && before === now) return
  const message =
    `Part ${number} was sent before, and can be sent again only with the same content, which a stream does not show. ` +
    'Begin a new upload.'
  throw new CosClientError('validation', message)
}

async function digestOf(body: Body, length: number, { signal }: CallOptions): Promise<bigint> {
  const crc = (await loadCrc64()).create()
  await readContent({ length, open: () => bytesOf(body) }, signal, (chunk) => crc.update(chunk))
  return crc.digest()
}

type CompleteInput = OperationInput<'completeMultipartUpload'>
type ListedPart = CompleteInput['MultipartUpload']['Part'][number]

export async function completeMultipartUpload(
  calls: UploadCalls,
  { name, input, options }: Call,
): Promise<Output> {
  const members = input as CompleteInput
  const upload = await calls.uploads.get(calls, members, options)
  const Part = members.MultipartUpload?.Part ?? []
  const closing = await closingPart(calls, { members, options, upload, parts: Part })
  const completed = { ...members, MultipartUpload: { Part: closing ? [...Part, closing] : Part } }
  const output = await execute(calls.context, { name, input: completed, options })
  calls.uploads.forget(members.UploadId)
  return output
}

interface Completion {
  readonly members: CompleteInput
  readonly options: CallOptions
  readonly upload: UploadCipher
  readonly parts: readonly ListedPart[]
}

/** One more part, where the format closes content and none of the parts did. */
async function closingPart(
  { context }: EncryptedCalls,
  { members, options, upload, parts }: Completion,
): Promise<ListedPart | undefined> {
  const { cipher, ledger } = upload
  const numbers = parts.map(({ PartNumber }) => Number(PartNumber))
  const known = ledger.total(numbers)
  const closingBytes = cipher.storedLength(0)
  if (closingBytes === 0 || numbers.length === 0 || known?.isClosed) return undefined
  const storedGranule = cipher.storedLength(cipher.granule) - closingBytes
  const stored = known
    ? (known.length / cipher.granule) * storedGranule
    : await storedBytes({ context }, members, { numbers: new Set(numbers), options })
  if (stored % storedGranule !== 0) return undefined
  const PartNumber = Math.max(...numbers) + 1
  if (PartNumber > LIMITS.partsMax) {
    throw new CosClientError(
      'validation',
      'What closes the object takes one more part, but there are 10,000 already.',
    )
  }
  const offset = (stored / storedGranule) * cipher.granule
  const given = givenBody(bytesBody(new Uint8Array()), {})
  const platform = { platform: context.platform, signal: options.signal }
  const body = await storedBody(cipher, given, { offset, ends: true }, platform)
  const { Bucket, Key, UploadId } = members
  const input = { Bucket, Key, UploadId, PartNumber, Body: '' }
  const { ETag } = await call(context, 'uploadPart', input, { ...options, body })
  return { PartNumber, ETag }
}

/** Of these parts, as the server has them. */
async function storedBytes(
  { context }: Pick<EncryptedCalls, 'context'>,
  { Bucket, Key, UploadId }: CompleteInput,
  { numbers, options }: { readonly numbers: ReadonlySet<number>; readonly options: CallOptions },
): Promise<number> {
  let bytes = 0
  for (let PartNumberMarker = 0; ; ) {
    const page = await call(context, 'listParts', { Bucket, Key, UploadId, PartNumberMarker }, options)
    for (const { PartNumber, Size } of page.Part) if (numbers.has(PartNumber)) bytes += Size
    const next = page.NextPartNumberMarker ?? 0
    // Each page must lead on, or the list would never end.
    if (!page.IsTruncated || next <= PartNumberMarker) return bytes
    PartNumberMarker = next
  }
}

export async function abortMultipartUpload(
  { context, uploads }: UploadCalls,
  aborted: Call,
): Promise<Output> {
  const output = await execute(context, aborted)
  uploads.forget((aborted.input as OperationInput<'abortMultipartUpload'>).UploadId)
  return output
}
