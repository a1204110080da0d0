// From a request's method, resource and query to its operation: the most specific declaration wins.
import type { Operation, Resource } from './operation.js'

export interface RouteQuery {
  readonly method: string
  readonly resource: Resource
  /** Whether the query has this parameter, with a value or without. */
  has(name: string): boolean
}

export interface Matcher<Name extends string> {
  /** The operation, or undefined: nothing is declared for the method on this resource. */
  match(query: RouteQuery): Name | undefined
}

/** Throws when two operations can not be told apart, so that a server with such a table does not start. */
export function createMatcher<Name extends string>(
  operations: Readonly<Record<Name, Operation>>,
): Matcher<Name> {
  const table = new Map<string, { readonly name: Name; readonly operation: Operation }[]>()
  for (const [name, operation] of Object.entries(operations) as [Name, Operation][]) {
    const slot = slotOf(operation.method, operation.resource)
    const rows = table.get(slot) ?? []
    const twin = rows.find((row) => sameQuery(row.operation.query, operation.query))
    if (twin) throw new Error(`The operations ${twin.name} and ${name} match the same requests.`)
    rows.push({ name, operation })
    table.set(slot, rows)
  }
  for (const rows of table.values()) rows.sort((a, b) => b.operation.query.length - a.operation.query.length)
  return {
    match: ({ method, resource, has }) =>
      table.get(slotOf(method, resource))?.find((row) => row.operation.query.every(has))?.name,
  }
}

function slotOf(method: string, resource: Resource): string {
  return `${method} ${resource}`
}

function sameQuery(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}
