// The content of an object in Node: also as a stream of Node, or straight to a file.
import type { Readable } from 'node:stream'
import type { Files } from './files.js'
import { type BodySource, ObjectBodyBase } from './object-body.js'

/**
 * An object's content, still on its way. It is read once, by one of its methods or by `for await`; leaving the
 * loop ends the transfer. A body that is never read keeps its connection: call `cancel()`.
 *
 * A broken connection is taken up again where it ended, as long as the object is the same. The CRC-64 of a whole
 * object is verified; of a range it can not be, as the server tells only that of the whole. Every method rejects
 * with a CosClientError of kind `network`, `timeout`, `checksum`, `body` or `aborted` unless all bytes arrived.
 */
export class ObjectBody extends ObjectBodyBase {
  readonly #files: Files

  constructor(source: BodySource, files: Files) {
    super(source)
    this.#files = files
  }

  /** As a stream of Node; destroying it ends the transfer. */
  getRawStream(): Readable {
    const chunks = this.take()
    const stream = this.#files.readable({ [Symbol.asyncIterator]: () => chunks })
    // A stream that is destroyed before its first read never starts the iterator, let alone ends it.
    stream.once('close', () => this.cancel())
    return stream
  }

  /**
   * Writes it to a local file: whole, or not at all. What was there before stays until all has arrived and is
   * synced to the disk.
   */
  async getStreamToFile(path: string): Promise<void> {
    const chunks = this.take()
    try {
      await this.#files.write(path, { [Symbol.asyncIterator]: () => chunks })
    } finally {
      this.cancel()
    }
  }
}
