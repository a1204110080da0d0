// What a request asks for beyond what its operation takes: never passed over in silence, for a part of a resource
// must not be taken for the resource itself, nor a write be made without what it was to depend on.
import type { IncomingMessage } from 'node:http'
import { Fault } from '@coset/model'
import type { CompiledOperation, Dialect } from '@coset/protocol'
import type { Target } from './target.js'

/** Throws `NotImplemented`. */
export function assertTaken(
  dialect: Dialect,
  compiled: CompiledOperation,
  request: IncomingMessage,
  target: Target,
): void {
  for (const [name] of target.params) {
    if (dialect.reservedQuery.has(name) && !takesParam(compiled, name)) throw notTaken(name)
  }
  const { method } = compiled.operation
  if (method === 'GET' || method === 'HEAD') return
  const { headers } = request
  for (const name of dialect.reservedHeaders) {
    if (headers[name] !== undefined && !takesHeader(compiled, name)) throw notTaken(name)
  }
}

export function notTaken(name: string): Fault {
  return new Fault('NotImplemented', { message: `${name} is not implemented for this request.` })
}

function takesParam({ operation, input }: CompiledOperation, name: string): boolean {
  return operation.query.includes(name) || input.queries.some((member) => member.name === name)
}

function takesHeader({ input }: CompiledOperation, name: string): boolean {
  return input.headers.some((member) => member.name === name)
}
