// The object's files as the server hands them over.
import { open } from 'node:fs/promises'
import { SelectError } from '../errors.js'
import { readJson } from '../frames.js'
import type { FailedMessage, FileMessage } from '../messages.js'
import type { Span } from '../parquet/footer.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import type { ServerLink } from './server-link.js'

const READ_BYTES = 256 * 1024

export class Intake {
  readonly #link: ServerLink
  readonly #held = new Set<string>()
  /** Of the object so far, decompressed: counted by whoever makes batches. */
  bytesProcessed = 0

  constructor(link: ServerLink) {
    this.#link = link
  }

  /**
   * Each may be written anew once `use` was told of it, or the last ones once `useAll` was. Rejects when the server can't
   * send the object's rest.
   */
  async *files(): AsyncGenerator<FileMessage> {
    for (;;) {
      const frame = await this.#link.next()
      if (frame.kind === 'end') {
        const failure = readJson(frame) as FailedMessage | null
        if (failure) throw new SelectError(failure.code, failure.message)
        return
      }
      const file = readJson(frame) as FileMessage
      this.#held.add(file.path)
      yield file
    }
  }

  /** The object in parts; to be asked for one after the other. */
  ranges(size: number): ObjectRanges {
    return { size, need: (spans) => this.#need(spans), give: (path) => this.use(path) }
  }

  async #need(spans: readonly Span[]): Promise<FileMessage> {
    await this.#link.send('need', { spans })
    const file = readJson(await this.#link.next()) as FileMessage
    this.#held.add(file.path)
    this.bytesProcessed += file.length
    return file
  }

  /** A file was read; without effect for what is none of the server's. */
  async use(path: string): Promise<void> {
    if (!this.#held.delete(path)) return
    await this.#link.send('used', { path, bytesProcessed: this.bytesProcessed })
  }

  /** Also of files that the query needed no further than some record. */
  async useAll(): Promise<void> {
    for (const path of this.#held) await this.use(path)
  }

  /** All of them as one stream of bytes. */
  async *bytes(): AsyncGenerator<Uint8Array> {
    for await (const { path, length } of this.files()) {
      const handle = await open(path, 'r')
      try {
        for (let offset = 0; offset < length; ) {
          const buffer = Buffer.allocUnsafe(Math.min(READ_BYTES, length - offset))
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, offset)
          if (bytesRead === 0) throw new Error('A file of the spool is shorter than it was said to be.')
          offset += bytesRead
          yield buffer.subarray(0, bytesRead)
        }
      } finally {
        await handle.close()
        await this.use(path)
      }
    }
  }
}
