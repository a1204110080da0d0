// Which field a reference names.
import { SelectError } from '../errors.js'
import type { Identifier, PathStep, Reference, Source } from '../language/ast.js'
import { printExpression } from '../language/print.js'
import type { CsvInput, InputFormat } from '../request.js'
import type { Field, FieldStep } from './query.js'

const OBJECT_NAMES: readonly string[] = ['cosobject', 's3object']
const COLUMNS_MAX = 2 ** 31

/** Throws SQLParsingError where no record of this format can have such a field. */
export function resolve(reference: Reference, from: Source, input: InputFormat): Field {
  if (reference.path.some(({ kind }) => kind === 'wildcard')) {
    throw refusal(reference, '[*] stands only behind FROM.')
  }
  return input.type === 'csv' ? resolveColumn(reference, from, input) : resolvePath(reference, from)
}

function refusal(reference: Reference, message: string): SelectError {
  return new SelectError('SQLParsingError', `${printExpression(reference)}: ${message}`)
}

/** Whether the name in a statement fits a name: in double quotes its case counts. */
export function isNamed(identifier: Identifier, name: string): boolean {
  return identifier.quoted ? identifier.name === name : identifier.name.toLowerCase() === name.toLowerCase()
}

function namesRecord(identifier: Identifier, from: Source): boolean {
  const name = recordName(from)
  if (name !== undefined && isNamed(identifier, name)) return true
  return OBJECT_NAMES.includes(identifier.name.toLowerCase())
}

/** Without an alias a record is called like the last member of FROM's path. */
function recordName(from: Source): string | undefined {
  if (from.alias !== undefined) return from.alias.name
  const last = from.path.at(-1)
  return last?.kind === 'member' ? last.identifier.name : undefined
}

function resolvePath(reference: Reference, from: Source): Field {
  const steps = reference.path.filter((step): step is FieldStep => step.kind !== 'wildcard')
  if (namesRecord(reference.head, from)) return { kind: 'path', steps }
  return { kind: 'path', steps: [{ kind: 'member', identifier: reference.head }, ...steps] }
}

function resolveColumn(reference: Reference, from: Source, input: CsvInput): Field {
  const column = columnOf(reference, from)
  // In quotes it may be a name in the header line.
  const isName = column.quoted && input.header === 'USE'
  const position = isName ? undefined : positionOf(reference, column.name)
  if (position !== undefined) return { kind: 'position', index: position - 1 }
  if (input.header === 'USE') return { kind: 'header', identifier: column }
  throw refusal(reference, 'columns have names only with FileHeaderInfo USE; name them _1, _2 and so on.')
}

function columnOf(reference: Reference, from: Source): Identifier {
  const { head, path } = reference
  if (path.length === 0) return head
  const [step, ...rest] = namesRecord(head, from) ? path : [memberStep(head), ...path]
  if (step?.kind === 'member' && rest.length === 0) return step.identifier
  throw refusal(reference, 'a column of CSV has nothing within it.')
}

function memberStep(identifier: Identifier): PathStep {
  return { kind: 'member', identifier }
}

/** From 1; undefined where the name is none of `_N`. */
function positionOf(reference: Reference, name: string): number | undefined {
  const digits = /^_(\d+)$/.exec(name)?.[1]
  if (digits === undefined) return undefined
  const position = Number(digits)
  if (position < 1 || position > COLUMNS_MAX) throw refusal(reference, 'columns count from _1.')
  return position
}
