// What is wrong with a statement, and where.
import { SelectError } from '../errors.js'

/** Lines and columns count from 1; a column is a character as JavaScript counts them. */
export function placeOf(text: string, position: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, position)
  const line = before.split('\n').length
  return { line, column: position - before.lastIndexOf('\n') }
}

/** @param position UTF-16 units from the start of the text. */
export function syntaxError(text: string, position: number, message: string): SelectError {
  const { line, column } = placeOf(text, position)
  return new SelectError('SQLParsingError', `Line ${line}, column ${column}: ${message}`)
}
