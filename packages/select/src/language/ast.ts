// What a statement of COS Select is, once parsed. Positions count UTF-16 units from the start of its text.

export interface Statement {
  /** `*` alone, or what is asked for. */
  readonly projection: '*' | readonly Projection[]
  readonly from: Source
  readonly where: Expression | undefined
  readonly limit: number | undefined
}

export interface Projection {
  readonly expression: Expression
  /** As written behind AS; undefined where there is none. */
  readonly alias: string | undefined
}

/** `COSObject[*].items[*] AS s`. */
export interface Source {
  /** Behind the object's name: `[*]`, `.name`, `[2]`. */
  readonly path: readonly PathStep[]
  readonly alias: Identifier | undefined
}

export interface Identifier {
  readonly name: string
  /** In double quotes, so that its case counts. */
  readonly quoted: boolean
  readonly position: number
}

export type PathStep =
  | { readonly kind: 'member'; readonly identifier: Identifier }
  | { readonly kind: 'index'; readonly index: number; readonly position: number }
  | { readonly kind: 'wildcard'; readonly position: number }

/** `s.a[0].b`: the first identifier may be the alias of the source, or COSObject itself. */
export interface Reference {
  readonly kind: 'reference'
  readonly head: Identifier
  readonly path: readonly PathStep[]
  readonly position: number
}

export type LiteralValue =
  | { readonly type: 'null' }
  | { readonly type: 'missing' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  /** Without point or exponent. */
  | { readonly type: 'int'; readonly value: bigint }
  /** With point or exponent, as written. */
  | { readonly type: 'decimal'; readonly text: string }
  /** In backticks, as written. */
  | { readonly type: 'timestamp'; readonly text: string }

export type CastType = 'bool' | 'int' | 'string' | 'float' | 'decimal' | 'timestamp'

export type DatePart =
  | 'year'
  | 'month'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'timezone_hour'
  | 'timezone_minute'

export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '='
  | '<>'
  | '<'
  | '<='
  | '>'
  | '>='
  | 'and'
  | 'or'
  | '||'

export type AggregateName = 'avg' | 'count' | 'max' | 'min' | 'sum'
export type FunctionName =
  | 'coalesce'
  | 'nullif'
  | 'date_add'
  | 'date_diff'
  | 'to_string'
  | 'to_timestamp'
  | 'utcnow'
  | 'char_length'
  | 'lower'
  | 'upper'
  | 'substring'

export type Expression =
  | { readonly kind: 'literal'; readonly value: LiteralValue; readonly position: number }
  | Reference
  | {
      readonly kind: 'unary'
      readonly operator: '-' | 'not'
      readonly operand: Expression
      readonly position: number
    }
  | {
      readonly kind: 'binary'
      readonly operator: BinaryOperator
      readonly left: Expression
      readonly right: Expression
      readonly position: number
    }
  | {
      readonly kind: 'in'
      readonly operand: Expression
      readonly list: readonly Expression[]
      readonly negated: boolean
      readonly position: number
    }
  | {
      readonly kind: 'between'
      readonly operand: Expression
      readonly low: Expression
      readonly high: Expression
      readonly negated: boolean
      readonly position: number
    }
  | {
      readonly kind: 'like'
      readonly operand: Expression
      readonly pattern: Expression
      readonly escape: Expression | undefined
      readonly negated: boolean
      readonly position: number
    }
  | {
      readonly kind: 'is'
      readonly operand: Expression
      readonly what: 'null' | 'missing'
      readonly negated: boolean
      readonly position: number
    }
  | {
      /** With `operand`, its value is compared with each `when`; without, the first that is true. */
      readonly kind: 'case'
      readonly operand: Expression | undefined
      readonly branches: readonly { readonly when: Expression; readonly result: Expression }[]
      readonly otherwise: Expression | undefined
      readonly position: number
    }
  | {
      readonly kind: 'cast'
      readonly operand: Expression
      readonly type: CastType
      /** Of decimal: digits in all, and behind the point. */
      readonly precision: number | undefined
      readonly scale: number | undefined
      readonly position: number
    }
  | {
      readonly kind: 'aggregate'
      readonly name: AggregateName
      readonly argument: '*' | Expression
      readonly position: number
    }
  | {
      readonly kind: 'call'
      readonly name: FunctionName
      /** Of date_add, date_diff. */
      readonly part?: DatePart
      readonly arguments: readonly Expression[]
      readonly position: number
    }
  | {
      readonly kind: 'extract'
      readonly part: DatePart
      readonly operand: Expression
      readonly position: number
    }
  | {
      readonly kind: 'trim'
      readonly side: 'leading' | 'trailing' | 'both'
      readonly characters: Expression | undefined
      readonly operand: Expression
      readonly position: number
    }
