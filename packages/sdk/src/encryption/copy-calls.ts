// Copies of encrypted objects: what is stored stays as it is, and its key goes with it.
import type { Output } from '@coset/protocol'
import type { CopyToStore } from '../coding.js'
import type { CallOptions } from '../context.js'
import { CosClientError } from '../errors.js'
import type { Call } from '../execute.js'
import type { OperationInput } from '../operations.js'
import { call } from '../transfer/call.js'
import {
  type CopyInput,
  type CopyOptions,
  type CopyOutput,
  conditionsOf,
  copy,
  isReplaced,
  pinnedTo,
} from '../transfer/copy.js'
import { copyOrigin, headSource, isSourceGone, sourceChanged } from '../transfer/copy-origin.js'
import type { ObjectHead } from '../transfer/object-state.js'
import { type EncryptedCalls, nameOf, sealedName } from './encrypted-calls.js'
import { checkedMetadata, encryptionMetadata, userMetadata } from './user-metadata.js'

type CopyObjectInput = OperationInput<'copyObject'>

/** Headers and metadata of the source, or those that replace them, and the key for the copy's name. */
export async function copyInput(
  { context, encryption }: EncryptedCalls,
  { input, source, head }: CopyToStore,
  options: CallOptions,
): Promise<CopyObjectInput> {
  const metadata = head.Metadata ?? {}
  const own = isReplaced('CopyStatus', input.CopyStatus)
  const user = own ? checkedMetadata(input.Metadata) : userMetadata(metadata)
  const from = sealedName(context, source, options)
  const wrapped = await encryption.rewrap(metadata, from, nameOf(context, input))
  if (!wrapped) {
    // A plain one, which rejects where those may not be read: nobody should take its copy for an encrypted object.
    await encryption.open(metadata, from)
    return input
  }
  const kept = own ? input : storedHeaders(head)
  // With replaced metadata, none of the source's own may stay.
  const key = encryptionMetadata(wrapped)
  return { ...input, ...kept, CopyStatus: 'Replaced', Metadata: { ...key, ...user } }
}

function storedHeaders(head: ObjectHead) {
  const { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Expires } = head
  return { CacheControl, ContentDisposition, ContentEncoding, ContentLanguage, ContentType, Expires }
}

/** One request; the source is looked at before, and copied as it was then or not at all. */
export async function copyObject(calls: EncryptedCalls, { input, options }: Call): Promise<Output> {
  const members = input as CopyObjectInput
  const origin = copyOrigin(calls.context, members.CopySource, undefined)
  const head = await headSource(origin, conditionsOf(members), options)
  if (!head) {
    const message =
      'The source can not be looked at, so that nobody knows its key; copy() takes a `sourceClient`.'
    throw new CosClientError('validation', message)
  }
  const { Bucket, Key } = origin.source
  const coded = await copyInput(calls, { input: members, source: { Bucket, Key }, head }, options)
  try {
    return await call(calls.context, 'copyObject', { ...coded, ...pinnedTo(origin.source, head) }, options)
  } catch (error) {
    throw isSourceGone(error) ? sourceChanged(error) : error
  }
}

/** An object whose key is to be wrapped anew. */
export interface RewrapInput {
  readonly Bucket: string
  readonly Key: string
  /** Wrap the key of this version; it is then the current one again. */
  readonly VersionId?: string | undefined
  /** The class to store it in. Default: its own. */
  readonly StorageClass?: CopyInput['StorageClass']
}

/** Onto itself, pinned to what was looked at. `context`: with its coding. */
export async function rewrapObject(
  calls: EncryptedCalls,
  coded: EncryptedCalls['context'],
  input: RewrapInput,
  options: CopyOptions,
): Promise<CopyOutput> {
  const { Bucket, Key, VersionId } = input
  const { signal, crcCheck } = options
  const head = await call(calls.context, 'headObject', { Bucket, Key, VersionId }, { signal, crcCheck })
  if (!calls.encryption.isEncrypted(head.Metadata ?? {})) {
    throw new CosClientError('encryption', 'The object is not encrypted, so that there is no key to wrap.')
  }
  const { StorageClass = head.StorageClass } = input
  const access = await accessOf(calls, { Bucket, Key, VersionId }, { signal, crcCheck })
  const source = { CopySource: { Bucket, Key, VersionId }, CopySourceIfMatch: head.ETag }
  return copy(coded, { Bucket, Key, StorageClass, ...access, ...source }, options)
}

const GRANTS = {
  READ: 'GrantRead',
  READ_ACP: 'GrantReadAcp',
  WRITE_ACP: 'GrantWriteAcp',
  FULL_CONTROL: 'GrantFullControl',
} as const

/** What a copy is told of who may read it, as it takes that from nowhere else. */
async function accessOf(
  { context }: EncryptedCalls,
  object: Pick<RewrapInput, 'Bucket' | 'Key' | 'VersionId'>,
  options: CallOptions,
): Promise<Partial<CopyObjectInput>> {
  const { ACL, AccessControlList } = await call(context, 'getObjectAcl', object, options)
  if (ACL !== undefined) return { ACL }
  const access: Record<string, string> = {}
  for (const { Grantee, Permission } of AccessControlList) {
    const member = Object.entries(GRANTS).find(([permission]) => permission === Permission)?.[1]
    if (member === undefined || Grantee.ID === undefined) continue
    const id = `id="${Grantee.ID}"`
    access[member] = access[member] === undefined ? id : `${access[member]},${id}`
  }
  return access
}
