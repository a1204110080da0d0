import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { floatText as expectedText } from '../values/text.js'
import type { Database } from './database.js'
import { floatText } from './float-text.js'
import { openDatabase } from './spare-database.js'

let folder: string
let database: Database
beforeAll(async () => {
  folder = await mkdtemp(`${tmpdir()}/coset-floats-`)
  database = await openDatabase({ folder, threads: 1, memoryBytesMax: 128 * 1024 * 1024 })
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

function literal(value: number): string {
  return `CAST('${Object.is(value, -0) ? '-0.0' : `${value}`.replace('Infinity', 'inf')}' AS DOUBLE)`
}

/** Undefined where it has to be asked elsewhere. */
async function textOf(value: number): Promise<string | undefined> {
  const sql = `SELECT ${floatText('v')} FROM (SELECT ${literal(value)} AS v)`
  const [row] = await database.rows(sql).catch(() => [])
  return row?.[0] === undefined ? undefined : String(row[0])
}

async function textsOf(values: readonly number[]): Promise<readonly string[]> {
  const list = `SELECT unnest([${values.map(literal).join(', ')}]) AS v`
  const rows = await database.rows(`SELECT ${floatText('v')} FROM (${list})`)
  return rows.map(([text]) => String(text))
}

it('is what the interpreter writes of floats of usual size, whatever their digits', async () => {
  const float = fc.oneof(
    fc.double({ min: 1e-4, max: 9.99e15, noNaN: true }),
    fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(9)).map(([digits, places]) => digits / 10 ** places),
    fc.integer().map((bits) => Math.fround(bits / 4096)),
  )
  const usual = float.map((value) => (Math.abs(value) < 1e-4 ? 0 : value))
  const property = fc.asyncProperty(fc.array(usual, { minLength: 100, maxLength: 200 }), async (values) => {
    expect(await textsOf(values)).toEqual(values.map(expectedText))
  })
  await fc.assert(property, { numRuns: 20 })
})

it('is that of any other float as well, or fails', async () => {
  const property = fc.asyncProperty(fc.double(), async (value) => {
    expect([undefined, expectedText(value)]).toContain(await textOf(value))
  })
  await fc.assert(property, { numRuns: 200 })
})

it.each([
  0,
  -0,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  5e-324,
  1e-7,
  9.99999999999999e-7,
  0.000001,
  -0.0000123,
  0.00009999999999999999,
  0.0001,
  0.1,
  -1,
  123456789012345.67,
  9999999999999998,
  1e16,
  12345678901234567000,
  -999999999999999900000,
  1e21,
  -1.5e22,
  1.7976931348623157e308,
])('is right for %d', async (value) => {
  expect(await textOf(value)).toBe(expectedText(value))
})

it('fails where DuckDB has it wrong', async () => {
  expect(await textOf(2 ** 81)).toBe(undefined)
})
