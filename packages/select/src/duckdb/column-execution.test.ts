import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CsvInput, OutputFormat } from '../request.js'
import { BothExecutions } from '../testing/both-executions.js'
import { CSV_INPUT, CSV_OUTPUT } from '../testing/csv-formats.js'
import { ColumnExecution } from './column-execution.js'
import { CsvFormat } from './csv-format.js'

const INPUT: CsvInput = { ...CSV_INPUT, header: 'USE' }
const CSV = CSV_OUTPUT
const JSON_LINES: OutputFormat = { type: 'json', recordDelimiter: '\n' }

let both: BothExecutions
beforeAll(async () => {
  both = await BothExecutions.open()
})
afterAll(() => both.close())

interface Asked {
  readonly sql: string
  readonly batches: readonly string[]
  readonly input?: Partial<CsvInput>
  readonly output?: OutputFormat
}

function bothAnswers({ sql: expression, batches, input: changed, output = CSV }: Asked) {
  const input = { ...INPUT, ...changed }
  const request = { expression, compression: 'NONE', input, output } as const
  return both.answer(request, batches, (work) => {
    const format = new CsvFormat({ ...work, input })
    return new ColumnExecution({ ...work, format })
  })
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
      const { expected, found, interpretedBytes } = await bothAnswers({
        sql,
        batches: [PEOPLE, MORE],
        output,
      })
      expect(found).toEqual(expected)
      expect(expected.error).toBeUndefined()
      expect(interpretedBytes).toBe(0)
    }
  })
})

describe('batches that are run at once', () => {
  const batches = [PEOPLE, ...Array.from({ length: 8 }, (_none, at) => MORE.replaceAll('5,', `5${at},`))]
  it.each([
    'SELECT * FROM COSObject',
    'SELECT SUM(CAST(amount AS FLOAT)), COUNT(*) FROM COSObject',
  ])('are answered in order: %s', async (sql) => {
    const { expected, found, interpretedBytes } = await bothAnswers({ sql, batches })
    expect(found).toEqual(expected)
    expect(interpretedBytes).toBe(0)
  })

  it('stand behind those that DuckDB does not read, and before those that fail', async () => {
    const odd = '7,"a" ,3,b\n'
    await expectSame({
      sql: 'SELECT * FROM COSObject',
      batches: [...batches, odd, MORE, odd, odd, odd, MORE],
    })
    await expectSame({
      sql: 'SELECT CAST(id AS INT) FROM COSObject',
      batches: [...batches, 'x,y,1,z\n', ...batches],
    })
  })

  it('end where LIMIT does', async () => {
    for (const limit of [0, 1, 5, 9, 100]) {
      await expectSame({ sql: `SELECT id FROM COSObject LIMIT ${limit}`, batches })
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
      const output = input.header === 'IGNORE' ? JSON_LINES : CSV
      await expectSame({ sql: 'SELECT * FROM COSObject', batches, input, output })
    }
    await expectSame({ sql: 'SELECT COUNT(*) FROM COSObject', batches, input: inputs[0] })
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
