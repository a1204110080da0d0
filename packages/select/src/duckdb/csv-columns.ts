// The columns of CSV, by their places or the names in the header line.
import type { Query } from '../analysis/query.js'
import { columnName, digitsName, type View, type Wanted } from '../columns/wanted.js'
import { columnIndex } from '../input/csv-header.js'
import type { Reference } from '../language/ast.js'
import type { TableColumns } from './column-format.js'
import type { NamedSql } from './output-line.js'
import { type Sql, untranslatable } from './sql.js'

export interface CsvHeader {
  /** Of the first record: `*` means as many. */
  readonly count: number
  /** Of the header line, where it counts. */
  readonly names: readonly string[]
}

export class CsvColumns implements TableColumns {
  readonly areWhole = false
  readonly counted = '*'
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

  column(reference: Reference, view: View = 'text'): Sql {
    const index = this.#indexOf(reference)
    return index >= 0 ? this.#fieldAt(index, view) : untranslatable()
  }

  all(): readonly NamedSql[] {
    this.#isAll = true
    return Array.from({ length: this.#header.count }, (_none, index) => ({
      name: this.#header.names[index] ?? `_${index + 1}`,
      sql: this.#fieldAt(index, 'text'),
    }))
  }

  #indexOf(reference: Reference): number {
    const field = this.#query.fields.get(reference)
    if (field?.kind === 'position') return field.index
    return field?.kind === 'header' ? columnIndex(this.#header.names, field.identifier) : -1
  }

  #fieldAt(column: number, view: View): Sql {
    const isNumber = this.#isTyped && (view === 'int' || view === 'float' || view === 'decimal')
    const wanted: Wanted = { column, view: isNumber ? view : 'text' }
    const text = columnName(wanted)
    this.#wanted.set(text, wanted)
    if (wanted.view === 'text' || wanted.view === 'json') return { text, type: 'text', isField: true }
    const digits = wanted.view === 'decimal' ? { digits: digitsName(wanted) } : {}
    return { text, type: wanted.view, ...digits }
  }
}
