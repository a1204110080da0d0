// The file that large pieces of a result go through, as the server reads it.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SelectError } from '../errors.js'
import { RESULT_FILE, type StoredMessage } from '../messages.js'

export class ResultFile {
  readonly #path: string
  #handle: FileHandle | undefined
  #buffer: Buffer | undefined

  constructor(folder: string) {
    this.#path = join(folder, RESULT_FILE.name)
  }

  /** Valid until the next is read. Rejects with a SelectError for what is not there. */
  async read({ slot, length }: StoredMessage): Promise<Uint8Array> {
    const { slots, slotBytes } = RESULT_FILE
    const isSlot = Number.isInteger(slot) && slot >= 0 && slot < slots
    if (!isSlot || !Number.isInteger(length) || length <= 0 || length > slotBytes) throw missing()
    // A link would lead out of the folder.
    this.#handle ??= await open(this.#path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    this.#buffer ??= Buffer.allocUnsafeSlow(slotBytes)
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#handle.read(
        this.#buffer,
        done,
        length - done,
        slot * slotBytes + done,
      )
      if (bytesRead === 0) throw missing()
      done += bytesRead
    }
    return this.#buffer.subarray(0, length)
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }
}

function missing(): SelectError {
  return new SelectError('InternalError', 'A piece of the result is not where its process said it was.')
}
