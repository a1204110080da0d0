// From a tree back to text, which parses to the same tree.
import type {
  BinaryOperator,
  Expression,
  Identifier,
  LiteralValue,
  PathStep,
  Projection,
  Statement,
} from './ast.js'
import { RESERVED_WORDS } from './reserved-words.js'

/** Higher binds tighter. */
const LEVELS = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  '=': 5,
  '<>': 5,
  '<': 6,
  '<=': 6,
  '>': 6,
  '>=': 6,
  like: 7,
  between: 8,
  in: 9,
  '||': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '/': 12,
  '%': 12,
  sign: 13,
  primary: 14,
} as const

type Of<Kind extends Expression['kind']> = Extract<Expression, { readonly kind: Kind }>

/** With no more brackets than priorities ask for; keywords in capitals. */
export function print(statement: Statement): string {
  const { projection, from, where, limit } = statement
  const asked = projection === '*' ? '*' : projection.map(printProjection).join(', ')
  const alias = from.alias === undefined ? '' : ` AS ${printIdentifier(from.alias)}`
  const condition = where === undefined ? '' : ` WHERE ${printExpression(where)}`
  const end = limit === undefined ? '' : ` LIMIT ${limit}`
  return `SELECT ${asked} FROM COSObject${printPath(from.path)}${alias}${condition}${end}`
}

function printProjection({ expression, alias }: Projection): string {
  const name = alias === undefined ? '' : ` AS ${quoted(alias)}`
  return `${printExpression(expression)}${name}`
}

export function printIdentifier({ name, quoted: isQuoted }: Identifier): string {
  return isQuoted || RESERVED_WORDS.has(name.toLowerCase()) ? quoted(name) : name
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

function printPath(path: readonly PathStep[]): string {
  return path.map(printStep).join('')
}

function printStep(step: PathStep): string {
  if (step.kind === 'member') return `.${printIdentifier(step.identifier)}`
  return step.kind === 'index' ? `[${step.index}]` : '[*]'
}

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'literal':
      return printLiteral(expression.value)
    case 'reference':
      return `${printIdentifier(expression.head)}${printPath(expression.path)}`
    case 'unary':
      return printUnary(expression)
    case 'binary':
      return printBinary(expression)
    case 'in':
    case 'between':
    case 'like':
    case 'is':
      return printPredicate(expression)
    case 'case':
      return printCase(expression)
    default:
      return printCall(expression)
  }
}

function printLiteral(value: LiteralValue): string {
  switch (value.type) {
    case 'null':
    case 'missing':
      return value.type.toUpperCase()
    case 'bool':
      return value.value ? 'TRUE' : 'FALSE'
    case 'string':
      return `'${value.value.replaceAll("'", "''")}'`
    case 'int':
      return `${value.value}`
    case 'decimal':
      return value.text
    case 'timestamp':
      return `\`${value.text.replaceAll('`', '``')}\``
  }
}

/** In brackets unless it binds at least as tightly as its place asks. */
function operandOf(expression: Expression, level: number): string {
  const text = printExpression(expression)
  return levelOf(expression) < level ? `(${text})` : text
}

function levelOf(expression: Expression): number {
  switch (expression.kind) {
    case 'unary':
      return expression.operator === 'not' ? LEVELS.not : LEVELS.sign
    case 'binary':
      return LEVELS[expression.operator]
    case 'in':
    case 'between':
    case 'like':
    case 'is':
      return LEVELS[expression.kind]
    default:
      return LEVELS.primary
  }
}

function printUnary({ operator, operand }: Of<'unary'>): string {
  if (operator === 'not') return `NOT ${operandOf(operand, LEVELS.not)}`
  const text = operandOf(operand, LEVELS.sign)
  // Digits right behind a sign would be read as a number with that sign.
  return /^[\d.]/.test(text) ? `-(${text})` : `- ${text}`
}

function printBinary({ operator, left, right }: Of<'binary'>): string {
  const level = LEVELS[operator]
  return `${operandOf(left, level)} ${word(operator)} ${operandOf(right, level + 1)}`
}

function word(operator: BinaryOperator): string {
  return operator.toUpperCase()
}

function printPredicate(expression: Of<'in'> | Of<'between'> | Of<'like'> | Of<'is'>): string {
  const operand = operandOf(expression.operand, LEVELS[expression.kind])
  const not = expression.negated ? 'NOT ' : ''
  switch (expression.kind) {
    case 'is':
      return `${operand} IS ${not}${expression.what.toUpperCase()}`
    case 'in':
      return `${operand} ${not}IN (${expression.list.map(printExpression).join(', ')})`
    case 'between': {
      const low = operandOf(expression.low, LEVELS.in)
      return `${operand} ${not}BETWEEN ${low} AND ${operandOf(expression.high, LEVELS.in)}`
    }
    case 'like': {
      const mark = expression.escape
      const pattern = operandOf(expression.pattern, LEVELS.between)
      const tail = mark === undefined ? '' : ` ESCAPE ${operandOf(mark, LEVELS.between)}`
      return `${operand} ${not}LIKE ${pattern}${tail}`
    }
  }
}

function printCase({ operand, branches, otherwise }: Of<'case'>): string {
  const subject = operand === undefined ? '' : ` ${printExpression(operand)}`
  const cases = branches.map(
    ({ when, result }) => ` WHEN ${printExpression(when)} THEN ${printExpression(result)}`,
  )
  const rest = otherwise === undefined ? '' : ` ELSE ${printExpression(otherwise)}`
  return `CASE${subject}${cases.join('')}${rest} END`
}

function printCall(
  expression: Of<'cast'> | Of<'aggregate'> | Of<'call'> | Of<'extract'> | Of<'trim'>,
): string {
  switch (expression.kind) {
    case 'aggregate': {
      const argument = expression.argument === '*' ? '*' : printExpression(expression.argument)
      return `${expression.name.toUpperCase()}(${argument})`
    }
    case 'cast':
      return `CAST(${printExpression(expression.operand)} AS ${printType(expression)})`
    case 'extract':
      return `EXTRACT(${expression.part.toUpperCase()} FROM ${printExpression(expression.operand)})`
    case 'trim': {
      const characters =
        expression.characters === undefined ? '' : `${printExpression(expression.characters)} `
      return `TRIM(${expression.side.toUpperCase()} ${characters}FROM ${printExpression(expression.operand)})`
    }
    case 'call': {
      const parts = expression.part === undefined ? [] : [expression.part.toUpperCase()]
      const list = [...parts, ...expression.arguments.map(printExpression)]
      return `${expression.name.toUpperCase()}(${list.join(', ')})`
    }
  }
}

function printType({ type, precision, scale }: Of<'cast'>): string {
  const size = precision === undefined ? '' : `(${precision}, ${scale ?? 0})`
  return `${type.toUpperCase()}${size}`
}
