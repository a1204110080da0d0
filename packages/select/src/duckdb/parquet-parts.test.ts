// A query over the parts of a Parquet object that it needs, beside the same one over the whole object.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { varintBytes } from '../parquet/compact-reader.js'
import { Footer } from '../parquet/footer.js'
import { ParquetQueries } from '../testing/parquet-queries.js'
import type { Database } from './database.js'
import { openDatabase } from './spare-database.js'

/** Groups of 2048 records: texts of few and of many values, nulls, lists of several values each, structs in lists. */
const TABLE = `
  SELECT i AS id, 'name ' || (i % 40) AS name, md5(i::VARCHAR) AS code, (i * 7919 % 100000) / 100.0 AS price,
    CASE WHEN i % 3 = 0 THEN NULL ELSE (i % 1000)::INTEGER END AS score, (i % 2 = 0) AS flag,
    (i / 8)::DOUBLE AS amount, (i / 7)::FLOAT AS ratio,
    CASE WHEN i % 11 = 0 THEN NULL ELSE [i::VARCHAR, NULL, md5(i::VARCHAR)] END AS items,
    {'a': i, 'b': {'c': 'text ' || i, 'd': [i % 5]}} AS nested,
    DATE '2024-01-01' + (i % 1000)::INTEGER AS born,
    TIMESTAMP '2024-01-01 00:00:00' + to_milliseconds(i * 37) AS seen
  FROM range(4200) rows(i)`
const SQLS = [
  'SELECT * FROM COSObject',
  'SELECT id, code FROM COSObject WHERE score = 7',
  'SELECT amount, ratio FROM COSObject WHERE amount < 300',
  'SELECT s.nested.b.c, s.items[2] FROM COSObject s WHERE id > 2040 AND id < 2060',
  'SELECT nested FROM COSObject WHERE flag',
  `SELECT s.items FROM COSObject s WHERE s.items[0] = '4444'`,
  'SELECT born, seen, price FROM COSObject',
  `SELECT id FROM COSObject WHERE name = 'name 39' AND code LIKE '%ff%'`,
  `SELECT id FROM COSObject WHERE name = 'nobody'`,
  'SELECT 1 FROM COSObject',
  'SELECT s.nothing FROM COSObject s',
  'SELECT COUNT(*) FROM COSObject',
  'SELECT COUNT(score), SUM(score), MIN(amount), MAX(ratio), AVG(id), SUM(price) FROM COSObject',
  'SELECT COUNT(*) FROM COSObject WHERE score > 500',
]

let folder: string
let queries: ParquetQueries
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-parts-'))
  const database = await openDatabase({ folder, threads: 2, memoryBytesMax: 256 * 1024 * 1024 })
  queries = new ParquetQueries(database, folder)
})
afterAll(async () => {
  queries.close()
  await rm(folder, { recursive: true })
})

async function written(options: string, table = TABLE): Promise<string> {
  const path = join(folder, 'object')
  await queries.database.write(`COPY (${table}) TO '${path}' (FORMAT parquet, ${options})`)
  return path
}

describe('a query over parts of a Parquet object answers as one over all of it', () => {
  it.each([
    'COMPRESSION uncompressed, ROW_GROUP_SIZE 2048',
    'COMPRESSION zstd, ROW_GROUP_SIZE 4096, PARQUET_VERSION v2, DICTIONARY_SIZE_LIMIT 1',
  ])('%s', async (options) => {
    const path = await written(options)
    for (const sql of SQLS) {
      const { whole, parts } = await queries.ask(sql, path)
      expect(whole.error).toBe(undefined)
      expect(parts, sql).toEqual(whole)
    }
  })

  it.each([
    'COMPRESSION snappy, ROW_GROUP_SIZE 2048, STRING_DICTIONARY_PAGE_SIZE_LIMIT 100',
    'COMPRESSION gzip, ROW_GROUP_SIZE 100000',
    'COMPRESSION brotli, ROW_GROUP_SIZE 2048',
    'COMPRESSION lz4_raw, ROW_GROUP_SIZE 2048, PARQUET_VERSION v2',
  ])('%s', async (options) => {
    const path = await written(options, `SELECT id, name, code FROM (${TABLE})`)
    const sql = `SELECT id, code FROM COSObject WHERE name = 'name 39'`
    const { whole, parts } = await queries.ask(sql, path)
    expect(whole.text.split('\n')).toHaveLength(106)
    expect(parts).toEqual(whole)
  })

  it('also where the metadata is longer than what is read of the end at first, and where it is shorter', async () => {
    const path = await written('ROW_GROUP_SIZE 2048')
    for (const tailBytes of [8, 100, 64 * 1024]) {
      const { whole, parts } = await queries.ask('SELECT id, name FROM COSObject', path, { tailBytes })
      expect(parts).toEqual(whole)
    }
  })

  it('whatever columns it names, of an object in several blobs', async () => {
    const path = await written('ROW_GROUP_SIZE 2048')
    const { length } = await readFile(path)
    const names = ['id', 'name', 'code', 'price', 'score', 'flag', 'amount', 'ratio', 'items', 'born', 'seen']
    const columns = fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 4 })
    const where = fc.constantFrom('', ' WHERE score > 300', ` WHERE name = 'name 7'`, ' WHERE amount > 200')
    const cuts = fc.array(fc.nat(length), { maxLength: 3 })
    const property = fc.asyncProperty(columns, where, cuts, async (chosen, condition, at) => {
      const sql = `SELECT ${chosen.join(', ')} FROM COSObject${condition}`
      const { whole, parts } = await queries.ask(sql, path, { cuts: at })
      expect(whole.error).toBe(undefined)
      expect(parts, sql).toEqual(whole)
    })
    await fc.assert(property, { numRuns: Number(process.env.COSET_RUNS ?? 15) })
  })

  it('also for names that DuckDB changes', async () => {
    const path = await written(
      'ROW_GROUP_SIZE 2048',
      'SELECT i AS a, i + 1 AS "b c", i + 2 AS "ü" FROM range(3000) r(i)',
    )
    const bytes = await readFile(path)
    // The same name twice.
    const other = Buffer.from(
      bytes.toString('latin1').replaceAll('b c', 'a\0a').replaceAll('a\0a', 'aaa'),
      'latin1',
    )
    await writeFile(path, other)
    for (const sql of ['SELECT a FROM COSObject', 'SELECT aaa FROM COSObject', 'SELECT "ü" FROM COSObject']) {
      const { whole, parts } = await queries.ask(sql, path)
      expect(parts, sql).toEqual(whole)
    }
  })
})

describe('what is read of a Parquet object', () => {
  it('is its end alone where only records are counted', async () => {
    const path = await written('ROW_GROUP_SIZE 2048')
    const { parts, needs } = await queries.ask('SELECT COUNT(*) FROM COSObject', path, {
      tailBytes: 16 * 1024,
    })
    expect(parts.text).toBe('4200\n')
    expect(needs).toHaveLength(1)
  })

  it('is asked of nobody else then, whatever else the object holds', async () => {
    for (const options of ['ROW_GROUP_SIZE 2048', 'ROW_GROUP_SIZE 100000']) {
      const path = await written(options)
      const without = new ParquetQueries({} as Database, folder)
      const { parts } = await without.ask('SELECT COUNT(*), COUNT(*) FROM COSObject', path)
      expect(parts).toEqual({ text: '4200,4200\n', error: undefined })
      expect((await without.ask('SELECT COUNT(id) FROM COSObject', path)).parts.error).toBeDefined()
    }
  })

  it('is as DuckDB counts where the metadata tells two numbers of records', async () => {
    const path = await written('ROW_GROUP_SIZE 2048', 'SELECT i AS id FROM range(3000) r(i)')
    const bytes = await readFile(path)
    const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
    bytes.set(varintBytes(2999 * 2), bytes.indexOf(varintBytes(3000 * 2), start))
    await writeFile(path, bytes)
    const counted = await queries.ask('SELECT COUNT(*) FROM COSObject', path)
    expect(new Footer(bytes.subarray(start, -8)).rows).toBe(2999)
    expect(counted.whole.error).toBe(undefined)
    expect(counted.parts).toEqual(counted.whole)
  })

  it('is the columns that the query names', async () => {
    const path = await written('ROW_GROUP_SIZE 2048')
    const { length } = await readFile(path)
    const { bytesRead } = await queries.ask('SELECT s.id FROM COSObject s WHERE s.score = 1', path)
    expect(bytesRead).toBeLessThan(length / 4)
  })

  it('is the first row group where that has all that LIMIT wants', async () => {
    const path = await written('ROW_GROUP_SIZE 2048')
    const { needs } = await queries.ask('SELECT id FROM COSObject LIMIT 3', path)
    // The end, the metadata in it, one row group.
    expect(needs).toHaveLength(3)
  })

  it('is the rest of it where a column has more bytes than the metadata says', async () => {
    const path = await written(
      'ROW_GROUP_SIZE 2048, COMPRESSION uncompressed',
      'SELECT i AS id, i % 3 AS n FROM range(3000) r(i)',
    )
    const bytes = await readFile(path)
    const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
    const footer = new Footer(bytes.subarray(start, -8))
    const [chunk] = footer.chunks(
      footer.rowGroups[1] ?? { start: 0, end: 0, rows: 0, leaves: [] },
      (leaf) => leaf === 0,
    )
    const size = chunk ? chunk.pages.end - chunk.pages.start : 0
    // Zigzag: twice the number.
    const at = bytes.lastIndexOf(varintBytes(size * 2))
    bytes.set(varintBytes((size - 1) * 2), at)
    await writeFile(path, bytes)
    const { whole, parts, needs } = await queries.ask('SELECT id FROM COSObject', path)
    expect(whole.error).toBe(undefined)
    expect(whole.text.split('\n')).toHaveLength(3001)
    expect(parts).toEqual(whole)
    expect(needs.at(-1)).toEqual([{ start: 0, end: bytes.length }])
  })
})

describe('a Parquet object that is damaged', () => {
  const SOME = [
    'SELECT * FROM COSObject',
    'SELECT id, name FROM COSObject WHERE score = 7',
    'SELECT SUM(id) FROM COSObject',
  ]

  it('is answered as DuckDB would with all of it at hand, or with an error', async () => {
    const path = await written(
      'ROW_GROUP_SIZE 2048, COMPRESSION uncompressed',
      `SELECT i AS id, 'n' || (i % 40) AS name,
      (i % 100)::INTEGER AS score, [i] AS list FROM range(4500) rows(i)`,
    )
    const bytes = await readFile(path)
    const footer = bytes.readUInt32LE(bytes.length - 8)
    const place = fc.oneof(
      fc.nat(footer - 1).map((at) => bytes.length - 9 - at),
      fc.nat(bytes.length - 1),
    )
    const damage = fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 3 })
    const property = fc.asyncProperty(damage, fc.constantFrom(...SOME), async (changes, sql) => {
      const damaged = Buffer.from(bytes)
      for (const [at, byte] of changes) damaged[at] = byte
      await writeFile(path, damaged)
      const { whole, parts } = await queries.ask(sql, path)
      expect(parts.error).toBe(whole.error)
      if (whole.error === undefined) expect(parts.text).toBe(whole.text)
    })
    // Always the same ones: DuckDB has been seen to crash on others, which ends the process of a query alone.
    await fc.assert(property, {
      numRuns: Number(process.env.COSET_RUNS ?? 40),
      seed: Number(process.env.COSET_SEED ?? 1),
    })
  })

  it.each([
    ['of no length', 0],
    ['longer than the object', 0x7fffffff],
  ])('has metadata %s', async (_name, length) => {
    const path = await written('ROW_GROUP_SIZE 2048')
    const bytes = await readFile(path)
    bytes.writeUInt32LE(length, bytes.length - 8)
    await writeFile(path, bytes)
    expect((await queries.ask('SELECT * FROM COSObject', path)).parts.error).toBe('ParquetParsingError')
  })
})
