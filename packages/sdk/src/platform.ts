// What differs between Node and a browser, in one place. Nothing here may name a type of either.
import type { Sha1 } from '@coset/protocol'
import type { BodySource, ObjectBodyBase } from './object-body.js'
import type { SelectBodyBase, SelectSource } from './select/select-body.js'
import type { Transport, TransportOptions } from './transport.js'

export interface Md5 {
  update(bytes: Uint8Array): void
  base64(): string
}

export interface Platform {
  readonly sha1: Sha1
  md5(): Md5
  /** The content of an object, in the forms that this platform has. */
  objectBody(source: BodySource): ObjectBodyBase
  /** The result of a SELECT. Loaded when it is asked for, as most programs never do. */
  selectBody(source: SelectSource): Promise<SelectBodyBase>
  transport(options: TransportOptions): Transport
  /** Milliseconds since 1970. */
  now(): number
  /** From 0 up to, not including, 1. */
  random(): number
  /** Rejects at once, with kind `aborted`, when the signal fires. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<void>
}
