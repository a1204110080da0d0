import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ResultPiece } from '../execution.js'
import { openExecution } from '../open-execution.js'
import type { OutputFormat } from '../request.js'
import { bytesOf } from '../result-part.js'
import { CSV_OUTPUT } from '../testing/csv-formats.js'
import { LocalRanges } from '../testing/local-ranges.js'
import { runBatches } from '../worker/run-batches.js'
import { ParquetExecution } from './parquet-execution.js'
import { openDatabase } from './spare-database.js'

const CSV = CSV_OUTPUT
const JSON_LINES: OutputFormat = { type: 'json', recordDelimiter: '\n' }

const TABLE = `(VALUES
  (1, 10::BIGINT, 'Ann', 10.5::DOUBLE, 1.10::DECIMAL(9,2), TIMESTAMP '2024-01-02 03:04:05', DATE '2024-01-02', TRUE,
    {'a': 1, 'b': [1, 2]}, ['x', 'y']),
  (2, 20, 'Bob, "B"', -0.25, 2.25, TIMESTAMP '2024-01-02 03:04:05.5', DATE '1999-12-31', FALSE,
    {'a': 2, 'b': []}, []),
  (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) AS t(id, big, "Name", amount, price, "when", born, flag, nested, items)`

let folder: string
let path: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-parquet-'))
  path = join(folder, 'object')
  const database = await openDatabase({ folder, threads: 1, memoryBytesMax: 128 * 1024 * 1024 })
  await database.write(`COPY (SELECT * FROM ${TABLE}) TO '${path}' (FORMAT parquet, COMPRESSION gzip)`)
  database.close()
})
afterAll(() => rm(folder, { recursive: true }))

interface Answer {
  readonly text: string
  readonly ranges: LocalRanges
}

async function answerOf(expression: string, output: OutputFormat, object: string): Promise<Answer> {
  const request = { expression, compression: 'NONE', input: { type: 'parquet' }, output } as const
  const ranges = await LocalRanges.of(object, folder)
  const execution = await openExecution({
    request,
    folder,
    nowMs: 0,
    threads: 2,
    threadsFromBytes: 0,
    memoryBytesMax: 256 * 1024 * 1024,
    batchBytes: 1024 * 1024,
    rangesBytesMax: 1024 * 1024,
    stored: null,
    delivery: 'ranges',
    objectBytes: ranges.size,
    executionModule: null,
  })
  const pieces: Uint8Array[] = []
  const take = async (found: AsyncIterable<ResultPiece>) => {
    for await (const bytes of bytesOf(found)) pieces.push(Buffer.from(bytes))
  }
  try {
    if (!(execution instanceof ParquetExecution)) throw new Error('This is no query over Parquet.')
    await runBatches(execution, execution.batches(ranges), async (found, { path }) => {
      await take(found)
      await ranges.give(path)
    })
    await take(execution.finish())
  } finally {
    await execution.close()
    await ranges.close()
  }
  return { text: Buffer.concat(pieces).toString(), ranges }
}

async function ask(expression: string, output: OutputFormat = CSV, object = path): Promise<string> {
  return (await answerOf(expression, output, object)).text
}

describe('a query over Parquet', () => {
  it.each([
    ['SELECT id, s.name FROM COSObject s', '1,Ann\n2,"Bob, ""B"""\n3,\n'],
    ['SELECT id FROM COSObject WHERE amount < 0', '2\n'],
    ['SELECT id FROM COSObject WHERE big = 10', '1\n'],
    ['SELECT id FROM COSObject WHERE big IS NULL', '3\n'],
    ['SELECT id FROM COSObject WHERE big IS MISSING', ''],
    ['SELECT id FROM COSObject WHERE nothing IS MISSING LIMIT 1', '1\n'],
    ['SELECT id FROM COSObject WHERE price > 2', '2\n'],
    ['SELECT price FROM COSObject', '1.10\n2.25\n\n'],
    ['SELECT amount FROM COSObject WHERE flag', '10.5\n'],
    [
      'SELECT born, "when" FROM COSObject LIMIT 2',
      '2024-01-02,2024-01-02T03:04:05-00:00\n1999-12-31,2024-01-02T03:04:05.500000-00:00\n',
    ],
    ['SELECT id FROM COSObject WHERE "when" > `2024-01-02T03:04:05Z`', '2\n'],
    ['SELECT EXTRACT(YEAR FROM born) FROM COSObject LIMIT 2', '2024\n1999\n'],
    ['SELECT s.nested.b[1], s.items[0] FROM COSObject s', '2,x\n,\n,\n'],
    ['SELECT COUNT(*), COUNT(big), SUM(big), AVG(id), MAX(amount) FROM COSObject', '3,2,30,2,10.5\n'],
    ['SELECT SUM(price) FROM COSObject', '3.35\n'],
    ['SELECT id FROM COSObject LIMIT 2', '1\n2\n'],
    [`SELECT id FROM COSObject WHERE name LIKE 'B%'`, '2\n'],
  ])('%s', async (sql, expected) => {
    expect(await ask(sql)).toBe(expected)
  })

  it('writes nested values as JSON', async () => {
    expect(await ask('SELECT nested, items, big FROM COSObject', JSON_LINES)).toBe(
      '{"nested":{"a":1,"b":[1,2]},"items":["x","y"],"big":10}\n' +
        '{"nested":{"a":2,"b":[]},"items":[],"big":20}\n' +
        '{"nested":null,"items":null,"big":null}\n',
    )
  })

  it('writes whole records', async () => {
    const [first] = (await ask('SELECT * FROM COSObject', JSON_LINES)).split('\n')
    expect(JSON.parse(first ?? '')).toMatchObject({
      id: 1,
      Name: 'Ann',
      price: 1.1,
      flag: true,
      items: ['x', 'y'],
    })
  })

  it('comes through files of many row groups, in order', async () => {
    const many = join(folder, 'many')
    const database = await openDatabase({ folder, threads: 2, memoryBytesMax: 256 * 1024 * 1024 })
    await database.write(
      `COPY (SELECT range AS id, 'n' || range AS name FROM range(700000)) TO '${many}' (FORMAT parquet)`,
    )
    database.close()
    const lines = (await ask('SELECT id, name FROM COSObject WHERE id >= 10', CSV, many)).split('\n')
    expect(lines).toHaveLength(699_991)
    expect(lines.every((line, at) => line === '' || line === `${at + 10},n${at + 10}`)).toBe(true)
    expect(await ask('SELECT id FROM COSObject WHERE id > 650000 LIMIT 2', CSV, many)).toBe(
      '650001\n650002\n',
    )
  })

  it.each(['', 'PAR1', `PAR1${'x'.repeat(100)}PAR1`])('refuses what is none: %j', async (content) => {
    const other = join(folder, 'other')
    await writeFile(other, content)
    await expect(ask('SELECT * FROM COSObject', CSV, other)).rejects.toMatchObject({
      code: 'ParquetParsingError',
    })
  })
})
