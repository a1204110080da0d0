// The result on its way out. Pieces are gathered, as telling the server of one costs more than copying it.
import { RECORDS_BYTES_MAX } from '../frames.js'
import { RESULT_FILE } from '../messages.js'
import { ResultFile } from './result-file.js'
import type { ServerLink } from './server-link.js'

/** How long small pieces wait for more. */
const GATHERED_MS = 100
const { slotBytes } = RESULT_FILE

export class Output {
  readonly #link: ServerLink
  readonly #file: ResultFile
  #gathered: Buffer | undefined
  #gatheredBytes = 0
  #timer: NodeJS.Timeout | undefined
  /** What was gathered is being sent, and nothing may be added to it. */
  #flushing: Promise<void> | undefined

  constructor(link: ServerLink, folder: string) {
    this.#link = link
    this.#file = new ResultFile(link, folder)
  }

  /** A piece is read before the next one is asked for, and not any more then. */
  async add(pieces: AsyncIterable<Uint8Array>): Promise<void> {
    for await (const piece of pieces) {
      const wait = this.#add(piece)
      if (wait) await wait
    }
    // What a batch gave does not wait for the next.
    await this.flush()
  }

  /** Resolves when all was sent that was added. */
  flush(): Promise<void> {
    if (this.#flushing) return this.#flushing
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#gatheredBytes === 0) return Promise.resolve()
    this.#flushing = this.#flush().finally(() => {
      this.#flushing = undefined
    })
    return this.#flushing
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#file.close()
  }

  /** A promise only where the piece has to wait. */
  #add(piece: Uint8Array): Promise<void> | undefined {
    if (this.#flushing || this.#gatheredBytes + piece.length >= slotBytes) return this.#addLarge(piece)
    this.#gather(piece)
    return undefined
  }

  async #addLarge(piece: Uint8Array): Promise<void> {
    await this.#flushing
    for (let at = 0; at < piece.length; ) {
      const part = piece.subarray(at, at + slotBytes - this.#gatheredBytes)
      at += part.length
      if (part.length === slotBytes) await this.#file.store(part)
      else this.#gather(part)
      if (this.#gatheredBytes === slotBytes) await this.flush()
    }
  }

  #gather(piece: Uint8Array): void {
    this.#gathered ??= Buffer.allocUnsafeSlow(slotBytes)
    this.#gathered.set(piece, this.#gatheredBytes)
    this.#gatheredBytes += piece.length
    this.#timer ??= setTimeout(() => void this.flush().catch(() => undefined), GATHERED_MS)
  }

  async #flush(): Promise<void> {
    const bytes = this.#gathered?.subarray(0, this.#gatheredBytes)
    if (!bytes) return
    if (bytes.length <= RECORDS_BYTES_MAX) await this.#link.sendRecords(bytes)
    else await this.#file.store(bytes)
    this.#gatheredBytes = 0
  }
}
