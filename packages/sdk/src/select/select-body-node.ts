// The result of a SELECT in Node: also straight to a file, or as a stream of Node.
import type { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import type { Checksum } from '@coset/protocol'
import type { Files } from '../files.js'
import { SelectBodyBase, type SelectSource } from './select-body.js'

/**
 * The result of a SELECT, still on its way: each part of it is checked by its CRC-32, and all of it is there only once
 * its end has come. It is read once, by one of its methods or by `for await`, which gives the events; leaving the loop
 * ends the query at the server. A body that is never read keeps its connection: call `cancel()`.
 *
 * Every method rejects with a CosServiceError when the query fails on its way, such as `CastFailed`, and with a
 * CosClientError: of kind `checksum` for damaged bytes, `network` for a reply that ends early, `body` for one that can
 * not be read, `aborted` when the signal fires.
 */
export class SelectBody extends SelectBodyBase {
  readonly #files: Files

  constructor(source: SelectSource, files: Files) {
    super(source)
    this.#files = files
  }

  protected override get checksum(): Checksum {
    return crc32
  }

  /** The result as a stream of Node; destroying it ends the query. */
  getRawStream(): Readable {
    const stream = this.#files.readable(this.chunks())
    stream.once('close', () => this.cancel())
    return stream
  }

  /**
   * Writes the result to a local file: whole, or not at all. What was there before stays until all has arrived and is
   * synced to the disk.
   */
  async getStreamToFile(path: string): Promise<void> {
    try {
      await this.#files.write(path, this.chunks())
    } finally {
      this.cancel()
    }
  }
}
