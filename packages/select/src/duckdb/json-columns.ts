// Fields of JSON records as columns, one for each path and what is wanted of it.
import type { FieldStep, OutputColumn, Query } from '../analysis/query.js'
import type { ResultColumn } from '../columns/json-result.js'
import { COUNTED, columnName, digitsName, fractionsName, type View, type Wanted } from '../columns/wanted.js'
import type { Reference } from '../language/ast.js'
import type { RecordMaker, TableColumns } from './column-format.js'
import type { NamedSql } from './output-line.js'
import { type Sql, type SqlType, untranslatable, type Wish } from './sql.js'

/** What the kernel reads for a wish, where a value of another type is left to whoever reads values as they stand. */
const VIEWS: Readonly<Record<Wish, View>> = {
  'cast to int': 'int',
  'cast to float': 'float',
  'cast to decimal': 'decimal',
  'cast to string': 'printed',
  'cast to bool': 'bool',
  int: 'int',
  number: 'decimal',
  order: 'order',
  sum: 'sum',
  text: 'text',
  bool: 'bool',
  kind: 'kind',
}
const TYPES: Readonly<Record<View, SqlType>> = {
  text: 'text',
  printed: 'text',
  int: 'int',
  float: 'float',
  decimal: 'decimal',
  bool: 'bool',
  kind: 'kind',
  json: 'json',
  span: 'json',
  order: 'float',
  sum: 'decimal',
}

export class JsonColumns implements TableColumns {
  /** Undefined where whole records are written. */
  readonly written: readonly ResultColumn[] | undefined
  readonly #query: Query
  readonly #isTyped: boolean
  /** By the texts of their steps; a column's number is its place here. */
  readonly #paths = new Map<string, readonly FieldStep[]>()
  readonly #wanted = new Map<string, Wanted>()

  constructor(query: Query, recordMaker: RecordMaker, isTyped: boolean) {
    this.#query = query
    this.#isTyped = isTyped
    const isWritten = recordMaker === 'kernel' && query.output !== '*' && query.aggregates.length === 0
    this.written = isWritten ? this.#spansOf(query.output) : undefined
  }

  get wanted(): readonly Wanted[] {
    return [...this.#wanted.values()].sort((a, b) => a.column - b.column)
  }

  get paths(): readonly (readonly FieldStep[])[] {
    return [...this.#paths.values()]
  }

  column(reference: Reference, wish?: Wish): Sql {
    const view = wish === 'kind' || (this.#isTyped && wish) ? VIEWS[wish] : 'json'
    const wanted = this.#want(reference, view)
    const name = columnName(wanted)
    const text = view === 'bool' ? `(${name} <> 0)` : name
    const digits = COUNTED.includes(view) ? { digits: digitsName(wanted) } : {}
    const fractions = view === 'sum' ? { fractions: fractionsName(wanted) } : {}
    return { text, type: TYPES[view], ...digits, ...fractions }
  }

  /** Records are written elsewhere. */
  all(): readonly NamedSql[] {
    return untranslatable()
  }

  #spansOf(columns: readonly OutputColumn[]): readonly ResultColumn[] {
    return columns.map(({ name, expression }) => {
      if (expression.kind !== 'reference') return untranslatable()
      return { name, path: this.#want(expression, 'span').column }
    })
  }

  #want(reference: Reference, view: View): Wanted {
    const field = this.#query.fields.get(reference)
    const steps = field?.kind === 'path' ? field.steps : untranslatable()
    const text = steps.map(textOf).join('')
    this.#paths.set(text, this.#paths.get(text) ?? steps)
    const wanted = { column: [...this.#paths.keys()].indexOf(text), view }
    this.#wanted.set(columnName(wanted), wanted)
    return wanted
  }
}

/** The same for steps that lead to the same. */
function textOf(step: FieldStep): string {
  if (step.kind === 'index') return `[${step.index}]`
  const { name, quoted } = step.identifier
  return quoted ? `.${JSON.stringify(name)}` : `.${name.toLowerCase()}`
}
