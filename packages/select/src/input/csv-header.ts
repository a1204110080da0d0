// The names in a header line.
import { isNamed } from '../analysis/resolve.js'
import { SelectError } from '../errors.js'
import type { Identifier } from '../language/ast.js'
import { printIdentifier } from '../language/print.js'

/** From 0. Throws AmbiguousFieldName, and SQLParsingError where there is no such column. */
export function columnIndex(names: readonly string[], identifier: Identifier): number {
  const found = [...names.keys()].filter((index) => isNamed(identifier, names[index] ?? ''))
  const [index] = found
  const shown = printIdentifier(identifier)
  if (found.length > 1) {
    const advice = 'name the column by its place, such as _1, or in double quotes, where only case differs'
    throw new SelectError('AmbiguousFieldName', `${found.length} columns are called ${shown}: ${advice}.`)
  }
  if (index === undefined) {
    throw new SelectError('SQLParsingError', `The header line has no column called ${shown}.`)
  }
  return index
}
