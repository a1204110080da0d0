// The object's files as the server hands them over.
import { FileBytes } from '../batch-bytes.js'
import { SelectError } from '../errors.js'
import type { Batch, FileBatch } from '../execution.js'
import { readJson } from '../frames.js'
import type { FailedMessage, FileMessage, StartMessage } from '../messages.js'
import type { Span } from '../parquet/footer.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import type { ObjectInput } from './object-input.js'
import type { ServerLink } from './server-link.js'

const READ_BYTES = 256 * 1024

export class SpooledInput implements ObjectInput {
  readonly #link: ServerLink
  readonly #size: number
  bytesRead = 0

  constructor(link: ServerLink, { objectBytes }: Pick<StartMessage, 'objectBytes'>) {
    this.#link = link
    this.#size = objectBytes ?? 0
  }

  async *batches(): AsyncGenerator<Batch> {
    for await (const { path, length, isFirst } of this.#files()) {
      const bytes = new FileBytes(path, length)
      const release = () => {
        bytes.close()
        return this.#give(path)
      }
      yield { bytes, isFirst, release }
    }
  }

  async *bytes(): AsyncGenerator<Buffer> {
    for await (const { path, length } of this.#files()) {
      const bytes = new FileBytes(path, length)
      try {
        for (let at = 0; at < length; at += READ_BYTES) {
          const chunk = Buffer.allocUnsafeSlow(Math.min(READ_BYTES, length - at))
          bytes.read(at, chunk)
          yield chunk
        }
      } finally {
        bytes.close()
        await this.#give(path)
      }
    }
  }

  ranges(): ObjectRanges {
    return {
      size: this.#size,
      need: (spans) => this.#need(spans),
      give: (path) => this.#give(path),
    }
  }

  end(): Promise<void> {
    return this.#link.send('enough')
  }

  close(): void {}

  /** Rejects when the server can't send the object's rest. */
  async *#files(): AsyncGenerator<FileMessage> {
    for (;;) {
      const frame = await this.#link.next()
      if (frame.kind === 'end') {
        const failure = readJson(frame) as FailedMessage | null
        if (failure) throw new SelectError(failure.code, failure.message)
        return
      }
      const file = readJson(frame) as FileMessage
      this.bytesRead += file.length
      yield file
    }
  }

  async #need(spans: readonly Span[]): Promise<FileBatch> {
    await this.#link.send('need', { spans })
    const file = readJson(await this.#link.next()) as FileMessage
    this.bytesRead += file.length
    return file
  }

  /** It may be written anew. */
  #give(path: string): Promise<void> {
    return this.#link.send('used', { path })
  }
}
