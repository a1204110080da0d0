// The operations as methods: their types follow from the descriptors, and so do the methods themselves.
import {
  COS_PREFIX,
  type CompiledOperation,
  type CopySource,
  compileOperation,
  type Members,
  operations,
  type Values,
} from '@coset/protocol'
import type { BodyInput } from './body.js'
import type { CallOptions } from './context.js'
import type { ObjectBodyBase } from './object-body.js'
import type { SelectBodyBase } from './select/select-body.js'

type Operations = typeof operations
export type OperationName = keyof Operations

/** One plain object type instead of an intersection, so that an editor shows its fields. */
type Flatten<T> = { [K in keyof T]: T[K] } & {}

/** A value, or the text that COS's own samples give for it. */
export type Loose<T> = T extends BodyInput
  ? T
  : T extends CopySource
    ? T | string
    : T extends Date
      ? Date | string
      : T extends number
        ? number | `${number}`
        : T extends boolean
          ? boolean | 'true' | 'false'
          : T extends object
            ? { [K in keyof T]: Loose<T[K]> }
            : T

type LooseMembers<T> = { [K in keyof T]: Loose<T[K]> }

/** What every result has beside its members. */
export interface ReplyHead {
  /** HTTP status of the reply. */
  readonly statusCode: number
  /** The server's name for this request, to quote in a complaint. */
  readonly requestId: string | undefined
  /** All headers of the reply, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
}

type InputOf<I extends Members> = LooseMembers<Values<I, BodyInput>>
type OutputOf<O extends Members, B, S> = Flatten<Values<O, B, S> & ReplyHead>

/** The input of a method, such as `OperationInput<'putObject'>`. */
export type OperationInput<N extends OperationName> = InputOf<Operations[N]['input']>
/**
 * What a method resolves to, such as `OperationOutput<'getObject'>`. `B`: the platform's own body of objects, `S`: of
 * results.
 */
export type OperationOutput<N extends OperationName, B = ObjectBodyBase, S = SelectBodyBase> = OutputOf<
  Operations[N]['output'],
  B,
  S
>

/** The input may be left out where all of it may. */
type Method<I, O> =
  Partial<I> extends I
    ? (input?: I, options?: CallOptions) => Promise<O>
    : (input: I, options?: CallOptions) => Promise<O>

/** A method for each operation; all reject with a CosServiceError or a CosClientError. */
export type CosOperations<B = ObjectBodyBase, S = SelectBodyBase> = {
  readonly [N in keyof Operations]: Method<
    InputOf<Operations[N]['input']>,
    OutputOf<Operations[N]['output'], B, S>
  >
}

const compiledByName = new Map<OperationName, CompiledOperation>()

export function compiledOperation(name: OperationName): CompiledOperation {
  const known = compiledByName.get(name)
  if (known) return known
  const compiled = compileOperation(operations[name], COS_PREFIX)
  compiledByName.set(name, compiled)
  return compiled
}

/** Makes the call of one operation. */
export type Caller = (name: OperationName, input: unknown, options: unknown) => Promise<unknown>

class OperationMethodsBase {
  readonly #call: Caller

  constructor(call: Caller) {
    this.#call = call
  }

  static {
    for (const name of Object.keys(operations) as OperationName[]) {
      const value = function (this: OperationMethodsBase, input: unknown, options: unknown) {
        return this.#call(name, input, options)
      }
      Object.defineProperty(OperationMethodsBase.prototype, name, {
        value,
        configurable: true,
        writable: true,
      })
    }
  }
}

/** The class that clients extend. TypeScript can not see the methods that the loop above defines. */
export const OperationMethods = OperationMethodsBase as unknown as new <B>(call: Caller) => CosOperations<B>
