// SQL and files that are none, or made to harm, through the server: documented codes, in bounded time, and nothing else.
import { randomBytes } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { CosClient, CosServiceError, type OperationInput } from '@coset/sdk'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, fuzzStation, SEED } from './station.js'

const at = fuzzStation()

type Input = OperationInput<'selectObjectContent'>
type Format = Input['InputSerialization']

/** What the query or the object may be to blame for. */
const CODES = new Set(
  (
    'SQLParsingError AmbiguousFieldName ComparisonFailed CastFailed GzipDecompressError Bzip2DecompressError ' +
    'OverMaxRecordSize LastRecordParseFail CSVParsingError JSONParsingError ParquetParsingError ErrorWritingRow ' +
    'InvalidTextEncoding Overload'
  ).split(' '),
)
/** More than any of these takes on a busy machine; a limit of the server ends what goes on. */
const PATIENCE_MS = 30_000

const FORMATS: Readonly<Record<string, Format>> = {
  csv: { CSV: {} },
  'csv with a header': { CSV: { FileHeaderInfo: 'USE' } },
  'csv with quoted newlines': { CSV: { AllowQuotedRecordDelimiter: true } },
  lines: { JSON: { Type: 'LINES' } },
  document: { JSON: { Type: 'DOCUMENT' } },
  gzip: { CompressionType: 'GZIP', CSV: {} },
  bzip2: { CompressionType: 'BZIP2', CSV: {} },
  parquet: { Parquet: {} },
}

const deep = (open: string, close: string) => Buffer.from(open.repeat(200_000) + close.repeat(200_000))
const bomb = () => gzipSync(Buffer.alloc(200 * 1024 * 1024, `${'x'.repeat(999)}\n`), { level: 9 })

/** The last bytes of the body are said to be its metadata. */
function parquet(body: Buffer, metadataBytes: number): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(metadataBytes)
  return Buffer.concat([Buffer.from('PAR1'), body, length, Buffer.from('PAR1')])
}

const FILES: Readonly<Record<string, () => Buffer>> = {
  empty: () => Buffer.alloc(0),
  'one newline': () => Buffer.from('\n'),
  'random bytes': () => randomBytes(100_000),
  zeros: () => Buffer.alloc(3_000_000),
  'an unclosed quote': () => Buffer.from(`a,"b${',c'.repeat(2_000_000)}`),
  'quotes alone': () => Buffer.alloc(500_000, '"'),
  'delimiters alone': () => Buffer.alloc(900_000, ','),
  'newlines alone': () => Buffer.alloc(900_000, '\n'),
  'ten thousand columns': () => Buffer.from(`${'x,'.repeat(10_000)}\n`.repeat(20)),
  'a record of 1 MB': () => Buffer.from(`${'x'.repeat(1024 * 1024 - 10)}\nshort\n`),
  'a record that is too long': () => Buffer.from(`short\n${'x'.repeat(1024 * 1024 + 10)}\nshort\n`),
  'no UTF-8': () => Buffer.from('a,\xff\xfe\n\xc3\x28,b\n', 'latin1'),
  'deep lists': () => deep('[', ']'),
  'deep structs': () => deep('{"a":', '}'),
  'a value cut short': () => Buffer.from('{"a": [1, 2, {"b": "c'),
  'huge numbers': () =>
    Buffer.from(`{"a": ${'9'.repeat(5000)}, "b": 1e999999, "c": -0.${'0'.repeat(5000)}1}\n`),
  'names twice': () => Buffer.from('{"a": 1, "A": 2, "a": 3, "__proto__": {"x": 1}, "constructor": null}\n'),
  'a truncated gzip': () => gzipSync(randomBytes(100_000)).subarray(0, 50_000),
  'a gzip with a tail': () => Buffer.concat([gzipSync('a,b\n'), Buffer.from('garbage')]),
  'a gzip of nothing': () => gzipSync(''),
  'a bomb': bomb,
  'marks of Parquet around nothing': () => parquet(Buffer.alloc(0), 0),
  'marks of Parquet around random bytes': () => parquet(randomBytes(400_000), 100_000),
  'metadata of Parquet that is longer than the file': () => parquet(randomBytes(400_000), 0xffffffff),
  'metadata of Parquet that stands too deep': () => parquet(Buffer.alloc(400_000, 0x1c), 300_000),
  'metadata of Parquet with a list without end': () =>
    parquet(Buffer.concat([Buffer.alloc(300_000), Buffer.from('15021bfcffffff7f', 'hex')]), 8),
}

const QUERIES = [
  'SELECT * FROM COSObject',
  `SELECT COUNT(*), MAX(s._1) FROM COSObject s WHERE s._2 LIKE '%a%b%c%d%e%f%g%h%'`,
  'SELECT s.a, CAST(s._1 AS INT) FROM COSObject s WHERE s.a > 1 LIMIT 5',
]

describe('SELECT', () => {
  let cos: CosClient
  beforeAll(() => {
    cos = new CosClient({ ...at.server.clientOptions, Retries: 0 })
  })
  afterAll(() => cos.close())

  /** The code it fails with, or `ok`. The result is read to its end. */
  async function outcome(Key: string, Expression: string, InputSerialization: Format): Promise<string> {
    const signal = AbortSignal.timeout(PATIENCE_MS)
    const query = { Bucket: BUCKET, Key, Expression, InputSerialization, OutputSerialization: { JSON: {} } }
    try {
      const { Body } = await cos.selectObjectContent(query, { signal })
      for await (const _event of Body);
      return 'ok'
    } catch (error) {
      if (error instanceof CosServiceError) return error.code
      throw error
    }
  }

  function expectDocumented(code: string, what: string): void {
    if (code !== 'ok') expect(CODES, what).toContain(code)
  }

  it.each(Object.entries(FILES))(
    'of a file with %s',
    async (name, make) => {
      await cos.putObject({ Bucket: BUCKET, Key: 'hostile', Body: make() })
      try {
        const asked = Object.entries(FORMATS).map(async ([format, InputSerialization], place) => {
          const isPacked = 'CompressionType' in InputSerialization
          if (name === 'a bomb' && !isPacked) return
          const others = isPacked ? [] : [QUERIES[1 + (place % 2)] ?? '']
          for (const sql of [QUERIES[0] ?? '', ...others])
            expectDocumented(await outcome('hostile', sql, InputSerialization), `${format}: ${sql}`)
        })
        // Side by side: some have to wait for their turn.
        await Promise.all(asked)
      } finally {
        await cos.deleteObject({ Bucket: BUCKET, Key: 'hostile' })
      }
    },
    120_000,
  )

  it.each([
    ['other tables', 'SELECT * FROM pg_catalog.pg_tables'],
    ['files', `SELECT * FROM read_csv('/etc/passwd')`],
    ['files by name', `SELECT * FROM '/etc/passwd'`],
    ['a second statement', 'SELECT * FROM COSObject; DROP TABLE x'],
    ['a copy', `COPY (SELECT 1) TO '/tmp/x'`],
    ['an extension', `INSTALL httpfs`],
    ['a setting', `SET enable_external_access = true`],
    ['an attached database', `ATTACH '/tmp/x.db'`],
    ['a function of files', `SELECT read_text('/etc/passwd') FROM COSObject`],
    ['a function of the environment', `SELECT getenv('HOME') FROM COSObject`],
    ['a sub-query', `SELECT (SELECT 1) FROM COSObject`],
    ['a join', 'SELECT * FROM COSObject a, COSObject b'],
    ['a comment that ends it', `SELECT * FROM COSObject /* */ -- `],
    ['NUL', 'SELECT * FROM COSObject WHERE s._1 = "\u0000"'.replace('\u0000', '\\0')],
    ['too many brackets', `SELECT ${'('.repeat(50_000)}1${')'.repeat(50_000)} FROM COSObject`],
    ['too many signs', `SELECT ${'- '.repeat(100_000)}1 FROM COSObject`],
    ['too many NOTs', `SELECT * FROM COSObject WHERE ${'NOT '.repeat(50_000)} TRUE`],
    ['an unclosed text', `SELECT 'a FROM COSObject`],
  ])('that asks for %s is refused', async (_name, sql) => {
    expect(await outcome('a', sql, { CSV: {} })).toBe('SQLParsingError')
  })

  const names = ['s', '_1', '"a b"', 'COSObject', 'a.b[0]', '*', '_99999999999', '""', '`2020T`', 'résumé']
  const words =
    `SELECT FROM WHERE LIMIT AND OR NOT IN BETWEEN LIKE ESCAPE IS NULL MISSING CASE WHEN THEN ELSE END CAST AS INT
    DECIMAL TIMESTAMP BOOL STRING COUNT SUM AVG MIN MAX COALESCE NULLIF SUBSTRING TRIM BOTH UTCNOW EXTRACT year DATE_ADD
    DATE_DIFF TO_STRING ( ) , . [ ] = <> < >= + - * / % || ' " \` 1 0 -1 1e400 99999999999999999999 0.1 '' 'x' 'y%' ;`.split(
      /\s+/,
    )
  const mess = fc
    .array(fc.constantFrom(...words, ...names), { minLength: 1, maxLength: 30 })
    .map((parts) => parts.join(' '))
  const term = fc.constantFrom(
    's._1',
    '1',
    `'x'`,
    'NULL',
    'CAST(s._2 AS INT)',
    'UPPER(s._1)',
    '-s._3',
    `s._1 || 'a'`,
  )
  const condition = fc
    .tuple(term, fc.constantFrom('=', '<', '>=', '<>', '+', 'LIKE', 'AND', 'OR', 'IS NOT', 'IN'), term)
    .map((parts) => parts.join(' '))
  const nearly = fc
    .tuple(term, term, condition, fc.nat(5))
    .map(([a, b, where, limit]) => `SELECT ${a}, ${b} FROM COSObject s WHERE ${where} LIMIT ${limit}`)

  it('of any words gives a result or a documented code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(mess, nearly),
        fc.constantFrom(...Object.keys(FORMATS)),
        async (sql, format) => {
          expectDocumented(await outcome('b/1', sql, FORMATS[format] ?? {}), `${format}: ${sql}`)
        },
      ),
      { seed: SEED, numRuns: 150 },
    )
  }, 120_000)

  it('of random files gives a result or a documented code', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 2000 }),
      fc
        .array(
          fc.constantFrom('a', '1', '"', ',', '\n', '\r', '{', '}', '[', ']', ':', '\\', '#', 'é', '\0'),
          { maxLength: 500 },
        )
        .map((all) => Buffer.from(all.join(''))),
    )
    try {
      await fc.assert(
        fc.asyncProperty(bytes, fc.constantFrom(...Object.keys(FORMATS)), async (content, format) => {
          await cos.putObject({ Bucket: BUCKET, Key: 'hostile', Body: content })
          expectDocumented(await outcome('hostile', QUERIES[0] ?? '', FORMATS[format] ?? {}), format)
        }),
        { seed: SEED, numRuns: 100 },
      )
    } finally {
      await cos.deleteObject({ Bucket: BUCKET, Key: 'hostile' })
    }
  }, 120_000)
})
