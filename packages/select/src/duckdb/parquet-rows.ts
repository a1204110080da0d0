// Records of Parquet that DuckDB reads and the query is evaluated over here.
import type { DuckDBDataChunk, DuckDBType } from '@duckdb/node-api'
import type { Query } from '../analysis/query.js'
import { compilePath, memberTest } from '../input/path.js'
import { compileProgram, type RowProgram, type Workplace } from '../interpret/row-program.js'
import type { Reference } from '../language/ast.js'
import { ResultBuffer } from '../output/record-writer.js'
import { Struct, type Value } from '../values/value.js'
import type { TableColumn } from './database.js'
import { queryValue } from './parquet-value.js'

/** Places of those that a reference may name; a path's first step does. */
export function wantedPlaces(query: Query, columns: readonly TableColumn[]): ReadonlySet<number> {
  const tests: ((name: string) => boolean)[] = []
  let isAll = query.output === '*'
  for (const field of query.fields.values()) {
    const [step] = field.kind === 'path' ? field.steps : []
    if (step?.kind === 'member') tests.push(memberTest(step.identifier))
    else isAll = true
  }
  const places = [...columns.keys()]
  return new Set(places.filter((at) => isAll || tests.some((fits) => fits(columns[at]?.name ?? ''))))
}

export class ParquetRows {
  readonly #work: Workplace
  readonly #program: RowProgram<Struct>

  constructor(work: Workplace) {
    this.#work = work
    const follow = (reference: Reference) => {
      const field = work.query.fields.get(reference)
      return compilePath(field?.kind === 'path' ? field.steps : [])
    }
    this.#program = compileProgram<Struct>(work, follow, (row) => work.writer.all(row.values, row.names))
  }

  /** @param columns Those of the chunks. */
  async *run(
    chunks: AsyncIterable<DuckDBDataChunk>,
    columns: readonly TableColumn[],
  ): AsyncGenerator<Uint8Array> {
    const names = columns.map(({ name }) => name)
    const types = columns.map(({ type }) => type)
    const results = new ResultBuffer()
    for await (const chunk of chunks) {
      if (this.#work.state.isDone) break
      yield* this.#runChunk(chunk, { names, types, results })
    }
    if (!results.isEmpty) yield results.take()
  }

  *#runChunk(chunk: DuckDBDataChunk, table: Table): Generator<Uint8Array> {
    const { names, types, results } = table
    const { state } = this.#work
    const columns = types.map((type, at) => valuesOf(chunk, at, type))
    for (let row = 0; row < chunk.rowCount && !state.isDone; row++) {
      const values = columns.map((column) => column[row])
      const result = this.#program(new Struct(names, values))
      if (result === undefined) continue
      results.add(result)
      if (results.isFull) yield results.take()
    }
  }
}

interface Table {
  readonly names: readonly string[]
  readonly types: readonly DuckDBType[]
  readonly results: ResultBuffer
}

function valuesOf(chunk: DuckDBDataChunk, at: number, type: DuckDBType): readonly Value[] {
  const vector = chunk.getColumnVector(at)
  const values: Value[] = new Array(chunk.rowCount)
  for (let row = 0; row < chunk.rowCount; row++) values[row] = queryValue(vector.getItem(row), type)
  return values
}
