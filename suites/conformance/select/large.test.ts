// Objects of more than one batch through the server: what stands in the result does not depend on where they were cut.
import { spawnSync } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { CosClient, CosServiceError, type OperationInput } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

type Format = OperationInput<'selectObjectContent'>['InputSerialization']

const Bucket = 'large-1250000000'
const ROWS = 250_000
const row = (at: number) => ({
  id: at,
  name: `name ${at % 1000}`,
  text: 'some text, quoted '.repeat(1 + (at % 3)),
})
const rows = Array.from({ length: ROWS }, (_, at) => row(at))
const HEADER = 'id,name,text'

const FILES: Readonly<Record<string, { readonly format: Format; readonly content: () => Buffer }>> = {
  csv: {
    format: { CSV: { FileHeaderInfo: 'USE' } },
    content: () => lines([HEADER, ...rows.map(({ id, name, text }) => `${id},${name},"${text}"`)]),
  },
  'csv with newlines in quotes': {
    format: { CSV: { FileHeaderInfo: 'USE', AllowQuotedRecordDelimiter: true } },
    content: () => lines([HEADER, ...rows.map(({ id, name, text }) => `${id},${name},"${text}\nmore"`)]),
  },
  lines: {
    format: { JSON: { Type: 'LINES' } },
    content: () => lines(rows.map((one) => JSON.stringify(one))),
  },
  document: {
    format: { JSON: { Type: 'DOCUMENT' } },
    content: () => Buffer.from(JSON.stringify({ of: rows.length, items: rows })),
  },
  gzip: {
    format: { CompressionType: 'GZIP', JSON: { Type: 'LINES' } },
    content: () => gzipSync(lines(rows.map((one) => JSON.stringify(one)))),
  },
  bzip2: {
    format: { CompressionType: 'BZIP2', CSV: { FileHeaderInfo: 'USE' } },
    content: () => {
      const input = lines([HEADER, ...rows.map(({ id, name, text }) => `${id},${name},"${text}"`)])
      return spawnSync('bzip2', { input, maxBuffer: 2 ** 28 }).stdout
    },
  },
}

function lines(all: readonly string[]): Buffer {
  return Buffer.from(`${all.join('\n')}\n`)
}

/** Of no even size, so that records and blocks of checksums end wherever they do. */
const PART_BYTES = 3 * 1024 * 1024 + 1234

let server: TestServer
let cos: CosClient

/** In parts, so that it is stored as several blobs. */
async function upload(Key: string, content: Buffer): Promise<void> {
  const { UploadId } = await cos.createMultipartUpload({ Bucket, Key })
  const upload = { Bucket, Key, UploadId }
  const Part: { readonly PartNumber: number; readonly ETag: string }[] = []
  for (let at = 0; at < content.length; at += PART_BYTES) {
    const PartNumber = Part.length + 1
    const Body = content.subarray(at, at + PART_BYTES)
    const { ETag } = await cos.uploadPart({ ...upload, PartNumber, Body })
    Part.push({ PartNumber, ETag })
  }
  await cos.completeMultipartUpload({ ...upload, MultipartUpload: { Part } })
}

// Of a local store the query's process reads the object by itself; of another one it comes through the server.
describe.each(['local', 'memory'] as const)('in a %s store', (storage) => {
  beforeAll(async () => {
    server = await startServer({
      storage,
      select: { batchBytes: 2 * 1024 * 1024, threadsFromBytes: 4 * 1024 * 1024 },
    })
    cos = new CosClient({ ...server.clientOptions, Retries: 0 })
    await cos.putBucket({ Bucket })
    for (const [Key, { content }] of Object.entries(FILES)) await upload(Key, content())
  }, 120_000)
  afterAll(async () => {
    await cos?.close()
    await server?.stop()
  })

  const ask = (Key: string, Expression: string, InputSerialization: Format) =>
    cos.selectObjectContent({
      Bucket,
      Key,
      Expression,
      InputSerialization,
      OutputSerialization: { JSON: {} },
    })

  describe.each(Object.entries(FILES))('%s', (Key, { format }) => {
    const from = Key === 'document' ? 'COSObject[*].items[*] s' : 'COSObject s'
    const text = async (sql: string) => (await ask(Key, sql.replace('COSObject', from), format)).Body.text()

    it('is counted and summed', async () => {
      const sum = (ROWS * (ROWS - 1)) / 2
      const found = await text(
        'SELECT COUNT(*) AS n, SUM(CAST(s.id AS INT)) AS total, MAX(CAST(s.id AS INT)) AS high FROM COSObject',
      )
      expect(JSON.parse(found)).toEqual({ n: ROWS, total: sum, high: ROWS - 1 })
    })

    it('gives its records in their order, each once', async () => {
      const { Body } = await ask(Key, `SELECT s.id FROM ${from} WHERE s.name = 'name 7'`, format)
      const ids: number[] = []
      for await (const found of Body.rows<{ readonly id: string | number }>()) ids.push(Number(found.id))
      expect(ids).toEqual(rows.filter(({ name }) => name === 'name 7').map(({ id }) => id))
    })

    it('is read no further than LIMIT needs', async () => {
      const { Body } = await ask(Key, `SELECT s.id FROM ${from} LIMIT 3`, format)
      expect((await Body.text()).split('\n')).toHaveLength(4)
      const { ContentLength } = await cos.headObject({ Bucket, Key })
      // What is small when it is compressed comes in one piece.
      if (Key !== 'gzip' && Key !== 'bzip2')
        expect((await Body.stats).bytesScanned).toBeLessThan(ContentLength ?? 0)
    })

    it('is given whole', async () => {
      const { Body } = await ask(Key, `SELECT s.id, s.name FROM ${from}`, format)
      let next = 0
      for await (const found of Body.rows<{ readonly id: string | number; readonly name: string }>()) {
        if (Number(found.id) !== next || found.name !== `name ${next % 1000}`) break
        next++
      }
      expect(next).toBe(ROWS)
    })
  })

  describe('parquet', () => {
    const path = join(tmpdir(), `coset-large-${process.pid}.parquet`)
    beforeAll(async () => {
      const { DuckDBInstance } = await import('@duckdb/node-api')
      const instance = await DuckDBInstance.create(':memory:')
      const connection = await instance.connect()
      const table = `SELECT range AS id, 'name ' || (range % 1000) AS name FROM range(${ROWS})`
      await connection.run(`COPY (${table}) TO '${path}' (FORMAT parquet, COMPRESSION snappy)`)
      connection.closeSync()
      instance.closeSync()
      await upload('parquet', await readFile(path))
    })
    afterAll(() => rm(path, { force: true }))

    it('is counted and searched', async () => {
      const counted = await ask('parquet', 'SELECT COUNT(*) AS n FROM COSObject s WHERE s.id >= 100', {
        Parquet: {},
      })
      expect(await counted.Body.text()).toBe(`{"n":${ROWS - 100}}\n`)
      const found = await ask('parquet', `SELECT s.id, s.name FROM COSObject s WHERE s.id = 12345`, {
        Parquet: {},
      })
      expect(await found.Body.text()).toBe('{"id":12345,"name":"name 345"}\n')
    })

    it('that is none, or too large for the server, is refused', async () => {
      const codeOf = async (call: Promise<unknown>) => {
        const error = await call.then(
          () => undefined,
          (reason: unknown) => reason,
        )
        return error instanceof CosServiceError ? error.code : `${error}`
      }
      expect(await codeOf(ask('csv', 'SELECT * FROM COSObject', { Parquet: {} }))).toBe('ParquetParsingError')
      const small = await startServer({ select: { wholeBytesMax: 1000 } })
      const client = new CosClient({ ...small.clientOptions, Retries: 0 })
      await client.putBucket({ Bucket })
      await client.putObject({ Bucket, Key: 'k', Body: Buffer.alloc(2000) })
      const query = { Expression: 'SELECT * FROM COSObject', OutputSerialization: { JSON: {} } }
      const asked = client.selectObjectContent({
        Bucket,
        Key: 'k',
        ...query,
        InputSerialization: { Parquet: {} },
      })
      expect(await codeOf(asked)).toBe('Overload')
      await client.close()
      await small.stop()
    })
  })
})
