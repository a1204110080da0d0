// One call within a transfer, typed by its operation.
import type { Input } from '@coset/protocol'
import type { Body } from '../body.js'
import type { CallOptions, Context } from '../context.js'
import { execute } from '../execute.js'
import type { OperationInput, OperationName, OperationOutput } from '../operations.js'

/** What stands beside the input of every transfer. */
export interface CallExtras extends CallOptions {
  readonly body?: Body
  readonly retries?: number | undefined
  readonly bodyRetries?: number | undefined
}

export async function call<N extends OperationName>(
  context: Context,
  name: N,
  input: OperationInput<N>,
  { body, retries, bodyRetries, ...options }: CallExtras,
): Promise<OperationOutput<N>> {
  const output = await execute(context, {
    name,
    input: input as Input,
    options,
    retries,
    bodyRetries,
    ...(body && { body }),
  })
  // Decoded by the very descriptor that this type is made of.
  return output as OperationOutput<N>
}

/**
 * A part is tried more often than a single call: what is lost with it is the whole transfer, and a network that is
 * away for some seconds should not cost that. With the default of 3 it is given up after half a minute or so.
 */
export function partRetries({ settings }: Context): number {
  return settings.retries * 3
}
