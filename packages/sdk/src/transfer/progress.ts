// How far a transfer is: told now and then, and never backwards.

/** How far a transfer is. */
export interface TransferProgress {
  /** Sent or received so far, in bytes, with what an earlier run had done. Never falls. */
  readonly bytesDone: number
  /** Undefined while nobody knows: a stream that has not ended. */
  readonly bytesTotal: number | undefined
  /** Of `bytesDone`, what an earlier run had done already. */
  readonly bytesResumed: number
  /** Over the last seconds. */
  readonly bytesPerSecond: number
}

export type OnProgress = (progress: TransferProgress) => void
/** The shape of COS's own SDK for Python; the total is 0 while it is not known. */
export type ProgressCallback = (consumed_bytes: number, total_bytes: number) => void

export interface ProgressOptions {
  readonly total: number | undefined
  /** Milliseconds. */
  readonly now: () => number
  readonly onProgress: OnProgress | undefined
  readonly progress_callback?: ProgressCallback | undefined
}

const EMIT_EVERY_MS = 100
/** Weight of the past in the rate: after this time it counts a third. */
const RATE_WINDOW_MS = 3000

/** Bytes of one part while it is under way. */
export interface PartMeter {
  /** So many bytes moved. */
  add(bytes: number): void
  /** They have to move again. */
  reset(): void
}

export class ProgressMeter {
  readonly #options: ProgressOptions
  #total: number | undefined
  /** May fall, when parts start over. */
  #moved = 0
  /** The most that was told. */
  #told = 0
  #resumed = 0
  #toldAtMs: number
  #rate: number | undefined

  constructor(options: ProgressOptions) {
    this.#options = options
    this.#total = options.total
    this.#toldAtMs = options.now()
  }

  /** What an earlier run had done. */
  resume(bytes: number): void {
    this.#resumed += bytes
    this.#moved += bytes
    this.#told = Math.max(this.#told, this.#moved)
  }

  /** Some of that turned out to be of no use. */
  retract(bytes: number): void {
    this.#resumed -= bytes
    this.#moved -= bytes
  }

  /** Known only now. */
  setTotal(total: number): void {
    this.#total = total
  }

  /** Starts over: nothing that moved so far is of use. What was told stays told until it is reached again. */
  restart(): void {
    this.#moved = 0
    this.#resumed = 0
  }

  part(): PartMeter {
    let bytes = 0
    return {
      add: (count) => {
        bytes += count
        this.#add(count)
      },
      reset: () => {
        this.#moved -= bytes
        bytes = 0
      },
    }
  }

  /** Tells the end, whatever was told last. */
  finish(): void {
    this.#emit(this.#options.now())
  }

  #add(bytes: number): void {
    this.#moved += bytes
    const now = this.#options.now()
    if (now - this.#toldAtMs >= EMIT_EVERY_MS) this.#emit(now)
  }

  #emit(nowMs: number): void {
    const { onProgress, progress_callback } = this.#options
    if (!onProgress && !progress_callback) return
    const before = this.#told
    this.#told = Math.max(before, Math.min(this.#moved, this.#total ?? this.#moved))
    this.#updateRate(this.#told - before, nowMs)
    this.#toldAtMs = nowMs
    onProgress?.({
      bytesDone: this.#told,
      bytesTotal: this.#total,
      bytesResumed: this.#resumed,
      bytesPerSecond: Math.round(this.#rate ?? 0),
    })
    progress_callback?.(this.#told, this.#total ?? 0)
  }

  #updateRate(bytes: number, nowMs: number): void {
    const elapsedMs = nowMs - this.#toldAtMs
    if (elapsedMs <= 0) return
    const current = (bytes * 1000) / elapsedMs
    const past = Math.exp(-elapsedMs / RATE_WINDOW_MS)
    this.#rate = this.#rate === undefined ? current : this.#rate * past + current * (1 - past)
  }
}
