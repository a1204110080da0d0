// Everything that is written as a word with its arguments in brackets, and CASE.
import type { AggregateName, CastType, DatePart, Expression, FunctionName } from './ast.js'
import type { Cursor, ParseExpression } from './cursor.js'

type ParseCall = (cursor: Cursor, parse: ParseExpression, position: number) => Expression

interface Arity {
  readonly name: FunctionName
  readonly min: number
  readonly max: number
}

const PARTS: readonly DatePart[] = ['year', 'month', 'day', 'hour', 'minute', 'second']
const EXTRACTED_PARTS: readonly DatePart[] = [...PARTS, 'timezone_hour', 'timezone_minute']

const ARGUMENTS_MAX = 1000

const CAST_TYPES: ReadonlyMap<string, CastType> = new Map<string, CastType>([
  ['bool', 'bool'],
  ['boolean', 'bool'],
  ['int', 'int'],
  ['integer', 'int'],
  ['string', 'string'],
  ['float', 'float'],
  ['decimal', 'decimal'],
  ['numeric', 'decimal'],
  ['timestamp', 'timestamp'],
])

const CALLS: ReadonlyMap<string, ParseCall> = new Map<string, ParseCall>([
  ...aggregates(['avg', 'count', 'max', 'min', 'sum']),
  ['coalesce', plainCall({ name: 'coalesce', min: 1, max: ARGUMENTS_MAX })],
  ['nullif', plainCall({ name: 'nullif', min: 2, max: 2 })],
  ['char_length', plainCall({ name: 'char_length', min: 1, max: 1 })],
  ['character_length', plainCall({ name: 'char_length', min: 1, max: 1 })],
  ['lower', plainCall({ name: 'lower', min: 1, max: 1 })],
  ['upper', plainCall({ name: 'upper', min: 1, max: 1 })],
  ['to_string', plainCall({ name: 'to_string', min: 2, max: 2 })],
  ['to_timestamp', plainCall({ name: 'to_timestamp', min: 1, max: 1 })],
  ['utcnow', plainCall({ name: 'utcnow', min: 0, max: 0 })],
  ['date_add', dateCall('date_add')],
  ['date_diff', dateCall('date_diff')],
  ['substring', parseSubstring],
  ['trim', parseTrim],
  ['cast', parseCast],
  ['extract', parseExtract],
])

/** Undefined where no call and no CASE stands. */
export function parseCall(cursor: Cursor, parse: ParseExpression): Expression | undefined {
  const token = cursor.peek()
  if (cursor.acceptWord('case')) return cursor.nested(() => parseCase(cursor, parse, token.position))
  if (token.kind !== 'word' || !cursor.isSymbol('(', 1)) return undefined
  const call = CALLS.get(token.value)
  if (call === undefined) throw cursor.fail(token.position, `There is no function ${token.text}.`)
  cursor.next()
  cursor.next()
  const expression = cursor.nested(() => call(cursor, parse, token.position))
  cursor.expectSymbol(')')
  return expression
}

function aggregates(names: readonly AggregateName[]): readonly (readonly [string, ParseCall])[] {
  return names.map((name) => [
    name,
    (cursor, parse, position) => parseAggregate(cursor, parse, { name, position }),
  ])
}

function parseAggregate(
  cursor: Cursor,
  parse: ParseExpression,
  { name, position }: { readonly name: AggregateName; readonly position: number },
): Expression {
  if (cursor.isWord('distinct')) {
    throw cursor.fail(cursor.peek().position, 'DISTINCT is not supported.')
  }
  if (name === 'count' && cursor.acceptSymbol('*'))
    return { kind: 'aggregate', name, argument: '*', position }
  const argument = parse(cursor)
  return cursor.grown({ kind: 'aggregate', name, argument, position }, [argument])
}

function plainCall({ name, min, max }: Arity): ParseCall {
  return (cursor, parse, position) => {
    const found = cursor.isSymbol(')') ? [] : parseList(cursor, parse)
    if (found.length < min || found.length > max) {
      const count = min === max ? `${min}` : `${min} or more`
      throw cursor.fail(position, `${name.toUpperCase()} takes ${count} argument(s), not ${found.length}.`)
    }
    return cursor.grown({ kind: 'call', name, arguments: found, position }, found)
  }
}

/** One or more, with commas between them. */
export function parseList(cursor: Cursor, parse: ParseExpression): readonly Expression[] {
  const list = [parse(cursor)]
  while (cursor.acceptSymbol(',')) list.push(parse(cursor))
  return list
}

function dateCall(name: 'date_add' | 'date_diff'): ParseCall {
  return (cursor, parse, position) => {
    const part = parsePart(cursor, PARTS)
    cursor.expectSymbol(',')
    const first = parse(cursor)
    cursor.expectSymbol(',')
    const second = parse(cursor)
    return cursor.grown({ kind: 'call', name, part, arguments: [first, second], position }, [first, second])
  }
}

function parsePart(cursor: Cursor, parts: readonly DatePart[]): DatePart {
  const part = parts.find((name) => cursor.isWord(name))
  if (part === undefined) throw cursor.unexpected(`one of ${parts.join(', ')}`)
  cursor.next()
  return part
}

function parseExtract(cursor: Cursor, parse: ParseExpression, position: number): Expression {
  const part = parsePart(cursor, EXTRACTED_PARTS)
  cursor.expectWord('from')
  const operand = parse(cursor)
  return cursor.grown({ kind: 'extract', part, operand, position }, [operand])
}

function parseSubstring(cursor: Cursor, parse: ParseExpression, position: number): Expression {
  const found = [parse(cursor)]
  const isWordy = cursor.isWord('from')
  if (!cursor.acceptWord('from')) cursor.expectSymbol(',')
  found.push(parse(cursor))
  const hasLength = isWordy ? cursor.acceptWord('for') : cursor.acceptSymbol(',')
  if (hasLength) found.push(parse(cursor))
  return cursor.grown({ kind: 'call', name: 'substring', arguments: found, position }, found)
}

function parseTrim(cursor: Cursor, parse: ParseExpression, position: number): Expression {
  const sides = ['leading', 'trailing', 'both'] as const
  const written = sides.find((side) => cursor.acceptWord(side))
  const side = written ?? 'both'
  if (written !== undefined && cursor.acceptWord('from')) {
    const operand = parse(cursor)
    return cursor.grown({ kind: 'trim', side, characters: undefined, operand, position }, [operand])
  }
  const first = parse(cursor)
  if (written === undefined && !cursor.isWord('from')) {
    return cursor.grown({ kind: 'trim', side, characters: undefined, operand: first, position }, [first])
  }
  cursor.expectWord('from')
  const operand = parse(cursor)
  return cursor.grown({ kind: 'trim', side, characters: first, operand, position }, [first, operand])
}

function parseCast(cursor: Cursor, parse: ParseExpression, position: number): Expression {
  const operand = parse(cursor)
  cursor.expectWord('as')
  const token = cursor.peek()
  const type = token.kind === 'word' ? CAST_TYPES.get(token.value) : undefined
  if (type === undefined) throw cursor.unexpected(`a type: ${[...CAST_TYPES.keys()].join(', ')}`)
  cursor.next()
  const { precision, scale } = type === 'decimal' ? parsePrecision(cursor) : {}
  return cursor.grown({ kind: 'cast', operand, type, precision, scale, position }, [operand])
}

function parsePrecision(cursor: Cursor): { readonly precision?: number; readonly scale?: number } {
  if (!cursor.acceptSymbol('(')) return {}
  const precision = parseCount(cursor, { min: 1, max: 38 })
  const scale = cursor.acceptSymbol(',') ? parseCount(cursor, { min: 0, max: precision }) : 0
  cursor.expectSymbol(')')
  return { precision, scale }
}

function parseCount(cursor: Cursor, range: { readonly min: number; readonly max: number }): number {
  const token = cursor.peek()
  const count = Number(token.text)
  const fits = token.kind === 'number' && Number.isInteger(count) && count >= range.min && count <= range.max
  if (!fits) throw cursor.unexpected(`a whole number from ${range.min} to ${range.max}`)
  cursor.next()
  return count
}

function parseCase(cursor: Cursor, parse: ParseExpression, position: number): Expression {
  const operand = cursor.isWord('when') ? undefined : parse(cursor)
  const branches: { readonly when: Expression; readonly result: Expression }[] = []
  if (!cursor.isWord('when')) throw cursor.unexpected('WHEN')
  while (cursor.acceptWord('when')) {
    const when = parse(cursor)
    cursor.expectWord('then')
    branches.push({ when, result: parse(cursor) })
  }
  const otherwise = cursor.acceptWord('else') ? parse(cursor) : undefined
  cursor.expectWord('end')
  const parts = [operand, otherwise, ...branches.flatMap(({ when, result }) => [when, result])]
  return cursor.grown({ kind: 'case', operand, branches, otherwise, position }, parts)
}
