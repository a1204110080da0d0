// Content that may be read again, and must then be the same: other bytes under the same key and counter would give both away.
import { loadCrc64 } from '@coset/protocol'
import { CosClientError } from '../errors.js'
import type { UploadSource } from '../transfer/upload-source.js'

/** Content is compared in units of this, or of a granule where that is more. */
const UNIT_BYTES = 512 * 1024
/** Units whose sums are remembered, the last ones read: those of parts that may be sent again. */
const SUMS_MAX = 16_384

export type ReadableSource = Pick<UploadSource, 'size' | 'read' | 'verify'>

export class SteadyContent {
  readonly size: number
  readonly #source: ReadableSource
  readonly #unitBytes: number
  readonly #sums = new Map<number, bigint>()

  /** `granule`: a power of two. */
  constructor(source: ReadableSource, granule: number) {
    this.size = source.size
    this.#source = source
    this.#unitBytes = Math.max(granule, UNIT_BYTES)
  }

  /**
   * Gives nothing that differs from what it gave before, nor anything that was read after the source changed: rejects
   * with kind `changed`. A chunk stays as it is.
   */
  async *read(start: number, end: number): AsyncGenerator<Uint8Array> {
    const { of } = await loadCrc64()
    for await (const [at, unit] of this.#units(start, end)) {
      this.#compare(at, of(unit))
      const [from, to] = [Math.max(start - at, 0), Math.min(end - at, unit.length)]
      if (from < to) yield unit.subarray(from, to)
    }
  }

  /** Whole units, in memory of their own: sources may use theirs again. */
  async *#units(start: number, end: number): AsyncGenerator<readonly [offset: number, unit: Uint8Array]> {
    const bytes = this.#unitBytes
    const last = Math.min(this.size, Math.ceil(end / bytes) * bytes)
    let at = Math.floor(start / bytes) * bytes
    let unit = new Uint8Array(Math.min(bytes, last - at))
    let filled = 0
    for await (const chunk of this.#source.read(at, last - at)) {
      // Only now: what was read before a change must not leave with what was read after it.
      await this.#source.verify()
      for (let used = 0; used < chunk.length && at < last; ) {
        const count = Math.min(unit.length - filled, chunk.length - used)
        unit.set(chunk.subarray(used, used + count), filled)
        used += count
        filled += count
        if (filled < unit.length) continue
        yield [at, unit]
        at += unit.length
        unit = new Uint8Array(Math.min(bytes, last - at))
        filled = 0
      }
    }
    if (at < last) throw changedError()
  }

  #compare(at: number, sum: bigint): void {
    const known = this.#sums.get(at)
    if (known === sum) return
    if (known !== undefined) throw changedError()
    this.#sums.set(at, sum)
    const [oldest] = this.#sums.keys()
    if (this.#sums.size > SUMS_MAX && oldest !== undefined) this.#sums.delete(oldest)
  }
}

function changedError(): CosClientError {
  const message =
    'The content changed while it was being sent. Send it again: it is then encrypted with another key.'
  return new CosClientError('changed', message)
}
