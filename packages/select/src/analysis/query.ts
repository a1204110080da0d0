// What a statement asks of an object, once its names are resolved.
import type { Expression, Identifier, PathStep, Reference, Statement } from '../language/ast.js'

/** Steps within a record: never `[*]`, which only FROM may have. */
export type FieldStep = Exclude<PathStep, { readonly kind: 'wildcard' }>

export type Field =
  /** A column of CSV by its place, from 0. */
  | { readonly kind: 'position'; readonly index: number }
  /** A column of CSV by the name in the header line. */
  | { readonly kind: 'header'; readonly identifier: Identifier }
  /** Of JSON and Parquet, from the record downwards; without steps the record itself. */
  | { readonly kind: 'path'; readonly steps: readonly FieldStep[] }

export interface OutputColumn {
  /** The alias, else the last name of a reference, else `_N` by the column's place from 1. */
  readonly name: string
  readonly expression: Expression
}

export type Aggregate = Extract<Expression, { readonly kind: 'aggregate' }>

export interface Query {
  readonly statement: Statement
  readonly output: '*' | readonly OutputColumn[]
  /** Every aggregate, from the left; without any, each record that fits is a result. */
  readonly aggregates: readonly Aggregate[]
  /** What each reference of the statement names. */
  readonly fields: ReadonlyMap<Reference, Field>
}
