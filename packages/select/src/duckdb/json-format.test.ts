import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonInput, OutputFormat } from '../request.js'
import { BothExecutions } from '../testing/both-executions.js'
import { JSON_TEXT } from '../testing/json-text.js'
import { ColumnExecution } from './column-execution.js'
import { JsonFormat } from './json-format.js'

const LINES: JsonInput = { type: 'json', layout: 'LINES' }
const JSON_LINES: OutputFormat = { type: 'json', recordDelimiter: '\n' }
const CSV: OutputFormat = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\r\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}

let both: BothExecutions
beforeAll(async () => {
  both = await BothExecutions.open()
})
afterAll(() => both.close())

function bothAnswers(expression: string, batches: readonly string[], output = JSON_LINES, input = LINES) {
  const request = { expression, compression: 'NONE', input, output } as const
  return both.answer(request, batches, (work) => {
    const format = new JsonFormat(work.query, input, output)
    return new ColumnExecution({ ...work, format })
  })
}

const PEOPLE =
  '{"id":1,"Name":"Ann","amount":10.50,"ok":true,"tags":["a","b"],"place":{"city":"Paris"}}\n' +
  '{"id":2,"Name":"Bob \\"B\\"","amount":-3,"ok":false,"tags":[],"place":{"city":null}}\n' +
  '{"id":3,"Name":"Zo\\u00eb","amount":7.125,"place":{}}\n' +
  '{"id":4,"Name":null,"amount":null}\n'
const MORE = '{"id": 5, "amount": 1e2, "Name": "last"}\n{"id":6,"amount":0.5,"Name":"x"}\n'

describe('a query over JSON on DuckDB', () => {
  it.each([
    'SELECT * FROM COSObject',
    'SELECT s.name, s.place.city, s.tags[0] FROM COSObject s LIMIT 70',
    'SELECT s.name FROM COSObject s WHERE s.id > 4',
    'SELECT * FROM COSObject s WHERE s.id = 2 LIMIT 3',
    'SELECT s.id FROM COSObject s WHERE s.amount > 7 AND s.id < 4',
    'SELECT s.id FROM COSObject s WHERE 7.125 <= s.amount AND s.id < 4',
    `SELECT s.id, s.id AS again FROM COSObject s WHERE s.name = 'Ann'`,
    `SELECT s.id FROM COSObject s WHERE s."Name" LIKE '%o%'`,
    `SELECT s.id FROM COSObject s WHERE s.name LIKE 'Zo\u00eb'`,
    `SELECT s.id FROM COSObject s WHERE s.place.city = 'Paris'`,
    `SELECT s.tags, s.place FROM COSObject s WHERE s.tags[1] = 'b'`,
    'SELECT s.id FROM COSObject s WHERE s.ok IS MISSING',
    'SELECT s.id FROM COSObject s WHERE s.name IS NULL',
    'SELECT s.id FROM COSObject s WHERE s.place.city IS NOT NULL',
    'SELECT s.id FROM COSObject s WHERE s.ok = TRUE OR NOT s.ok',
    'SELECT s.id FROM COSObject s WHERE s.ok',
    'SELECT s.id FROM COSObject s WHERE s.id + 1 > 2 AND s.id - s.id = 0',
    `SELECT s.id FROM COSObject s WHERE s.name || '!' = 'Ann!'`,
    'SELECT s.id FROM COSObject s WHERE s.id IN (1, 3)',
    'SELECT s.id FROM COSObject s WHERE s.id BETWEEN 2 AND 3',
    `SELECT s.id FROM COSObject s WHERE CAST(s.id AS STRING) = '2'`,
    `SELECT s.id FROM COSObject s WHERE CAST(s.ok AS STRING) = 'true'`,
    'SELECT s.id FROM COSObject s WHERE CAST(s.id AS INT) = 2 LIMIT 1',
    'SELECT s.id FROM COSObject s WHERE CAST(s.amount AS FLOAT) < 8',
    `SELECT s.id FROM COSObject[*] s WHERE TRIM(s.name) = 'Ann'`,
    `SELECT s FROM COSObject s WHERE CHAR_LENGTH(s.name) = 3`,
  ])('finds records without reading any here: %s', async (sql) => {
    const { expected, found, interpretedBytes } = await bothAnswers(sql, [PEOPLE.repeat(50), PEOPLE])
    expect(found).toEqual(expected)
    expect(expected.error).toBeUndefined()
    expect(interpretedBytes).toBe(0)
  })

  it.each([
    ['SELECT * FROM COSObject s WHERE s.id < 3', CSV],
    ['SELECT s.id + 1 AS later, s.name FROM COSObject s WHERE s.id > 1 LIMIT 60', JSON_LINES],
    [`SELECT s.id FROM COSObject s WHERE s.name <> 'Ann'`, { ...CSV, recordDelimiter: '--' }],
    ['SELECT s.place FROM COSObject s WHERE s.id = 2', CSV],
  ] as const)('finds the few records that have to be read here: %s', async (sql, output) => {
    const { expected, found, interpretedBytes } = await bothAnswers(sql, [PEOPLE.repeat(50), PEOPLE], output)
    expect(found).toEqual(expected)
    expect(expected.error).toBeUndefined()
    expect(interpretedBytes).toBeGreaterThan(0)
    expect(interpretedBytes).toBeLessThan(PEOPLE.length * 50)
  })

  it.each([
    'SELECT s.id, s.name, s.ok, s.amount FROM COSObject s',
    `SELECT s.name FROM COSObject s WHERE s.name LIKE '%"%' OR s.name IS NULL`,
  ])('writes CSV without reading any record here: %s', async (sql) => {
    const { expected, found, interpretedBytes } = await bothAnswers(sql, [PEOPLE], CSV)
    expect(found).toEqual(expected)
    expect(interpretedBytes).toBe(0)
  })

  it.each([
    'SELECT * FROM COSObject s LIMIT 5',
    'SELECT s.amount FROM COSObject s LIMIT 3',
    'SELECT s.amount FROM COSObject s WHERE s.id > 1',
  ])('leaves the records alone to the interpreter whose numbers are written otherwise: %s', async (sql) => {
    const numbers = '{"id":1,"amount":1.5}\n{"id":2,"amount":15e-1}\n{"id":3,"amount":-0}\n{"id":4}\n'
    const { expected, found, interpretedBytes } = await bothAnswers(sql, [numbers, numbers])
    expect(found).toEqual(expected)
    expect(interpretedBytes).toBeGreaterThan(0)
    expect(interpretedBytes).toBeLessThan(numbers.length * 2)
  })

  it.each([
    'SELECT COUNT(*) FROM COSObject s',
    'SELECT COUNT(s.name), COUNT(s.place.city), COUNT(s.ok) FROM COSObject s',
    'SELECT SUM(s.id), AVG(s.id), SUM(s.amount), AVG(s.amount) FROM COSObject s',
    'SELECT COUNT(*) FROM COSObject s WHERE s.amount > 0',
    'SELECT MIN(s.id), MAX(s.id), MAX(CAST(s.amount AS FLOAT)) FROM COSObject s',
    'SELECT COUNT(s), COUNT(s.tags), COUNT(s.none) FROM COSObject s',
  ])('adds up without reading any record here: %s', async (sql) => {
    const { expected, found, interpretedBytes } = await bothAnswers(sql, [PEOPLE, PEOPLE])
    expect(found).toEqual(expected)
    expect(interpretedBytes).toBe(0)
  })

  it.each([
    PEOPLE + MORE,
    '{"id":1,"ID":2}\n',
    '{"id":1,"id":2}\n',
    '{"ID":1}\n',
    '{"Id" :1}\n',
    '{"i\\u0064":1}\n',
    '[{"id":1},{"id":2}]\n',
    '7\n"text"\n',
    '\n{"id":1}\n\n{"id":2}\n',
    '{"id":"1"}\n',
    '{"id":"10"}\n',
    '{"id":null}\n{}\n',
    '{"id":true}\n',
    '{"id":{"x":1}}\n',
    '{"id":12345678901234567890}\n',
    '{"id":1.0}\n{"id":1e0}\n{"id":10e-1}\n',
    '{"id":-0}\n',
    '{"id":0.1234567890123}\n',
    '{"id":1',
    '{"id":1}x\n',
    'nonsense\n',
    '{"id":NaN}\n',
    '{"id":1}\r\n{"id":2}\r\n',
    '{"id":1}\r\n{"id":2}\n',
    '{"text":"\\"id\\":5","id":3}\n',
    '{"place":{"id":9},"id":3}\n',
    '\ufeff{"id":1}\n',
    '{"id":"\\ud800"}\n',
    '{"id":1,"note":"a\u0001b"}\n',
  ])('reads what is strange as the interpreter does: %j', async (batch) => {
    for (const sql of [
      'SELECT s.id FROM COSObject s WHERE s.id < 2',
      'SELECT s.id FROM COSObject s WHERE s.id = 1',
      'SELECT * FROM COSObject s WHERE s."id" > 1',
      `SELECT s.id FROM COSObject s WHERE s.id <> '1'`,
      'SELECT s.id FROM COSObject s WHERE s.id IS NOT MISSING',
      'SELECT s.id FROM COSObject s WHERE CAST(s.id AS FLOAT) >= 1',
      'SELECT COUNT(*), SUM(s.id) FROM COSObject s',
      'SELECT COUNT(*) FROM COSObject',
    ]) {
      const { expected, found } = await bothAnswers(sql, ['{"id":1}\n', batch, '{"id":1}\n'])
      expect(found, sql).toEqual(expected)
    }
  })

  it.each([
    ['0.1', '0.1', true],
    ['0.10', '0.1', true],
    ['0.30000000000000004', '0.3', true],
    ['0.30000000000000004', '0.30000000000000004', false],
    ['0.1000000000000000055', '0.1', false],
    ['9007199254740993', '9007199254740992', true],
    ['1e1', '10', false],
    ['1e1', '11', true],
    ['-0.0', '0', true],
    ['123456.12345678901', '5', true],
  ])('compares %s with %s as exactly as the interpreter', async (value, number, isTold) => {
    const batch = `{"n":${value}}\n{"n":null}\n{}\n`
    for (const test of [
      `= ${number}`,
      `<> ${number}`,
      `>= ${number}`,
      `IN (${number}, 77)`,
      `BETWEEN ${number} AND 9`,
    ]) {
      const sql = `SELECT s.n FROM COSObject s WHERE s.n ${test}`
      const { expected, found, interpretedBytes } = await bothAnswers(sql, [batch])
      expect(found, sql).toEqual(expected)
      // Where DuckDB tells, it tells of some that the kernel can't write.
      if (isTold) expect(interpretedBytes, sql).toBeLessThan(batch.length)
    }
  })

  it.each([
    ['{"id":1}\n{"id":  2}\n', 0],
    ['{"id":1}\n\n{"id":2}\n', 19],
  ])('reads the records of a document, as they were cut: %j', async (batch, bytes) => {
    const input = { type: 'json', layout: 'DOCUMENT' } as const
    const sql = 'SELECT s.id, s FROM COSObject.rules[*] s'
    const { expected, found, interpretedBytes } = await bothAnswers(sql, [batch], JSON_LINES, input)
    expect(found).toEqual(expected)
    expect(interpretedBytes).toBe(bytes)
  })

  it('finds in any JSON what the interpreter finds', async () => {
    const queries = [
      `SELECT s.b FROM COSObject s WHERE s.a = 'a'`,
      'SELECT s.a, s.place.city FROM COSObject s WHERE s.b < 1.5',
      'SELECT COUNT(*), COUNT(s.a), SUM(s.b) FROM COSObject s WHERE s.b IS NOT NULL',
      'SELECT SUM(CAST(s.b AS FLOAT)), MIN(s.b) FROM COSObject s WHERE CAST(s.a AS FLOAT) >= 0',
      `SELECT * FROM COSObject s WHERE CAST(s.a AS STRING) LIKE '%1%' OR s.b = TRUE`,
      'SELECT s.b FROM COSObject s WHERE s.place.city IS NULL AND s.place IS NOT MISSING',
    ]
    const property = fc.asyncProperty(JSON_TEXT, fc.constantFrom(...queries), async (text, sql) => {
      const { expected, found } = await bothAnswers(sql, [text, '{"a":"a","b":1}\n'])
      expect(found).toEqual(expected)
    })
    await fc.assert(property, { numRuns: Number(process.env.COSET_RUNS ?? 40) })
  }, 600_000)
})
