// What a caller says of a download, checked.
import type { CallOptions, Context } from '../context.js'
import { CosClientError } from '../errors.js'
import type { OperationInput } from '../operations.js'
import type { ObjectHead } from './object-state.js'
import { MIB, partBytes, SIMPLE_BYTES_MAX } from './part-plan.js'
import { threadCount } from './pool.js'
import type { OnProgress, ProgressCallback } from './progress.js'

export const DOWNLOAD_PART_BYTES = 8 * MIB
const THREADS = 5

/**
 * getObject's input, without `Range`: its conditions decide whether the download begins, and from then on it is
 * pinned to that object by `IfMatch` and version.
 */
export type DownloadFileInput = Omit<OperationInput<'getObject'>, 'Range'> & {
  /** Where the file shall be. Its folder must exist. */
  readonly DestFilePath: string
  /**
   * MB of 1,048,576 bytes for each part, from 1 to 5120. Default 8, and one part for objects up to 20 MB; more
   * where 10,000 parts would not do. A download that is resumed keeps the size it began with.
   */
  readonly PartSize?: number | `${number}` | undefined
  /** Parts fetched at a time. Default 5. */
  readonly MAXThread?: number | `${number}` | undefined
  /** As the option `crcCheck`, which wins. Default: the client's `CrcCheck`. */
  readonly EnableCRC?: boolean | 'true' | 'false' | undefined
  /** Called with the bytes done and the total, now and then. */
  readonly progress_callback?: ProgressCallback | undefined
}

export interface DownloadFileOptions extends CallOptions {
  /** Called at most every 100 ms, and at the end. */
  readonly onProgress?: OnProgress | undefined
  /**
   * Whether a run that fails, is aborted or killed may be gone on with by the same call later. `{ folder }` keeps
   * the records there. Default true: in `$XDG_STATE_HOME/coset/transfers`, or what the system has in its place.
   */
  readonly checkpoint?: boolean | { readonly folder: string } | undefined
}

/** The object's attributes, and what became of it. */
export type DownloadFileOutput = Omit<ObjectHead, 'ContentRange' | 'AcceptRanges'> & {
  /** Bytes of the file. */
  readonly size: number
  /** Of these, what an earlier run had fetched. */
  readonly bytesResumed: number
  /** Whether the CRC-64 of the file was compared with the object's. False: unwanted, or the server told none. */
  readonly verified: boolean
}

/** Whoever asks for a download may know more than its caller: of a folder's files, each one of many. */
export interface DownloadHint {
  /** The object's size in bytes, from a list: a large one is then not asked for as a whole first. */
  readonly size?: number
}

export interface DownloadRequest {
  /** Of the first request. */
  readonly members: OperationInput<'getObject'>
  /** Whether the caller named one state of the object, so that no other will do. */
  readonly isPinned: boolean
  /** Objects up to here are one part. */
  readonly simpleBytesMax: number
  readonly threads: number
  /** Whether CRC-64s are compared. */
  readonly crcCheck: boolean
  partBytes(size: number): number
}

/** Throws a CosClientError of kind `validation`. */
export function readDownloadInput(
  { settings }: Context,
  input: DownloadFileInput,
  options: DownloadFileOptions,
): DownloadRequest {
  const { DestFilePath, PartSize, MAXThread, EnableCRC, progress_callback, ...members } = input
  checkPath(DestFilePath)
  if ('Range' in members && members.Range !== undefined) {
    throw new CosClientError('validation', 'downloadFile fetches whole objects; for a Range use getObject.')
  }
  const plan = (size: number) => partBytes(size, { PartSize, defaultBytes: DOWNLOAD_PART_BYTES })
  const { IfMatch, VersionId } = members
  return {
    members,
    isPinned: VersionId !== undefined || (IfMatch !== undefined && IfMatch !== '*'),
    simpleBytesMax: PartSize === undefined ? SIMPLE_BYTES_MAX : plan(0),
    threads: threadCount(MAXThread, THREADS),
    crcCheck: options.crcCheck ?? wishedCheck(EnableCRC) ?? settings.crcCheck,
    partBytes: plan,
  }
}

function checkPath(path: unknown): void {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return
  throw new CosClientError('validation', 'DestFilePath must be the path of a file.')
}

function wishedCheck(wish: DownloadFileInput['EnableCRC']): boolean | undefined {
  return wish === undefined ? undefined : String(wish) !== 'false'
}
