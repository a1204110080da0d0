// The result on its way out. Small pieces are gathered, as telling the server of one costs more than copying it.
import { FileBytes, readPart } from '../batch-bytes.js'
import type { ResultPart, ResultPiece } from '../execution.js'
import { RECORDS_BYTES_MAX, readJson } from '../frames.js'
import { RESULT_FILE, type TakenMessage } from '../messages.js'
import { ResultFile } from './result-file.js'
import type { ServerLink } from './server-link.js'
import { WrittenFiles } from './written-files.js'

/** How long small pieces wait for more. */
const GATHERED_MS = 100
const { slotBytes } = RESULT_FILE
/** Files that are smaller are gathered as other pieces are. */
const WRITTEN_BYTES_MIN = 256 * 1024

export class Output {
  readonly #link: ServerLink
  readonly #file: ResultFile
  readonly #written: WrittenFiles
  #gathered: Buffer | undefined
  #gatheredBytes = 0
  #timer: NodeJS.Timeout | undefined
  /** What was gathered is being sent, and nothing may be added to it. */
  #flushing: Promise<void> | undefined

  constructor(link: ServerLink, folder: string) {
    this.#link = link
    this.#file = new ResultFile(link, folder)
    this.#written = new WrittenFiles(link)
    link.onTaken((frame) => {
      const { slot } = readJson(frame) as TakenMessage
      if (slot === null) this.#written.take()
      else this.#file.give(slot)
    })
  }

  /** A piece is read before the next one is asked for, and not any more then. */
  async add(pieces: AsyncIterable<ResultPiece>): Promise<void> {
    for await (const piece of pieces) {
      const wait = piece instanceof Uint8Array ? this.#add(piece) : this.#addPart(piece)
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

  async #addPart(part: ResultPart): Promise<void> {
    if (part.length < WRITTEN_BYTES_MIN) return this.#add(bytesOfFile(part))
    await this.flush()
    await this.#written.pass(part)
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

function bytesOfFile({ path, length }: ResultPart): Buffer {
  const file = new FileBytes(path, length)
  try {
    return readPart(file, 0, length)
  } finally {
    file.close()
  }
}
