// The columns of CSV, by their places or the names in the header line.
import type { Query } from '../analysis/query.js'
import { columnName, digitsName, type Wanted } from '../columns/wanted.js'
import { columnIndex } from '../input/csv-header.js'
import type { Reference } from '../language/ast.js'
import type { TableColumns } from './column-format.js'
import type { NamedSql } from './output-line.js'
import { type Sql, untranslatable, type Wish } from './sql.js'

export interface CsvHeader {
  /** Of the first record: `*` means as many. */
  readonly count: number
  /** Of the header line, where it counts. */
  readonly names: readonly string[]
}

/** Casts that the kernel does. */
const NUMBERS: Readonly<Partial<Record<Wish, 'int' | 'float' | 'decimal'>>> = {
  'cast to int': 'int',
  'cast to float': 'float',
  'cast to decimal': 'decimal',
}

export class CsvColumns implements TableColumns {
  readonly #query: Query
  readonly #header: CsvHeader
  readonly #isTyped: boolean
  readonly #wanted = new Map<string, Wanted>()
  #isAll = false

  constructor(query: Query, header: CsvHeader, isTyped: boolean) {
    this.#query = query
    this.#header = header
    this.#isTyped = isTyped
  }

  get wanted(): readonly Wanted[] {
    return [...this.#wanted.values()].sort((a, b) => a.column - b.column)
  }

  /** How many columns a record has to have, so that `*` is right for it; 0 for any number. */
  get expected(): number {
    return this.#isAll ? this.#header.count : 0
  }

  column(reference: Reference, wish?: Wish): Sql {
    const index = this.#indexOf(reference)
    return index >= 0 ? this.#fieldAt(index, wish) : untranslatable()
  }

  all(): readonly NamedSql[] {
    this.#isAll = true
    return Array.from({ length: this.#header.count }, (_none, index) => ({
      name: this.#header.names[index] ?? `_${index + 1}`,
      sql: this.#fieldAt(index),
    }))
  }

  #indexOf(reference: Reference): number {
    const field = this.#query.fields.get(reference)
    if (field?.kind === 'position') return field.index
    return field?.kind === 'header' ? columnIndex(this.#header.names, field.identifier) : -1
  }

  #fieldAt(column: number, wish?: Wish): Sql {
    const view = (this.#isTyped && wish && NUMBERS[wish]) || 'text'
    const wanted = { column, view } satisfies Wanted
    const text = columnName(wanted)
    this.#wanted.set(text, wanted)
    if (view === 'text') return { text, type: 'text', isField: true }
    const digits = view === 'decimal' ? { digits: digitsName(wanted) } : {}
    return { text, type: view, ...digits }
  }
}
