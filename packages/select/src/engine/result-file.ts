// The file that large pieces of a result go through, as the server reads it.
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { SelectError } from '../errors.js'
import { RESULT_FILE, type StoredMessage } from '../messages.js'

const { name, slots, slotBytes } = RESULT_FILE

export class ResultFile {
  readonly #path: string
  #handle: FileHandle | undefined
  readonly #buffers: Buffer[] = []
  #reads = 0

  constructor(folder: string) {
    this.#path = join(folder, name)
  }

  /**
   * Valid until the next but one is read: while one is used, another is made ready. Rejects with a SelectError for what is
   * not there.
   */
  async read({ slot, length }: StoredMessage): Promise<Uint8Array> {
    const isSlot = Number.isInteger(slot) && slot >= 0 && slot < slots
    if (!isSlot || !Number.isInteger(length) || length <= 0 || length > slotBytes) throw missing()
    // A link would lead out of the folder.
    this.#handle ??= await open(this.#path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    const bytes = this.#nextBuffer().subarray(0, length)
    const start = slot * slotBytes
    for (let done = 0; done < length; ) {
      const { bytesRead } = await this.#handle.read(bytes, done, length - done, start + done)
      if (bytesRead === 0) throw missing()
      done += bytesRead
    }
    return bytes
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  #nextBuffer(): Buffer {
    const turn = this.#reads++ % 2
    const buffer = this.#buffers[turn] ?? Buffer.allocUnsafeSlow(slotBytes)
    this.#buffers[turn] = buffer
    return buffer
  }
}

function missing(): SelectError {
  return new SelectError('InternalError', 'A piece of the result is not where its process said it was.')
}
