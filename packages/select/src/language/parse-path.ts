// References to fields, and the steps behind a name.
import type { PathStep, Reference } from './ast.js'
import type { Cursor } from './cursor.js'

const INDEX_MAX = 2 ** 31 - 1
const STEPS_MAX = 100

export function parseReference(cursor: Cursor): Reference {
  const head = cursor.identifier('a name')
  return { kind: 'reference', head, path: parsePath(cursor), position: head.position }
}

/** `.name`, `[2]`, `[*]`, as many as there are. */
export function parsePath(cursor: Cursor): readonly PathStep[] {
  const steps: PathStep[] = []
  while (isStep(cursor)) {
    if (steps.length >= STEPS_MAX)
      throw cursor.fail(cursor.peek().position, `A path has at most ${STEPS_MAX} steps.`)
    steps.push(parseStep(cursor))
  }
  return steps
}

/** `.*` is no step: it belongs to the projection. */
function isStep(cursor: Cursor): boolean {
  return cursor.isSymbol('[') || (cursor.isSymbol('.') && !cursor.isSymbol('*', 1))
}

function parseStep(cursor: Cursor): PathStep {
  const { position } = cursor.next()
  const isMember = cursor.peek(-1).value === '.'
  if (isMember) return { kind: 'member', identifier: cursor.identifier('a name behind the point') }
  const step = parseBracket(cursor, position)
  cursor.expectSymbol(']')
  return step
}

function parseBracket(cursor: Cursor, position: number): PathStep {
  if (cursor.acceptSymbol('*')) return { kind: 'wildcard', position }
  const token = cursor.peek()
  const index = Number(token.text)
  if (token.kind !== 'number' || !/^\d+$/.test(token.text) || index > INDEX_MAX) {
    throw cursor.unexpected('an index from 0, or *')
  }
  cursor.next()
  return { kind: 'index', index, position }
}
