import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '../duckdb/database.js'
import { openDatabase } from '../duckdb/spare-database.js'
import { type ColumnValues, parquetFile } from './parquet-file.js'

let folder: string
let database: Database
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-parquet-'))
  database = await openDatabase({ folder, threads: 1, memoryBytesMax: 128 * 1024 * 1024 })
})
afterAll(async () => {
  database.close()
  await rm(folder, { recursive: true })
})

async function readBack(columns: readonly ColumnValues[], rows: number) {
  const path = join(folder, 'rows')
  await writeFile(path, Buffer.concat(parquetFile(columns, rows)))
  const names = columns.map(({ name }) => `CAST(${name} AS VARCHAR)`).join(', ')
  return database.rows(`SELECT ${names} FROM read_parquet('${path}')`)
}

function textsOf(texts: readonly string[]): Buffer {
  return Buffer.concat(
    texts.flatMap((text) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(Buffer.byteLength(text))
      return [length, Buffer.from(text)]
    }),
  )
}

const bytesOf = (numbers: BigInt64Array | Float64Array | Int32Array) => new Uint8Array(numbers.buffer)

describe('columns as a Parquet file', () => {
  it('are read back by DuckDB, of each type', async () => {
    const columns: readonly ColumnValues[] = [
      { name: 'i', type: 'int', validity: undefined, values: bytesOf(BigInt64Array.of(1n, -(2n ** 63n))) },
      { name: 'f', type: 'float', validity: undefined, values: bytesOf(Float64Array.of(0.1, -1.5)) },
      {
        name: 'd',
        type: 'decimal',
        scale: 2,
        validity: undefined,
        values: bytesOf(BigInt64Array.of(150n, -1n)),
      },
      { name: 's', type: 'short', validity: undefined, values: bytesOf(Int32Array.of(7, -7)) },
      { name: 't', type: 'text', validity: undefined, values: textsOf(['é,"', '']) },
    ]
    expect(await readBack(columns, 2)).toEqual([
      ['1', '0.1', '1.50', '7', 'é,"'],
      ['-9223372036854775808', '-1.5', '-0.01', '-7', ''],
    ])
  })

  it('have no value where their bits say so, whatever follows the last value', async () => {
    const rows = 1000
    const validity = new Uint8Array(rows / 8).map((_none, at) => (at % 2 === 0 ? 0b10101010 : 0xff))
    const isThere = (row: number) => row % 16 > 7 || row % 2 === 1
    const there = Array.from({ length: rows }, (_none, row) => row).filter(isThere)
    const values = bytesOf(BigInt64Array.from([...there, 4711].map(BigInt)))
    const found = await readBack([{ name: 'i', type: 'int', validity, values }], rows)
    expect(found.map(([value]) => value)).toEqual(
      Array.from({ length: rows }, (_none, row) => (isThere(row) ? `${row}` : null)),
    )
  })

  it('may be more than fifteen', async () => {
    const columns = Array.from({ length: 40 }, (_none, at) => ({
      name: `c${at}`,
      type: 'short' as const,
      validity: undefined,
      values: bytesOf(Int32Array.of(at)),
    }))
    expect(await readBack(columns, 1)).toEqual([columns.map((_none, at) => `${at}`)])
  })
})
