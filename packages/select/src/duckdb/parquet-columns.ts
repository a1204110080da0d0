// The columns of Parquet, by their names.
import { DuckDBTypeId } from '@duckdb/node-api'
import type { Query } from '../analysis/query.js'
import { memberTest } from '../input/path.js'
import type { Reference } from '../language/ast.js'
import type { TableColumn } from './database.js'
import type { NamedSql } from './output-line.js'
import { writtenColumn } from './parquet-text.js'
import type { PlanColumns } from './plan.js'
import { type Sql, untranslatable } from './sql.js'
import { quotedName } from './sql-text.js'

/** Types of which a value means the same here and there; all ints are calculated with as those of 64 bits. */
const INTS: readonly DuckDBTypeId[] = [
  DuckDBTypeId.TINYINT,
  DuckDBTypeId.SMALLINT,
  DuckDBTypeId.INTEGER,
  DuckDBTypeId.UTINYINT,
  DuckDBTypeId.USMALLINT,
  DuckDBTypeId.UINTEGER,
]

export class ParquetColumns implements PlanColumns {
  readonly #query: Query
  readonly #columns: readonly TableColumn[]

  constructor(query: Query, columns: readonly TableColumn[]) {
    this.#query = query
    this.#columns = columns
  }

  column(reference: Reference): Sql {
    const field = this.#query.fields.get(reference)
    const [step, ...rest] = field?.kind === 'path' ? field.steps : []
    if (step?.kind !== 'member' || rest.length > 0) return untranslatable()
    const found = this.#columns.filter(({ name }) => memberTest(step.identifier)(name))
    const [column] = found
    return column && found.length === 1 ? sqlOf(column) : untranslatable()
  }

  all(): readonly NamedSql[] {
    return this.#columns.map((column) => ({ name: column.name, sql: sqlOf(column) }))
  }
}

function sqlOf({ name, type }: TableColumn): Sql {
  const text = quotedName(name)
  const { typeId } = type
  if (typeId === DuckDBTypeId.VARCHAR) return { text, type: 'text', isNullable: true }
  if (typeId === DuckDBTypeId.BIGINT) return { text, type: 'int', isNullable: true }
  if (INTS.includes(typeId)) return { text: `CAST(${text} AS BIGINT)`, type: 'int', isNullable: true }
  if (typeId === DuckDBTypeId.DOUBLE) return { text, type: 'float', isNullable: true }
  if (typeId === DuckDBTypeId.FLOAT)
    return { text: `CAST(${text} AS DOUBLE)`, type: 'float', isNullable: true }
  if (typeId === DuckDBTypeId.BOOLEAN) return { text, type: 'bool', isNullable: true }
  return writtenColumn(text, type) ?? untranslatable()
}
