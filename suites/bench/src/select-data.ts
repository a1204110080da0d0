// The same rows as CSV, JSON LINES and Parquet, and what is asked of each, of coset and of DuckDB.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { SelectObjectContentInput } from '@coset/sdk'
import { runDuckDb } from './duckdb-task.js'

export type Format = 'csv' | 'json' | 'parquet'
export const FORMATS: readonly Format[] = ['csv', 'json', 'parquet']

/** Of a row of CSV on average. */
const ROW_BYTES = 103
/** A fifth of the texts have delimiters in them and are quoted. */
const ROWS = `
  SELECT i AS id, 'person ' || (i % 1000) AS name, (hash(i) % 1000)::INTEGER AS score,
    ((hash(i) % 1000000) / 100.0)::DOUBLE AS amount, 'city ' || (hash(i + 1) % 50) AS city,
    CASE WHEN i % 5 = 0 THEN 'called at noon, said "perhaps", and wants to be called again'
      ELSE 'paid with the card that we know, nothing is open any more' END AS note
  FROM range(ROW_COUNT) rows(i)`
const COLUMNS =
  "{'id': 'BIGINT', 'name': 'VARCHAR', 'score': 'INTEGER', 'amount': 'DOUBLE', 'city': 'VARCHAR', 'note': 'VARCHAR'}"

export interface DataFile {
  readonly format: Format
  readonly path: string
  readonly bytes: number
}

export async function writeData(dir: string, csvBytes: number): Promise<readonly DataFile[]> {
  const rows = ROWS.replace('ROW_COUNT', String(Math.round(csvBytes / ROW_BYTES)))
  const options = { csv: 'FORMAT csv, HEADER true', json: 'FORMAT json', parquet: 'FORMAT parquet' }
  const files: DataFile[] = []
  for (const format of FORMATS) {
    const path = join(dir, `rows.${format}`)
    await runDuckDb({ statements: [`COPY (${rows}) TO '${path}' (${options[format]})`] })
    files.push({ format, path, bytes: (await stat(path)).size })
  }
  return files
}

export interface Question {
  readonly name: string
  /** As coset is asked, of fields in a text or of those that have a type. */
  readonly expression: string
  readonly typedExpression: string
  /** As DuckDB is asked; records go into a file. */
  readonly duckDb: string
  readonly hasRecords: boolean
  /** Share of DuckDB's speed. */
  readonly target: number
}

export const QUESTIONS: readonly Question[] = [
  records('filter 0.1 %', 'score', '= 7', 0.7),
  records('filter 50 %', 'score', '< 500', 0.7),
  aggregate('count', 'COUNT(*)', 'COUNT(*)', 'count(*)'),
  aggregate('average', 'AVG(CAST(s.amount AS FLOAT))', 'AVG(s.amount)', 'avg(amount)'),
  records('SELECT *', undefined, '', 0.4),
]

function records(name: string, field: string | undefined, condition: string, target: number): Question {
  const where = (value: string) => (field === undefined ? '' : ` WHERE ${value} ${condition}`)
  return {
    name,
    expression: `SELECT * FROM COSObject s${where(`CAST(s.${field} AS INT)`)}`,
    typedExpression: `SELECT * FROM COSObject s${where(`s.${field}`)}`,
    duckDb: `SELECT * FROM SOURCE${where(String(field))}`,
    hasRecords: true,
    target,
  }
}

function aggregate(name: string, ofTexts: string, ofTyped: string, duckDb: string): Question {
  return {
    name,
    expression: `SELECT ${ofTexts} FROM COSObject s`,
    typedExpression: `SELECT ${ofTyped} FROM COSObject s`,
    duckDb: `SELECT ${duckDb} FROM SOURCE`,
    hasRecords: false,
    target: 0.7,
  }
}

/** The ways to ask DuckDB: of which the fastest counts. */
export function duckDbStatements(
  { format, path }: DataFile,
  question: Question,
  target: string,
): readonly string[] {
  const sources = {
    csv: [
      `read_csv('${path}', header = true, auto_detect = false, columns = ${COLUMNS})`,
      `read_csv('${path}')`,
    ],
    json: [
      `read_json('${path}', format = 'newline_delimited', columns = ${COLUMNS})`,
      `read_json('${path}')`,
    ],
    parquet: [`read_parquet('${path}')`],
  }[format]
  return sources.map((source) => {
    const query = question.duckDb.replace('SOURCE', source)
    return question.hasRecords ? `COPY (${query}) TO '${target}' (FORMAT csv)` : query
  })
}

type Serializations = Pick<
  SelectObjectContentInput,
  'InputSerialization' | 'OutputSerialization' | 'Expression'
>

export function requestOf(format: Format, question: Question): Serializations {
  const { expression, typedExpression } = question
  switch (format) {
    case 'csv':
      return {
        Expression: expression,
        InputSerialization: { CSV: { FileHeaderInfo: 'USE' } },
        OutputSerialization: { CSV: {} },
      }
    case 'json':
      return {
        Expression: typedExpression,
        InputSerialization: { JSON: { Type: 'LINES' } },
        OutputSerialization: { JSON: {} },
      }
    case 'parquet':
      return {
        Expression: typedExpression,
        InputSerialization: { Parquet: {} },
        OutputSerialization: { CSV: {} },
      }
  }
}
