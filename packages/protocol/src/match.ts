// From a request's method, resource and query to its operation: the most specific declaration wins.
import { headerText } from './compile.js'
import type { Operation, Resource } from './operation.js'

export interface RouteQuery {
  readonly method: string
  readonly resource: Resource
  /** Whether the query has this parameter, with a value or without. */
  has(name: string): boolean
  /** Whether the request has this header, by its lower-case name. */
  hasHeader(name: string): boolean
}

export interface Matcher<Name extends string> {
  /** The operation, or undefined: nothing is declared for the method on this resource. */
  match(query: RouteQuery): Name | undefined
}

/** Throws when two operations can not be told apart, so that a server with such a table does not start. */
export function createMatcher<Name extends string>(
  operations: Readonly<Record<Name, Operation>>,
  vendorPrefix: string,
): Matcher<Name> {
  const table = new Map<string, Row<Name>[]>()
  for (const [name, operation] of Object.entries(operations) as [Name, Operation][]) {
    const slot = slotOf(operation.method, operation.resource)
    const rows = table.get(slot) ?? []
    const { query, selectedBy } = operation
    const row = { name, query, header: selectedBy && headerText(selectedBy, vendorPrefix) }
    const twin = rows.find((other) => isSame(other, row))
    if (twin) throw new Error(`The operations ${twin.name} and ${name} match the same requests.`)
    rows.push(row)
    table.set(slot, rows)
  }
  for (const rows of table.values()) rows.sort((a, b) => weightOf(b) - weightOf(a))
  return {
    match: ({ method, resource, has, hasHeader }) =>
      table
        .get(slotOf(method, resource))
        ?.find(({ query, header }) => query.every(has) && (header === undefined || hasHeader(header)))?.name,
  }
}

interface Row<Name> {
  readonly name: Name
  readonly query: readonly string[]
  readonly header: string | undefined
}

/** More parameters are more specific, and a header on top of them. */
function weightOf({ query, header }: Row<unknown>): number {
  return query.length * 2 + (header === undefined ? 0 : 1)
}

function isSame(a: Row<unknown>, b: Row<unknown>): boolean {
  return a.header === b.header && sameQuery(a.query, b.query)
}

function slotOf(method: string, resource: Resource): string {
  return `${method} ${resource}`
}

function sameQuery(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name))
}
