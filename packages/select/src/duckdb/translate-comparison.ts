// = <> < <= > >=, IN, BETWEEN and IS in DuckDB's SQL.
import type { BinaryOperator, Expression } from '../language/ast.js'
import { compareJson, jsonNumber, jsonText } from './json-value.js'
import { FAIL, type Sql, type SqlType, type Translate, untranslatable, type Wish } from './sql.js'

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>
type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>='

const COMPARISONS: readonly BinaryOperator[] = ['=', '<>', '<', '<=', '>', '>=']
/** Up to here every int is a float. */
const SAFE_INT_DIGITS = 15
/** What their texts say of two values is not how they compare. */
const UNORDERED: readonly SqlType[] = ['json', 'kind', 'time']
const DECIMAL_LITERAL = /^[+-]?\d{1,18}(\.\d{0,9})?$/

export function isComparison(operator: BinaryOperator): operator is Comparison {
  return COMPARISONS.includes(operator)
}

export function translateComparison(
  {
    operator,
    left,
    right,
  }: { readonly operator: Comparison; readonly left: Expression; readonly right: Expression },
  translate: Translate,
): Sql {
  const json = translateJsonComparison(left, operator, right, translate)
  if (json !== undefined) return { text: json, type: 'bool' }
  const [a, b] = alike(left, right, translate)
  return { text: `(${a} ${operator} ${b})`, type: 'bool' }
}

/** Of a field and a number; undefined for other comparisons. */
function translateJsonComparison(
  left: Expression,
  operator: Comparison,
  right: Expression,
  translate: Translate,
): string | undefined {
  const [a, b] = [numberOf(left), numberOf(right)]
  const number = b ?? a
  const other = b === undefined ? right : left
  if (number === undefined || other.kind !== 'reference') return undefined
  const value = translate(other, isShort(number) ? 'order' : 'number')
  const test = b === undefined ? turned(operator) : operator
  if (isForOrder(value))
    return compareOrdered(value, (text) => `${text} ${test} ${doubleOf(number)}`, [number])
  if (value.type !== 'json') return undefined
  if (!DECIMAL_LITERAL.test(number)) return untranslatable()
  return compareJson(value, test, number)
}

/** Of so few digits that no two such numbers are the same float. */
function isShort(number: string): boolean {
  return DECIMAL_LITERAL.test(number) && number.replace(/[^0-9]/g, '').length <= SAFE_INT_DIGITS
}

function isForOrder({ type, digits }: Sql): boolean {
  return type === 'float' && digits !== undefined
}

/** A float that is another one than a short number's stands where the number does that it was read of; else digits tell. */
function compareOrdered(
  { text, digits }: Sql,
  test: (text: string) => string,
  numbers: readonly string[],
): string {
  const isNear = `${digits} > ${SAFE_INT_DIGITS} AND ${text} IN (${numbers.map(doubleOf).join(', ')})`
  return `CASE WHEN ${isNear} THEN ${FAIL} ELSE ${test(text)} END`
}

function doubleOf(number: string): string {
  return `CAST('${number}' AS DOUBLE)`
}

function turned(operator: Comparison): Comparison {
  return ({ '<': '>', '>': '<', '<=': '>=', '>=': '<=', '=': '=', '<>': '<>' } as const)[operator]
}

/** Both sides as the same type: those of unlike types are never equal, and comparing them otherwise is an error. */
function alike(left: Expression, right: Expression, translate: Translate): readonly [string, string] {
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a !== undefined && b !== undefined) return untranslatable()
  if (b !== undefined) {
    const value = withNumber(translate(left, 'number'))
    return [value.text, literalAs(value, b)]
  }
  if (a !== undefined) {
    const value = withNumber(translate(right, 'number'))
    return [literalAs(value, a), value.text]
  }
  const [first, second] = asTexts(...bothSides(left, right, translate))
  const isSame = first.type === second.type && !UNORDERED.includes(first.type)
  return isSame ? [first.text, second.text] : untranslatable()
}

/** A field is wanted as what stands beside it. */
function bothSides(left: Expression, right: Expression, translate: Translate): readonly [Sql, Sql] {
  if (left.kind === 'reference') {
    const other = translate(right)
    return [translate(left, wishBeside(other)), other]
  }
  const other = translate(left)
  return [other, translate(right, wishBeside(other))]
}

function wishBeside({ type }: Sql): Wish | undefined {
  return type === 'text' || type === 'bool' ? type : undefined
}

/** A field of JSON beside a string is one too, or the comparison means something else. */
function asTexts(a: Sql, b: Sql): readonly [Sql, Sql] {
  if (a.type === 'json' && b.type === 'text') return [jsonText(a), b]
  return a.type === 'text' && b.type === 'json' ? [a, jsonText(b)] : [a, b]
}

/** The text of a number that is written in the query. */
export function numberOf(expression: Expression): string | undefined {
  if (expression.kind === 'unary' && expression.operator === '-') {
    const text = numberOf(expression.operand)
    return text === undefined || text.startsWith('-') ? undefined : `-${text}`
  }
  if (expression.kind !== 'literal') return undefined
  const { value } = expression
  if (value.type === 'int') return value.value.toString()
  return value.type === 'decimal' ? value.text : undefined
}

function withNumber(value: Sql): Sql {
  return value.type === 'json' ? jsonNumber(value) : value
}

/** A number beside a value of that type, so that the comparison is as exact as COS Select's. */
function literalAs({ type }: Sql, number: string): string {
  const isInt = /^-?\d+$/.test(number)
  if (type === 'int' && isInt && number.length <= 18) return `CAST(${number} AS BIGINT)`
  if (type === 'int' || type === 'decimal') {
    return DECIMAL_LITERAL.test(number) ? decimalLiteral(number) : untranslatable()
  }
  const isExact = !isInt || number.length <= SAFE_INT_DIGITS
  return type === 'float' && isExact && number.length < 40 ? `CAST('${number}' AS DOUBLE)` : untranslatable()
}

/** Of the narrowest type, so that a value beside it need not become of a wider one. */
function decimalLiteral(number: string): string {
  const [whole = '', behind = ''] = number.replace(/^[+-]/, '').split('.')
  const digits = Math.max(1, whole.length + behind.length)
  return `CAST('${number}' AS DECIMAL(${digits}, ${behind.length}))`
}

export function translateIn({ operand, list, negated }: Of<'in'>, translate: Translate): Sql {
  const operator = negated ? 'NOT IN' : 'IN'
  const numbers = list.flatMap((one) => numberOf(one) ?? [])
  const areShort = numbers.length === list.length && numbers.every(isShort)
  const field = areShort && operand.kind === 'reference' ? translate(operand, 'order') : undefined
  if (field && isForOrder(field)) {
    const test = (text: string) => `${text} ${operator} (${numbers.map(doubleOf).join(', ')})`
    return { text: compareOrdered(field, test, numbers), type: 'bool' }
  }
  const pairs = list.map((one) => alike(operand, one, translate))
  const [value = untranslatable()] = pairs.map(([text]) => text)
  const values = pairs.map(([, text]) => text)
  return { text: `(${value} ${operator} (${values.join(', ')}))`, type: 'bool' }
}

export function translateBetween({ operand, low, high, negated }: Of<'between'>, translate: Translate): Sql {
  const least = translateComparison({ operator: '>=', left: operand, right: low }, translate)
  const most = translateComparison({ operator: '<=', left: operand, right: high }, translate)
  return { text: `(${negated ? 'NOT ' : ''}(${least.text} AND ${most.text}))`, type: 'bool' }
}

/** MISSING is null here, so that the two can't be told apart. */
export function translateIs({ operand, what, negated }: Of<'is'>, translate: Translate): Sql {
  if (what === 'missing' && operand.kind !== 'reference') return untranslatable()
  const { text, type, isNullable } = translate(operand, 'kind')
  if (what === 'missing' && isNullable === true) return untranslatable()
  if (type === 'kind' && what === 'null')
    return { text: `(coalesce(${text}, 0) ${negated ? '<>' : '='} 0)`, type: 'bool' }
  return { text: `(${text} IS ${negated ? 'NOT ' : ''}NULL)`, type: 'bool' }
}
