import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyze } from '../analysis/analyze.js'
import type { Execution } from '../execution.js'
import { interpret } from '../interpreted-execution.js'
import { parse } from '../language/parse.js'
import { QueryState } from '../query-state.js'
import type { CsvInput, CsvOutput, OutputFormat, SelectRequest } from '../request.js'
import { CsvFormat } from './csv-format.js'
import { Database } from './database.js'
import { DuckDbExecution } from './duckdb-execution.js'

const INPUT: CsvInput = {
  type: 'csv',
  header: 'USE',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
  comment: '#',
  allowQuotedRecordDelimiter: false,
}
const CSV: CsvOutput = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}
const JSON_LINES: OutputFormat = { type: 'json', recordDelimiter: '\n' }

let folder: string
let database: Database
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-duckdb-'))
  database = await Database.open({ folder, threads: 2, memoryBytesMax: 256 * 1024 * 1024 })
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

interface Asked {
  readonly sql: string
  readonly batches: readonly string[]
  readonly input?: Partial<CsvInput>
  readonly output?: OutputFormat
}

interface Answered {
  readonly text: string
  readonly error: string | undefined
}

async function answerOf(execution: Execution, batches: readonly string[]): Promise<Answered> {
  const pieces: Uint8Array[] = []
  try {
    for (const [index, batch] of batches.entries()) {
      const path = join(folder, 'batch')
      await writeFile(path, batch)
      const given = { path, length: Buffer.byteLength(batch), isFirst: index === 0 }
      for await (const piece of execution.run(given)) pieces.push(piece)
    }
    for await (const piece of execution.finish()) pieces.push(piece)
    return { text: Buffer.concat(pieces).toString(), error: undefined }
  } catch (error) {
    return {
      text: Buffer.concat(pieces).toString(),
      error: (error as { code?: string }).code ?? String(error),
    }
  }
}

function executions({ sql: expression, input, output = CSV }: Asked) {
  const csv = { ...INPUT, ...input }
  const request: SelectRequest = { expression, compression: 'NONE', input: csv, output }
  const query = analyze(parse(expression), csv)
  const now = new Date(0)
  const state = new QueryState(query)
  const interpreter = interpret(query, request, { now, state })
  const seen = { interpreted: 0 }
  const runBytes = interpreter.runBytes.bind(interpreter)
  interpreter.runBytes = (bytes, isFirst) => {
    seen.interpreted++
    return runBytes(bytes, isFirst)
  }
  // One database for all: opening one takes longer than most queries.
  const openDatabase = async () => ({
    rows: (sql: string) => database.rows(sql),
    write: (sql: string) => database.write(sql),
    close: () => undefined,
  })
  const format = new CsvFormat({ query, input: csv, output, state })
  const onDuckDb = new DuckDbExecution({ query, output, format, state, interpreter, folder, openDatabase })
  return { onDuckDb, oracle: interpret(query, request, { now }), seen }
}

async function bothAnswers(asked: Asked) {
  const { onDuckDb, oracle, seen } = executions(asked)
  const expected = await answerOf(oracle, asked.batches)
  const found = await answerOf(onDuckDb, asked.batches)
  return { expected, found, interpreted: seen.interpreted }
}

const PEOPLE =
  'id,Name,amount,note\n1,Ann,10.5,plain\n2,Bob,-3,"with, comma"\n3,Zoë,7,"say ""hi"""\n4,,0.25,\n'
const MORE = '5,Émile,1000,last\n6,_x%y,12,100%\n'

const QUERIES = [
  'SELECT * FROM COSObject',
  'SELECT s.id, s.name FROM COSObject s',
  'SELECT note, id FROM COSObject WHERE CAST(id AS INT) > 1',
  'SELECT id FROM COSObject WHERE CAST(amount AS FLOAT) < 7.5 LIMIT 2',
  'SELECT id FROM COSObject WHERE CAST(amount AS DECIMAL) >= 7',
  `SELECT * FROM COSObject WHERE name = 'Bob' OR name = ''`,
  `SELECT id FROM COSObject WHERE name > 'B' AND NOT name < 'C'`,
  `SELECT id FROM COSObject WHERE name LIKE '%o%'`,
  `SELECT id FROM COSObject WHERE name LIKE 'Zo_'`,
  `SELECT id FROM COSObject WHERE name LIKE '%!%%' ESCAPE '!'`,
  `SELECT id FROM COSObject WHERE note NOT LIKE '%a%'`,
  `SELECT id FROM COSObject WHERE name IN ('Ann', 'Zoë')`,
  `SELECT id FROM COSObject WHERE CAST(id AS INT) NOT IN (1, 3, 5)`,
  `SELECT id FROM COSObject WHERE CAST(id AS INT) BETWEEN 2 AND 4`,
  `SELECT id FROM COSObject WHERE name BETWEEN 'A' AND 'C'`,
  `SELECT id FROM COSObject WHERE name IS NOT NULL AND note IS NOT MISSING`,
  'SELECT CAST(id AS INT) * 2 + 1 AS odd, CAST(id AS INT) > 2 FROM COSObject',
  `SELECT id || ':' || name AS pair FROM COSObject`,
  'SELECT CHAR_LENGTH(name), SUBSTRING(name, 2), SUBSTRING(name, 1, 2), TRIM(note) FROM COSObject',
  `SELECT TRIM(LEADING 'w' FROM note), TRIM(BOTH '"' FROM note), COALESCE(name, id) FROM COSObject`,
  'SELECT COUNT(*), COUNT(name), SUM(CAST(id AS INT)), MIN(CAST(id AS INT)), MAX(CAST(id AS INT)) FROM COSObject',
  'SELECT AVG(CAST(id AS INT)) AS mean FROM COSObject',
  'SELECT SUM(CAST(amount AS FLOAT)), MAX(CAST(amount AS FLOAT)) FROM COSObject WHERE CAST(amount AS FLOAT) > 0',
  "SELECT COUNT(*) FROM COSObject WHERE name LIKE 'none'",
  'SELECT _1, _3 FROM COSObject LIMIT 3',
]

describe('a query on DuckDB', () => {
  it.each(QUERIES)('finds what the interpreter finds: %s', async (sql) => {
    for (const output of [CSV, JSON_LINES, { ...CSV, quoteFields: 'ALWAYS' } as const]) {
      const { expected, found, interpreted } = await bothAnswers({ sql, batches: [PEOPLE, MORE], output })
      expect(found).toEqual(expected)
      expect(expected.error).toBeUndefined()
      expect(interpreted).toBe(0)
    }
  })
})

async function expectSame(asked: Asked): Promise<void> {
  const { expected, found } = await bothAnswers(asked)
  expect(found, JSON.stringify({ ...asked, batches: undefined })).toEqual(expected)
}

/** What DuckDB reads otherwise, or not at all. */
const STRANGE_RECORDS = [
  '1,a,b\n2,"c",d,e\n',
  '1,a\n',
  '1, "a",b,c\n',
  '1,"a" ,b,c\n',
  '1,"a\nb",c,d\n',
  '1,a,b,c\r\n2,d,e,f\r\n',
  '1,a,b,c\r\n2,d,e,f\n',
  '# a,b,c,d\n1,a,b,c\n',
  '\n\n1,a,b,c\n\n2,d,e,f\n',
  '1,"a"b,c,d\n',
  '1,a"b,c,d\n',
  '1,"a,b,c\n',
  '1,a\0b,c,d\n',
  '1,\u0007a,\u001b,c\n',
  '1,a,b,c',
  ',,,\n',
  '"","","",""\n',
  '1,é,\u{1f600},\u2028\n',
  '1,a,b,null\n',
]

describe('a batch that DuckDB would read otherwise', () => {
  const inputs = [
    { header: 'NONE', allowQuotedRecordDelimiter: true },
    { header: 'IGNORE' },
    { header: 'NONE', recordDelimiter: '\r\n' },
  ] as const
  it.each(STRANGE_RECORDS)('is read as it is to be read: %j', async (batch) => {
    const batches = ['7,x,1,y\n', batch, '8,z,2,w\n']
    for (const input of inputs) {
      for (const output of [CSV, JSON_LINES]) {
        await expectSame({ sql: 'SELECT * FROM COSObject', batches, input, output })
      }
      await expectSame({ sql: 'SELECT COUNT(*) FROM COSObject', batches, input })
    }
    await expectSame({ sql: 'SELECT UPPER(_2), _4 FROM COSObject', batches, input: inputs[0] })
  })
})

const STRANGE_NUMBERS = [
  'x',
  '',
  ' 12 ',
  '1e3',
  '0x1F',
  '1_000',
  '12.7',
  '.5',
  '5.',
  '+5',
  '-0',
  'inf',
  'nan',
  '1e999',
  '9223372036854775808',
  '9'.repeat(60),
  '\u0665',
]

describe('a text that is cast', () => {
  it.each(STRANGE_NUMBERS)('is the number that it is to the interpreter, or none: %j', async (text) => {
    const batches = ['1,1\n', `1,${text}\n`]
    for (const type of ['INT', 'FLOAT', 'DECIMAL', 'BOOL']) {
      const condition = type === 'BOOL' ? '= TRUE' : '> 0.5'
      const sql = `SELECT _1 FROM COSObject WHERE CAST(_2 AS ${type}) ${condition}`
      await expectSame({ sql, batches, input: { header: 'NONE' } })
    }
    await expectSame({
      sql: 'SELECT SUM(CAST(_2 AS INT)) FROM COSObject',
      batches,
      input: { header: 'NONE' },
    })
  })
})
