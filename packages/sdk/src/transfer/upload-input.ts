// What uploads take and give, and how the input falls into what each of their requests takes.

import { targetOf } from '../addressing.js'
import type { BodyInput } from '../body.js'
import type { CallOptions, Context } from '../context.js'
import { CosClientError } from '../errors.js'
import type { Loose, OperationInput, OperationOutput, ReplyHead } from '../operations.js'
import type { OnProgress, ProgressCallback } from './progress.js'

export type StoredInput = OperationInput<'createMultipartUpload'>

/** What all uploads take beside the members of the object. */
export interface UploadMembers {
  /**
   * Size of a part in MB of 1,048,576 bytes, 1 to 5120; default 8. Larger where 10,000 parts would not do. An upload
   * that is taken up again keeps the size it began with.
   */
  readonly PartSize?: Loose<number> | undefined
  /** Parts sent at a time; default 5. */
  readonly MAXThread?: Loose<number> | undefined
  /** Send the MD5 of each request's content, for the server to check; reads the content twice. Default false. */
  readonly EnableMD5?: Loose<boolean> | undefined
  /** Base64 of the whole content's MD5. Content of several parts is read once more to check it, before it is sent. */
  readonly ContentMD5?: string | undefined
  /** Rate of each request, 819,200 to 838,860,800 bits a second; `MAXThread` requests run at a time. */
  readonly TrafficLimit?: Loose<number> | undefined
  /** As in COS's own SDKs: called with bytes done and bytes in all, which is 0 while nobody knows. */
  readonly progress_callback?: ProgressCallback | undefined
}

/** The input of `uploadFile`: where from, where to, and what putObject takes beside its content. */
export type UploadFileInput = StoredInput &
  UploadMembers & {
    /** Path of the local file. */
    readonly LocalFilePath: string
    /** Bytes of the file; must be right. */
    readonly ContentLength?: Loose<number> | undefined
  }

/** The input of `upload`: content, where to, and what putObject takes beside them. */
export type UploadInput = StoredInput &
  UploadMembers & {
    /** The content; of streams and iterables, nobody needs to know the length. */
    readonly Body: BodyInput
    /** Bytes of the content; must be right. Parts of a stream are then as large as they have to be, and no larger. */
    readonly ContentLength?: Loose<number> | undefined
  }

/** What stands beside the input of an upload. */
export interface UploadOptions extends CallOptions {
  /** How far it is, at most ten times a second. */
  readonly onProgress?: OnProgress | undefined
  /**
   * Delete at the server what was sent when the upload fails or is aborted. Default: true without a checkpoint,
   * false with one. It goes on in the background; `close()` waits for it, for some seconds.
   */
  readonly abortOnFailure?: boolean | undefined
  /**
   * Without a checkpoint of this upload, look through all unfinished uploads of the key for one whose parts are of
   * this very content, and go on with it. Needs the permission to list uploads; the object then has the attributes
   * that upload began with. Default false.
   */
  readonly findUploads?: boolean | undefined
}

/** Where progress is kept, so that the upload can go on later, in another process too. */
export interface CheckpointOptions {
  /** `false`: nowhere. `{ folder }`: in that folder. Default true: `$XDG_STATE_HOME/coset/transfers` or its like. */
  readonly checkpoint?: boolean | { readonly folder: string } | undefined
}

/** What an upload resolves to, whether it took one request or many. */
export interface UploadOutput extends ReplyHead {
  /** Quoted; the MD5 of the content where one request did. */
  readonly ETag: string
  /** Where the object is, as a URL. */
  readonly Location: string
  /** CRC-64 of the object. */
  readonly Crc64: bigint | undefined
  /** The new version, while versioning is enabled. */
  readonly VersionId: string | undefined
  /** The class it is stored in. */
  readonly StorageClass: OperationOutput<'putObject'>['StorageClass']
  /** Of an upload in parts. */
  readonly UploadId: string | undefined
  /** Bytes that did not have to be sent, as an earlier run had sent them. */
  readonly bytesResumed: number
}

type StoredReply = Pick<UploadOutput, 'ETag' | keyof ReplyHead> &
  Partial<Pick<UploadOutput, 'Crc64' | 'VersionId' | 'StorageClass'>>

/** What whoever uploads is told, whichever reply tells of the object. */
export function uploadOutput(
  { ETag, Crc64, VersionId, StorageClass, statusCode, requestId, headers }: StoredReply,
  Location: string,
  UploadId: string | undefined,
): UploadOutput {
  const head = { statusCode, requestId, headers }
  return { ETag, Location, Crc64, VersionId, StorageClass, UploadId, bytesResumed: 0, ...head }
}

/** Where an upload goes, and how. */
export interface UploadTarget {
  /** Bucket, key and what is stored with the object. */
  readonly input: StoredInput
  readonly location: string
  readonly TrafficLimit: Loose<number> | undefined
  readonly enableMd5: boolean
}

/** What belongs to the object, without what only its transfer is told. */
export function storedInput(
  members: StoredInput & UploadMembers & { readonly ContentLength?: unknown },
): StoredInput {
  const {
    PartSize,
    MAXThread,
    EnableMD5,
    ContentMD5,
    ContentLength,
    TrafficLimit,
    progress_callback,
    ...input
  } = members
  return input
}

export function uploadTarget(context: Context, input: StoredInput, members: UploadMembers): UploadTarget {
  const { origin, path } = targetOf(context.settings, { bucket: input.Bucket, key: input.Key })
  const { TrafficLimit, EnableMD5 } = members
  return {
    input,
    location: origin + path,
    TrafficLimit,
    enableMd5: EnableMD5 === true || EnableMD5 === 'true',
  }
}

/** Throws a CosClientError of kind `validation` when the caller's word differs from what there is. */
export function checkLength(ContentLength: Loose<number> | undefined, size: number): void {
  if (ContentLength === undefined || Number(ContentLength) === size) return
  throw new CosClientError('validation', `ContentLength is ${ContentLength}, but there are ${size} bytes.`)
}
