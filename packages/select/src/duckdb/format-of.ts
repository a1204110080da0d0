// How a query's records become tables.
import type { Query } from '../analysis/query.js'
import { QueryState } from '../query-state.js'
import type { SelectRequest } from '../request.js'
import type { ColumnFormat } from './column-format.js'
import { CsvFormat } from './csv-format.js'
import { JsonFormat } from './json-format.js'

/** Of CSV and JSON. */
export function formatOf(
  query: Query,
  { input, output }: SelectRequest,
  state = new QueryState(query),
): ColumnFormat {
  if (input.type === 'parquet') throw new Error('Parquet has tables of its own.')
  return input.type === 'json'
    ? new JsonFormat(query, input, output)
    : new CsvFormat({ query, input, output, state })
}
