// What callers say of the transfer of a folder, either way.
import type { CallOptions } from '../../context.js'
import { CosClientError } from '../../errors.js'
import type { CheckpointOptions } from '../upload-input.js'
import type { FilterOptions } from './filter.js'
import type { FailedFile, SkippedFile, TransferredFile } from './result.js'

/** How far the transfer of a folder is. */
export interface DirectoryProgress {
  /** Files that are dealt with: transferred, skipped or failed. */
  readonly filesDone: number
  /** Undefined until all of them were found. */
  readonly filesTotal: number | undefined
  readonly filesSkipped: number
  readonly filesFailed: number
  /** Bytes that moved, or did not have to. Never falls. */
  readonly bytesDone: number
  /** Undefined until all files were found. */
  readonly bytesTotal: number | undefined
  /** Over the last seconds. */
  readonly bytesPerSecond: number
  /** Files that are under way. */
  readonly current: readonly FileProgress[]
}

export interface FileProgress {
  readonly Key: string
  readonly path: string
  readonly bytesDone: number
  readonly bytesTotal: number
}

/** What happens to one file. Each that is started is told `done`, `skipped` or `failed` later, unless all stops. */
export type DirectoryFileEvent =
  | { readonly type: 'started' | 'done'; readonly file: TransferredFile }
  | { readonly type: 'progress'; readonly file: TransferredFile; readonly bytesDone: number }
  | { readonly type: 'skipped'; readonly file: SkippedFile }
  | { readonly type: 'failed'; readonly file: FailedFile }

export interface DirectoryOptions extends CallOptions, FilterOptions, CheckpointOptions {
  /** Called at most every 100 ms, and at the end. */
  readonly onProgress?: ((progress: DirectoryProgress) => void) | undefined
  /** Told what happens to each file; of its progress at most every 100 ms. */
  readonly onFile?: ((event: DirectoryFileEvent) => void) | undefined
  /**
   * What becomes of a file that is there already. `changed`, the default: it is replaced unless its content is the
   * same. `always`: it is replaced. `never`: it stays.
   */
  readonly overwrite?: 'changed' | 'always' | 'never' | undefined
  /**
   * What counts as the same. `content`, the default: the size, and the MD5 that the ETag tells, or the CRC-64 where
   * it tells none; local files of the same size are read for it. `size`: the size alone.
   */
  readonly compare?: 'content' | 'size' | undefined
  /** Requests at a time, parts of large files included. Default 32. */
  readonly concurrency?: number | undefined
  /** Stop at the first file that fails, and reject with its error. Default false. */
  readonly stopOnFailure?: boolean | undefined
}

const CONCURRENCY = 32
const CONCURRENCY_MAX = 1000

/** Throws a CosClientError of kind `validation`. */
export function concurrencyOf({ concurrency = CONCURRENCY }: DirectoryOptions): number {
  if (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= CONCURRENCY_MAX) return concurrency
  const message = `concurrency must be a whole number from 1 to ${CONCURRENCY_MAX}.`
  throw new CosClientError('validation', message)
}

/** Throws a CosClientError of kind `validation`: a word that is misspelt must not overwrite anything. */
export function checkChoice<T extends string>(name: string, value: T, choices: readonly T[]): T {
  if (choices.includes(value)) return value
  throw new CosClientError('validation', `${name} must be one of: ${choices.join(', ')}.`)
}
