// What can be said of a query before its object is read.
import { analyze } from './analysis/analyze.js'
import { parse } from './language/parse.js'
import type { SelectRequest } from './request.js'

/** Throws a SelectError. */
export function checkQuery({ expression, input }: SelectRequest): void {
  analyze(parse(expression), input)
}
