import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CsvOutput, OutputFormat } from '../request.js'
import { ParquetQueries } from '../testing/parquet-queries.js'
import { openDatabase } from './spare-database.js'

const TABLE = `
  SELECT i, DATE '2024-01-01' + (i * 7)::INTEGER AS born, DATE '0900-01-01' + (i % 2)::INTEGER * 100000 AS old,
    CASE WHEN i % 9 = 0 THEN NULL ELSE TIMESTAMP '2024-01-01 00:00:00' + to_microseconds(i * 250037) END AS micros,
    (TIMESTAMP '1969-12-31 23:59:59' + to_milliseconds(i * 500))::TIMESTAMP_MS AS millis,
    (TIMESTAMP '1969-12-31 23:59:59' + to_microseconds(i * 500000))::TIMESTAMP_NS AS nanos,
    (TIMESTAMP '2024-01-01 00:00:00' + to_microseconds(i * 250000))::TIMESTAMPTZ AS zoned,
    CASE WHEN i = 5 THEN TIMESTAMP 'infinity' ELSE TIMESTAMP '2024-01-01' END AS endless,
    ((i - 50) / 100.0)::DECIMAL(9, 2) AS price, (i - 50)::DECIMAL(9, 0) AS whole, (i - 50)::DECIMAL(38, 2) AS wide,
    CASE WHEN i % 5 = 0 THEN NULL ELSE ((i - 50) / 10000.0)::DECIMAL(4, 4) END AS small,
    CASE WHEN i % 7 = 0 THEN 'nan' WHEN i % 11 = 0 THEN '-inf' ELSE i / 8 END::DOUBLE AS amount,
    (i / 7)::FLOAT AS ratio
  FROM range(100) rows(i)`
const CSV: CsvOutput = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}
const OUTPUTS: readonly OutputFormat[] = [
  CSV,
  { ...CSV, quoteFields: 'ALWAYS' },
  { ...CSV, fieldDelimiter: '-', quote: '0', quoteEscape: '1' },
  { type: 'json', recordDelimiter: '\n' },
]

let folder: string
let path: string
let queries: ParquetQueries
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-text-'))
  path = join(folder, 'object')
  queries = new ParquetQueries(
    await openDatabase({ folder, threads: 1, memoryBytesMax: 128 * 1024 * 1024 }),
    folder,
  )
  await queries.database.write(`COPY (${TABLE}) TO '${path}' (FORMAT parquet)`)
})
afterAll(async () => {
  queries.close()
  await rm(folder, { recursive: true })
})

async function isAlike(sql: string, output?: OutputFormat): Promise<boolean> {
  const { found, expected, isDuckDb } = await queries.compare(sql, path, output)
  expect(found, sql).toEqual(expected)
  return isDuckDb
}

describe('values of Parquet as DuckDB writes them', () => {
  it.each(OUTPUTS)('are those of the interpreter: %j', async (output) => {
    const sql =
      'SELECT i, born, micros, millis, nanos, zoned, price, whole, small, amount, ratio FROM COSObject'
    expect(await isAlike(sql, output)).toBe(true)
  })

  it.each(['old', 'endless', 'wide'])('or left to it: %s', async (column) => {
    expect(await isAlike(`SELECT ${column} FROM COSObject`)).toBe(false)
  })

  it.each([
    'SELECT i FROM COSObject WHERE price > 0.3',
    'SELECT i FROM COSObject WHERE price IN (0.01, 0.3) OR whole BETWEEN 1 AND 5',
    'SELECT i FROM COSObject WHERE born IS NULL OR micros IS NULL',
    'SELECT SUM(price), AVG(small), COUNT(micros) FROM COSObject',
    'SELECT i FROM COSObject WHERE amount > 5',
    'SELECT i FROM COSObject WHERE amount = 8',
    'SELECT MAX(amount), MIN(amount) FROM COSObject',
  ])('are found alike: %s', async (sql) => {
    expect(await isAlike(sql)).toBe(true)
  })

  it.each([
    'SELECT i FROM COSObject WHERE born < micros',
    'SELECT i FROM COSObject WHERE micros < zoned',
    'SELECT SUM(whole) / 7 FROM COSObject',
    'SELECT price + 1, CAST(price AS STRING), COALESCE(small, price) FROM COSObject',
    'SELECT SUM(amount) FROM COSObject',
  ])("are the interpreter's where more is asked of them: %s", async (sql) => {
    await isAlike(sql)
  })
})
