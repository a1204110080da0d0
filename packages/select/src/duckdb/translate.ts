// Expressions of a query in DuckDB's SQL, as far as both mean exactly the same.
import type { Expression, Reference } from '../language/ast.js'
import { ofType, type Sql, type Translate, untranslatable, type Wish } from './sql.js'
import { quotedText } from './sql-text.js'
import { finite, translateCast } from './translate-cast.js'
import {
  isComparison,
  translateBetween,
  translateComparison,
  translateIn,
  translateIs,
} from './translate-comparison.js'
import { translateCall, translateLike, translateTrim } from './translate-text.js'

type Of<K extends Expression['kind']> = Extract<Expression, { readonly kind: K }>

/** `column` names the column of a reference, or throws Untranslatable. */
export function translator(column: (reference: Reference, wish: Wish | undefined) => Sql): Translate {
  const translate: Translate = (expression, wish) => {
    switch (expression.kind) {
      case 'reference':
        return column(expression, wish)
      case 'literal':
        return translateLiteral(expression)
      case 'unary':
        return translateUnary(expression, translate)
      case 'binary':
        return translateBinary(expression, translate)
      case 'cast':
        return translateCast(expression, translate)
      default:
        return translateOther(expression, translate)
    }
  }
  return translate
}

function translateOther(
  expression: Exclude<Expression, Of<'reference' | 'literal' | 'unary' | 'binary' | 'cast'>>,
  translate: Translate,
): Sql {
  switch (expression.kind) {
    case 'in':
      return translateIn(expression, translate)
    case 'between':
      return translateBetween(expression, translate)
    case 'is':
      return translateIs(expression, translate)
    case 'like':
      return translateLike(expression, translate)
    case 'trim':
      return translateTrim(expression, translate)
    case 'call':
      return translateCall(expression, translate)
    default:
      return untranslatable()
  }
}

function translateLiteral({ value }: Of<'literal'>): Sql {
  switch (value.type) {
    case 'string':
      return value.value.includes('\0') ? untranslatable() : { text: quotedText(value.value), type: 'text' }
    case 'bool':
      return { text: `${value.value}`, type: 'bool' }
    case 'int':
      return { text: `CAST('${value.value}' AS BIGINT)`, type: 'int' }
    default:
      return untranslatable()
  }
}

function translateUnary({ operator, operand }: Of<'unary'>, translate: Translate): Sql {
  if (operator === 'not')
    return { text: `(NOT ${ofType(translate(operand, 'bool'), 'bool').text})`, type: 'bool' }
  const value = translate(operand, 'int')
  return { text: `(-${ofType(value, 'int', 'float').text})`, type: value.type }
}

function translateBinary({ operator, left, right }: Of<'binary'>, translate: Translate): Sql {
  if (isComparison(operator)) return translateComparison({ operator, left, right }, translate)
  const both = (wish: Wish) => [translate(left, wish), translate(right, wish)] as const
  switch (operator) {
    case 'and':
    case 'or': {
      const [a, b] = both('bool')
      return { text: `(${ofType(a, 'bool').text} ${operator} ${ofType(b, 'bool').text})`, type: 'bool' }
    }
    case '||': {
      const [a, b] = both('text')
      return { text: `(${ofType(a, 'text').text} || ${ofType(b, 'text').text})`, type: 'text' }
    }
    case '+':
    case '-':
    case '*':
      return calculation(operator, ...both('int'))
    default:
      // Division by zero is an error in one and null in the other.
      return untranslatable()
  }
}

/** DuckDB's ints fail where they overflow; its floats become infinite. */
function calculation(operator: string, a: Sql, b: Sql): Sql {
  const types = [ofType(a, 'int', 'float').type, ofType(b, 'int', 'float').type]
  const text = `(${a.text} ${operator} ${b.text})`
  return types.includes('float') ? { text: finite(text), type: 'float' } : { text, type: 'int' }
}
