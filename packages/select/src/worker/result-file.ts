// The file that large pieces of a result go through, as the process of a query writes it.
import { closeSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { RESULT_FILE } from '../messages.js'
import type { ServerLink } from './server-link.js'

/** Written without a turn of the event loop for each piece: nobody else waits for this process. */
export class ResultFile {
  readonly #link: ServerLink
  readonly #path: string
  readonly #free: number[] = Array.from({ length: RESULT_FILE.slots }, (_, slot) => slot)
  #file: number | undefined
  #waiting: (() => void) | undefined

  constructor(link: ServerLink, folder: string) {
    this.#link = link
    this.#path = join(folder, RESULT_FILE.name)
  }

  /** At most a slot's bytes. Resolves when their memory is not needed any more. */
  async store(bytes: Uint8Array): Promise<void> {
    const slot = await this.#take()
    this.#file ??= openSync(this.#path, 'wx', 0o600)
    const start = slot * RESULT_FILE.slotBytes
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#file, bytes, done, bytes.length - done, start + done)
    }
    await this.#link.send('stored', { slot, length: bytes.length })
  }

  /** It was read. */
  give(slot: number): void {
    this.#free.push(slot)
    this.#waiting?.()
    this.#waiting = undefined
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file)
    this.#file = undefined
  }

  /** A slot that the server has read; to be asked by one at a time. */
  async #take(): Promise<number> {
    for (;;) {
      const slot = this.#free.shift()
      if (slot !== undefined) return slot
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }
}
