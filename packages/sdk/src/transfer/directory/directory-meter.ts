// How far the transfer of a folder is, summed over its files.
import type { Context } from '../../context.js'
import { type OnProgress, ProgressMeter, type TransferProgress } from '../progress.js'
import type { DirectoryOptions, FileProgress } from './directory-options.js'
import type { FailedFile, SkippedFile, TransferredFile } from './result.js'

/** One file while it is under way. */
export interface FileMeter {
  /** For the transfer of the file; undefined when nobody wants to know. */
  readonly onProgress: OnProgress | undefined
  done(): void
  skipped(file: SkippedFile): void
  failed(file: FailedFile): void
}

export class DirectoryMeter {
  readonly #options: DirectoryOptions
  readonly #meter: ProgressMeter
  readonly #current = new Map<TransferredFile, FileProgress>()
  #filesFound = 0
  #bytesFound = 0
  #isAllFound = false
  #filesDone = 0
  #filesSkipped = 0
  #filesFailed = 0

  constructor({ platform }: Context, options: DirectoryOptions) {
    this.#options = options
    const { onProgress } = options
    this.#meter = new ProgressMeter({
      total: undefined,
      now: platform.now,
      onProgress: onProgress && ((progress) => onProgress(this.#summary(progress))),
    })
  }

  found({ bytes }: TransferredFile): void {
    this.#filesFound++
    this.#bytesFound += bytes
  }

  allFound(): void {
    this.#isAllFound = true
    this.#meter.setTotal(this.#bytesFound)
  }

  /** Tells the end, whatever was told last. */
  finish(): void {
    this.#meter.finish()
  }

  start({ Key, path, bytes }: TransferredFile): FileMeter {
    const { onFile, onProgress } = this.#options
    const file = { Key, path, bytes }
    const part = this.#meter.part()
    let bytesDone = 0
    const advance = (to: number) => {
      const more = Math.max(0, to - bytesDone)
      bytesDone += more
      this.#current.set(file, { Key, path, bytesDone, bytesTotal: bytes })
      part.add(more)
    }
    advance(0)
    onFile?.({ type: 'started', file })
    const tell: OnProgress = (progress) => {
      advance(progress.bytesDone)
      onFile?.({ type: 'progress', file, bytesDone: progress.bytesDone })
    }
    const end = () => {
      this.#current.delete(file)
      this.#filesDone++
    }
    return {
      onProgress: onFile || onProgress ? tell : undefined,
      done: () => {
        end()
        // A file may have grown since it was found.
        part.add(bytes - bytesDone)
        onFile?.({ type: 'done', file })
      },
      skipped: (told) => {
        end()
        this.skipped(told)
      },
      failed: (told) => {
        end()
        part.reset()
        this.failed(told)
      },
    }
  }

  /** Of files that were never started, too. */
  skipped(file: SkippedFile): void {
    this.#filesSkipped++
    this.#meter.resume(file.bytes)
    this.#meter.part().add(0)
    this.#options.onFile?.({ type: 'skipped', file })
  }

  failed(file: FailedFile): void {
    this.#filesFailed++
    this.#meter.part().add(0)
    this.#options.onFile?.({ type: 'failed', file })
  }

  /** For what is told without ever being under way. */
  passed(): void {
    this.#filesDone++
  }

  #summary({ bytesDone, bytesPerSecond }: TransferProgress) {
    return {
      filesDone: this.#filesDone,
      filesTotal: this.#isAllFound ? this.#filesFound : undefined,
      filesSkipped: this.#filesSkipped,
      filesFailed: this.#filesFailed,
      bytesDone,
      bytesTotal: this.#isAllFound ? this.#bytesFound : undefined,
      bytesPerSecond,
      current: [...this.#current.values()],
    }
  }
}
