// Pieces of the result that stand in files already: the server reads them where they are.
import { basename } from 'node:path'
import type { ResultPart } from '../execution.js'
import { WRITTEN_FILES, type WrittenMessage, writtenName } from '../messages.js'
import type { ServerLink } from './server-link.js'

const { filesMax, partBytes, partsAhead } = WRITTEN_FILES

export class WrittenFiles {
  readonly #link: ServerLink
  /** Parts that the server was told of and has not read. */
  #untaken = 0
  #waiting: (() => void) | undefined

  constructor(link: ServerLink) {
    this.#link = link
  }

  /** Of a file that is not empty. Resolves when it may be written anew. To be asked by one at a time. */
  async pass({ path, length }: ResultPart): Promise<void> {
    const number = numberOf(path)
    for (let start = 0; start < length; start += partBytes) {
      await this.#untilUntaken(partsAhead - 1)
      this.#untaken++
      const part: WrittenMessage = { number, start, length: Math.min(partBytes, length - start) }
      await this.#link.send('written', part)
    }
    await this.#untilUntaken(0)
  }

  /** The server has read the part that it was told of first. */
  take(): void {
    this.#untaken--
    this.#waiting?.()
    this.#waiting = undefined
  }

  async #untilUntaken(most: number): Promise<void> {
    while (this.#untaken > most) {
      await new Promise<void>((resolve) => {
        this.#waiting = resolve
      })
    }
  }
}

function numberOf(path: string): number {
  const name = basename(path)
  for (let number = 0; number < filesMax; number++) if (name === writtenName(number)) return number
  throw new Error('A file of results has not the name that it should have.')
}
