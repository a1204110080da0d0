// Local files, as the client of Node uses them; tests put in their own.
import type { Readable } from 'node:stream'

export interface LocalFile {
  /** Bytes, when it was looked at. */
  readonly size: number
  /** Reads it from its start; fails when its size is no longer `size`. */
  open(): AsyncIterable<Uint8Array>
}

export interface Files {
  open(path: string): Promise<LocalFile>
  /** Whole or not at all: under a temporary name beside `path`, synced, then renamed. */
  write(path: string, bytes: AsyncIterable<Uint8Array>): Promise<void>
  readable(bytes: AsyncIterable<Uint8Array>): Readable
}
