// What an expression can yield.
import type { Decimal } from './decimal.js'
import type { Timestamp } from './timestamp.js'

/**
 * Undefined is MISSING; a bigint is an int of 64 bits, a number a float. Strings of JSON may hold lone surrogates.
 */
export type Value =
  | undefined
  | null
  | boolean
  | string
  | bigint
  | number
  | Decimal
  | Timestamp
  | Struct
  | readonly Value[]

/** Members in the order they were read, also where a name occurs twice. */
export class Struct {
  readonly names: readonly string[]
  readonly values: readonly Value[]

  constructor(names: readonly string[], values: readonly Value[]) {
    this.names = names
    this.values = values
  }
}
