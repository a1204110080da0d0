// What became of every file of a folder that was transferred.
import type { CosClientError, CosServiceError } from '../../errors.js'

/** A file and the object it is, or is to be. */
export interface TransferredFile {
  readonly Key: string
  /** The local path; where its name is not UTF-8, as near to it as text comes. */
  readonly path: string
  /** Bytes of the content; 0 where it was not looked at. */
  readonly bytes: number
}

/**
 * - `equal`: the other side has the same content.
 * - `exists`: the other side has something, and nothing is overwritten.
 * - `folder`: the object stands for a folder, which was made.
 * - `symlink`: a symbolic link, and these are not followed.
 * - `broken-link`: a symbolic link to nothing.
 * - `cycle`: a symbolic link to a folder that it lies in.
 * - `special`: neither file nor folder: a socket, a pipe, a device.
 * - `temporary`: an unfinished download of this SDK.
 */
export type SkipReason =
  | 'equal'
  | 'exists'
  | 'folder'
  | 'symlink'
  | 'broken-link'
  | 'cycle'
  | 'special'
  | 'temporary'

export interface SkippedFile extends TransferredFile {
  readonly reason: SkipReason
}

export interface FailedFile extends TransferredFile {
  readonly error: CosServiceError | CosClientError
}

/** In the shape of the pool of COS's own SDK for Python, with one worker that did it all. */
export interface PoolResult {
  readonly success_all: boolean
  /** `[[succeeded, failed, what each task gave: its file, or the message of its error]]` */
  readonly detail: readonly [[succeeded: number, failed: number, told: readonly (TransferredFile | string)[]]]
}

/** What became of a folder: every file is in one of the three lists, unless a filter left it out. */
export class DirectoryResult {
  /** Transferred. */
  readonly succeeded: readonly TransferredFile[]
  /** Left as they are, with the reason. */
  readonly skipped: readonly SkippedFile[]
  /** Not transferred, with the error. */
  readonly failed: readonly FailedFile[]
  /** Bytes of the files in `succeeded`. */
  readonly bytes: number
  /** Whether files may be missing from the lists: after an abort, or a failure of all. */
  readonly stoppedEarly: boolean

  constructor(lists: Pick<DirectoryResult, 'succeeded' | 'skipped' | 'failed' | 'stoppedEarly'>) {
    this.succeeded = lists.succeeded
    this.skipped = lists.skipped
    this.failed = lists.failed
    this.stoppedEarly = lists.stoppedEarly
    this.bytes = lists.succeeded.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Whether every file is transferred or skipped. */
  get success_all(): boolean {
    return this.failed.length === 0 && !this.stoppedEarly
  }

  /** Skipped files count as succeeded, as they do when a task is never added. */
  get_result(): PoolResult {
    const { succeeded, skipped, failed, success_all } = this
    const fine = [...succeeded, ...skipped]
    return {
      success_all,
      detail: [[fine.length, failed.length, [...fine, ...failed.map(({ error }) => error.message)]]],
    }
  }
}
