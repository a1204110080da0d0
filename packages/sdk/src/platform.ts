// What differs between Node and a browser, in one place that a build can swap.
import type { Readable } from 'node:stream'
import type { Sha1 } from '@coset/protocol'
import type { CheckpointStore } from './transfer/checkpoint.js'
import type { Transport, TransportOptions } from './transport.js'

export interface Md5 {
  update(bytes: Uint8Array): void
  base64(): string
}

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

export interface Platform {
  readonly sha1: Sha1
  md5(): Md5
  readonly files: Files
  transport(options: TransportOptions): Transport
  /** Where transfers keep what they need to go on later; `folder` instead of the usual one. */
  checkpoints(folder?: string): CheckpointStore
  /** Milliseconds since 1970. */
  now(): number
  /** From 0 up to, not including, 1. */
  random(): number
  /** Rejects at once, with kind `aborted`, when the signal fires. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>
}
