// From the text of a statement to its tree.
import type { Identifier, PathStep, Projection, Source, Statement } from './ast.js'
import { Cursor } from './cursor.js'
import { PROJECTIONS_MAX, STATEMENT_SIZE_MAX } from './limits.js'
import { parseExpression } from './parse-expression.js'
import { parsePath } from './parse-path.js'
import { syntaxError } from './syntax-error.js'

const OBJECT_NAMES: ReadonlySet<string> = new Set(['cosobject', 's3object'])

/** What SQL has and COS Select has not, by the word it begins with. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['group', 'GROUP BY'],
  ['order', 'ORDER BY'],
  ['having', 'HAVING'],
  ['union', 'UNION'],
  ['intersect', 'INTERSECT'],
  ['except', 'EXCEPT'],
  ['join', 'JOIN'],
  ['inner', 'JOIN'],
  ['left', 'JOIN'],
  ['right', 'JOIN'],
  ['full', 'JOIN'],
  ['cross', 'JOIN'],
  ['natural', 'JOIN'],
  ['outer', 'JOIN'],
  ['distinct', 'DISTINCT'],
  ['unpivot', 'UNPIVOT'],
  ['pivot', 'PIVOT'],
  ['insert', 'INSERT'],
  ['update', 'UPDATE'],
  ['delete', 'DELETE'],
  ['create', 'CREATE'],
  ['drop', 'DROP'],
  ['with', 'WITH'],
])

/** Throws SQLParsingError, which says where and what was expected. */
export function parse(text: string): Statement {
  if (Buffer.byteLength(text) > STATEMENT_SIZE_MAX) {
    throw syntaxError(text, 0, `A statement has at most ${STATEMENT_SIZE_MAX} bytes.`)
  }
  const cursor = new Cursor(text)
  expectClause(cursor, 'select')
  const { projection, star } = parseProjection(cursor)
  expectClause(cursor, 'from')
  const from = parseSource(cursor)
  checkStar(cursor, star, from)
  const where = cursor.acceptWord('where') ? parseExpression(cursor) : undefined
  const limit = cursor.acceptWord('limit') ? parseLimit(cursor) : undefined
  cursor.acceptSymbol(';')
  if (cursor.peek().kind !== 'end') throw unexpectedClause(cursor, 'the end of the statement')
  return { projection, from, where, limit }
}

function expectClause(cursor: Cursor, word: string): void {
  if (!cursor.acceptWord(word)) throw unexpectedClause(cursor, word.toUpperCase())
}

function unexpectedClause(cursor: Cursor, expected: string): Error {
  const token = cursor.peek()
  const refused = token.kind === 'word' ? REFUSED.get(token.value) : undefined
  if (refused !== undefined) return cursor.fail(token.position, `${refused} is not supported.`)
  return cursor.unexpected(expected)
}

interface Projected {
  readonly projection: Statement['projection']
  /** Of `s.*`. */
  readonly star?: Identifier
}

function parseProjection(cursor: Cursor): Projected {
  if (cursor.acceptSymbol('*')) return { projection: '*' }
  if (cursor.isIdentifier() && cursor.isSymbol('.', 1) && cursor.isSymbol('*', 2)) {
    const star = cursor.identifier('a name')
    cursor.next()
    cursor.next()
    return { projection: '*', star }
  }
  if (REFUSED.has(cursor.peek().value)) throw unexpectedClause(cursor, 'a projection')
  const projections = [parseOne(cursor)]
  while (cursor.acceptSymbol(',')) {
    if (projections.length >= PROJECTIONS_MAX) {
      throw cursor.fail(cursor.peek().position, `At most ${PROJECTIONS_MAX} projections.`)
    }
    projections.push(parseOne(cursor))
  }
  return { projection: projections }
}

function parseOne(cursor: Cursor): Projection {
  const expression = parseExpression(cursor)
  return { expression, alias: parseAlias(cursor)?.name }
}

function parseAlias(cursor: Cursor): Identifier | undefined {
  if (cursor.acceptWord('as') || cursor.isIdentifier()) return cursor.identifier('an alias')
  return undefined
}

function parseSource(cursor: Cursor): Source {
  const token = cursor.peek()
  if (cursor.isSymbol('(')) throw cursor.fail(token.position, 'Sub-queries are not supported.')
  const name = cursor.isIdentifier() ? cursor.next().value.toLowerCase() : ''
  if (!OBJECT_NAMES.has(name)) throw cursor.fail(token.position, 'Expected COSObject behind FROM.')
  const path: readonly PathStep[] = parsePath(cursor)
  const alias = parseAlias(cursor)
  if (cursor.isSymbol(','))
    throw cursor.fail(cursor.peek().position, 'JOIN is not supported: FROM names one object.')
  return { path, alias }
}

function checkStar(cursor: Cursor, star: Identifier | undefined, from: Source): void {
  if (star === undefined) return
  const named = from.alias?.name.toLowerCase()
  const name = star.name.toLowerCase()
  const fits = named === undefined ? OBJECT_NAMES.has(name) : named === name
  if (!fits) throw cursor.fail(star.position, `There is nothing called ${star.name} behind FROM.`)
}

function parseLimit(cursor: Cursor): number {
  const token = cursor.peek()
  const limit = Number(token.text)
  const fits = token.kind === 'number' && /^\d+$/.test(token.text) && Number.isSafeInteger(limit)
  if (!fits) throw cursor.unexpected('a whole number from 0')
  cursor.next()
  return limit
}
