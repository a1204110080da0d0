// What a query has come to so far, whichever execution ran its batches.
import type { Query } from './analysis/query.js'
import { Accumulator } from './evaluate/accumulator.js'

export class QueryState {
  /** Of a header line, once it was read; undefined before. */
  headerNames: readonly string[] | undefined
  /** One for each of `query.aggregates`. */
  readonly accumulators: readonly Accumulator[]
  readonly #isAggregate: boolean
  readonly #limit: number
  #written = 0

  constructor(query: Query) {
    this.accumulators = query.aggregates.map(({ name }) => new Accumulator(name))
    this.#isAggregate = query.aggregates.length > 0
    this.#limit = query.statement.limit ?? Number.POSITIVE_INFINITY
  }

  /** Records that may still be written. */
  get remaining(): number {
    return this.#limit - this.#written
  }

  /** Whether no further record can change the result: aggregates want all, unless LIMIT is 0. */
  get isDone(): boolean {
    return this.#isAggregate ? this.#limit === 0 : this.remaining <= 0
  }

  countWritten(records: number): void {
    this.#written += records
  }
}
