// What a request asks for beyond what its operation takes: never passed over in silence, for a part of a resource
// must not be taken for the resource itself, nor a write be made without what it was to depend on.
import type { IncomingMessage } from 'node:http'
import { Fault } from '@coset/model'
import type { CompiledOperation, Dialect } from '@coset/protocol'
import type { Form } from './form/form.js'
import type { Target } from './target.js'

export interface Asked {
  readonly request: IncomingMessage
  readonly target: Target
  readonly form: Form | undefined
}

/** Throws `NotImplemented`. */
export function assertTaken(
  dialect: Dialect,
  compiled: CompiledOperation,
  { request, target, form }: Asked,
): void {
  assertParamsTaken(dialect, compiled, target)
  for (const name of form?.names ?? []) {
    if (dialect.reservedHeaders.has(name) && !takesField(compiled, name)) throw notTaken(name)
  }
  const { method } = compiled.operation
  if (method === 'GET' || method === 'HEAD') return
  const { headers } = request
  for (const name of dialect.reservedHeaders) {
    if (headers[name] !== undefined && !takesHeader(compiled, name)) throw notTaken(name)
  }
}

/** The part of it that the URL alone tells. */
export function assertParamsTaken(dialect: Dialect, compiled: CompiledOperation, { params }: Target): void {
  for (const [name] of params) {
    if (dialect.reservedQuery.has(name) && !takesParam(compiled, name)) throw notTaken(name)
  }
}

export function notTaken(name: string): Fault {
  return new Fault('NotImplemented', { message: `${name} is not implemented for this request.` })
}

function takesParam({ operation, input }: CompiledOperation, name: string): boolean {
  return operation.query.includes(name) || input.queries.some((member) => member.name === name)
}

function takesField({ input }: CompiledOperation, name: string): boolean {
  return input.form?.fields.some((member) => member.name.toLowerCase() === name) ?? false
}

function takesHeader({ input }: CompiledOperation, name: string): boolean {
  return input.headers.some((member) => member.name === name)
}
