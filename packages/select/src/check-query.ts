// What can be said of a query before its object is read.
import type { SelectRequest } from './request.js'

/** Throws a SelectError. */
export function checkQuery(_request: SelectRequest): void {}
