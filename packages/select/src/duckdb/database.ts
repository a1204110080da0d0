// A DuckDB that reaches nothing but one folder.
import {
  type DuckDBConnection,
  type DuckDBDataChunk,
  type DuckDBInstance,
  DuckDBListValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api'

export interface DatabaseOptions {
  /** The only place whose files it may read and write. */
  readonly folder: string
  readonly threads: number
  /** Bytes; a query that needs more fails. */
  readonly memoryBytesMax: number
}

export interface TableColumn {
  readonly name: string
  readonly type: DuckDBType
}

export class Database {
  readonly #instance: DuckDBInstance
  /** Of the statement whose rows are read as they are found. */
  readonly #reading: DuckDBConnection
  /** Those of statements that are run at once. */
  readonly #free: DuckDBConnection[]

  /** As SpareDatabase makes them. */
  constructor(instance: DuckDBInstance, reading: DuckDBConnection, free: readonly DuckDBConnection[]) {
    this.#instance = instance
    this.#reading = reading
    this.#free = [...free]
  }

  /** All rows of a statement with a small result. */
  async rows(sql: string): Promise<readonly (readonly DuckDBValue[])[]> {
    return this.#using(async (connection) => (await connection.runAndReadAll(sql)).getRows())
  }

  /** The one value of a statement, which is a list of ints. */
  async ints(sql: string): Promise<Int32Array> {
    const [row] = await this.rows(sql)
    const [value] = row ?? []
    return value instanceof DuckDBListValue ? Int32Array.from(value.items, Number) : new Int32Array(0)
  }

  /** Rows as they are found, some at a time, of one statement at a time; the types are those of their columns. */
  async *stream(sql: string): AsyncGenerator<DuckDBDataChunk> {
    const result = await this.#reading.stream(sql)
    for (;;) {
      const chunk = await result.fetchChunk()
      if (!chunk || chunk.rowCount === 0) return
      yield chunk
    }
  }

  /** Names and types of the columns that a statement would give. */
  async columns(sql: string): Promise<readonly TableColumn[]> {
    const statement = await this.#reading.prepare(sql)
    try {
      return Array.from({ length: statement.columnCount }, (_none, at) => ({
        name: statement.columnName(at),
        type: statement.columnType(at),
      }))
    } finally {
      statement.destroySync()
    }
  }

  /** Runs a statement that writes rows somewhere; resolves to their number. */
  async write(sql: string): Promise<number> {
    return this.#using(async (connection) => (await connection.run(sql)).rowsChanged)
  }

  /** Once no statement is run any more. */
  close(): void {
    for (const connection of [this.#reading, ...this.#free]) connection.closeSync()
    this.#instance.closeSync()
  }

  async #using<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const connection = this.#free.pop()
    if (!connection) throw new Error('As many statements are run as may be.')
    try {
      return await work(connection)
    } finally {
      this.#free.push(connection)
    }
  }
}
