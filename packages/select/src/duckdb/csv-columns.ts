// The columns of CSV, by their places or the names in the header line.
import type { Query } from '../analysis/query.js'
import { columnIndex } from '../input/csv-header.js'
import type { Reference } from '../language/ast.js'
import { columnName } from './csv-table.js'
import type { NamedSql } from './output-line.js'
import type { PlanColumns } from './plan.js'
import { type Sql, untranslatable } from './sql.js'

export class CsvColumns implements PlanColumns {
  readonly areWhole = false
  readonly countAll = 'count(*)'
  readonly #query: Query
  readonly #count: number
  readonly #names: readonly string[]

  /** `names`: of the header line, where it counts. */
  constructor(query: Query, count: number, names: readonly string[]) {
    this.#query = query
    this.#count = count
    this.#names = names
  }

  column(reference: Reference): Sql {
    const index = this.#indexOf(reference)
    return index >= 0 && index < this.#count ? fieldAt(index) : untranslatable()
  }

  all(): readonly NamedSql[] {
    return Array.from({ length: this.#count }, (_none, index) => ({
      name: this.#names[index] ?? `_${index + 1}`,
      sql: fieldAt(index),
    }))
  }

  #indexOf(reference: Reference): number {
    const field = this.#query.fields.get(reference)
    if (field?.kind === 'position') return field.index
    return field?.kind === 'header' ? columnIndex(this.#names, field.identifier) : -1
  }
}

function fieldAt(index: number): Sql {
  return { text: columnName(index), type: 'text', isField: true }
}
