import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { analyze, parse, type SelectCode, SelectError } from '@coset/select'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { CsvInputOptions, SelectCase } from './case.js'
import { SELECT_CASES } from './cases/index.js'
import { inputOf, runInterpreted } from './interpreted-run.js'

const numRuns = Number(process.env.COSET_RUNS ?? 300)

/** All but InternalError, which would be a defect. */
const DOCUMENTED: ReadonlySet<SelectCode> = new Set<SelectCode>([
  'SQLParsingError',
  'AmbiguousFieldName',
  'ComparisonFailed',
  'CastFailed',
  'GzipDecompressError',
  'Bzip2DecompressError',
  'OverMaxRecordSize',
  'LastRecordParseFail',
  'CSVParsingError',
  'JSONParsingError',
  'InvalidTextEncoding',
])

/** What comes out, or the code of what went wrong; fails for anything that is not documented. */
async function outcome(
  one: SelectCase,
  pieceSize: number,
): Promise<{ readonly text: string } | { readonly code: SelectCode }> {
  try {
    return { text: await runInterpreted(one, pieceSize) }
  } catch (error) {
    if (error instanceof SelectError && DOCUMENTED.has(error.code)) return { code: error.code }
    throw error
  }
}

/** Whether the object is taken at once or in pieces does not show; which of several errors comes first may. */
async function expectSteady(one: SelectCase, pieceSize: number): Promise<void> {
  const whole = await outcome(one, 2 ** 24)
  const pieced = await outcome(one, pieceSize)
  if ('text' in whole || 'text' in pieced) expect(pieced).toEqual(whole)
}

const WORDS = fc.constantFrom(
  ...`SELECT FROM WHERE LIMIT AND OR NOT IN LIKE ESCAPE BETWEEN IS NULL MISSING CASE WHEN THEN ELSE END CAST AS INT
  DECIMAL TIMESTAMP STRING COUNT SUM AVG MIN MAX COALESCE NULLIF DATE_ADD DATE_DIFF EXTRACT YEAR TO_STRING TRIM BOTH
  SUBSTRING FOR UPPER UTCNOW COSObject S3Object s _1 _2 a "b" 'x' '%' 1 2.5 1e9 \`2010T\` ( ) [ ] [*] [0] . , ; * + - /
  % = <> != < <= > >= || GROUP ORDER BY`.split(/\s+/),
)

const sentences = fc.array(WORDS, { maxLength: 30 }).map((words) => words.join(' '))
const statements = fc.oneof(
  sentences,
  sentences.map((rest) => `SELECT ${rest}`),
  sentences.map((rest) => `SELECT * FROM COSObject s WHERE ${rest}`),
  fc.string({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 100 }),
)

const mutatedStatements = fc
  .tuple(
    fc.constantFrom(...SELECT_CASES.map(({ sql }) => sql).filter((sql) => sql.length < 1000)),
    fc.nat(),
    fc.nat({ max: 20 }),
    WORDS,
  )
  .map(([sql, place, length, word]) => {
    const start = sql.length === 0 ? 0 : place % sql.length
    return sql.slice(0, start) + word + sql.slice(start + length)
  })

const pieces = fc.integer({ min: 1, max: 50 })
const QUERIES = [
  'SELECT * FROM COSObject',
  'SELECT _1, s._3 FROM COSObject s',
  `SELECT _2 FROM COSObject WHERE _1 LIKE '%a%' OR _1 > 'b'`,
  'SELECT COUNT(*), COUNT(_2) FROM COSObject',
  'SELECT CAST(_1 AS DECIMAL) * 2 FROM COSObject WHERE CHAR_LENGTH(_1) > 0',
]
const JSON_QUERIES = [
  'SELECT * FROM COSObject',
  'SELECT s.a, s.b[0].c FROM COSObject[*] s',
  'SELECT a FROM COSObject.a[*].b a',
  'SELECT COUNT(*), MAX(s.a) FROM COSObject s',
]

const csvOptions: fc.Arbitrary<CsvInputOptions['csv']> = fc.record({
  header: fc.constantFrom('NONE', 'USE', 'IGNORE'),
  recordDelimiter: fc.constantFrom('\n', '\r\n', ';', 'ab'),
  fieldDelimiter: fc.constantFrom(',', '\t', 'x'),
  quote: fc.constantFrom('"', "'", undefined),
  quoteEscape: fc.constantFrom('"', '\\', "'"),
  comment: fc.constantFrom('#', ';'),
  allowQuotedRecordDelimiter: fc.boolean(),
})

const csvText = fc
  .array(
    fc.constantFrom(
      'a',
      'b',
      '1',
      ',',
      ',',
      '"',
      '"',
      "'",
      '\\',
      '\n',
      '\n',
      '\r',
      '\r\n',
      '#',
      ';',
      'x',
      'é',
      '""',
      '\ufeff',
      ' ',
    ),
    { maxLength: 60 },
  )
  .map((parts) => parts.join(''))
const jsonText = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        '"a"',
        '"b"',
        ':',
        ',',
        '1',
        '-0.5e3',
        'null',
        'true',
        '\n',
        ' ',
        '"',
        '\\',
        '{"a":1}',
        '{"a":[{"b":2},3]}\n',
      ),
      { maxLength: 40 },
    )
    .map((parts) => parts.join('')),
  fc
    .array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 5 })
    .map((values) => values.map((value) => JSON.stringify(value)).join('\n')),
  fc
    .array(fc.jsonValue({ maxDepth: 4 }), { maxLength: 3 })
    .map((values) => values.map((value) => JSON.stringify(value, null, 1)).join(' ')),
)
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array))

describe('whatever is asked', () => {
  it('is understood, or refused by a documented code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(statements, mutatedStatements),
        fc.constantFrom(...SELECT_CASES),
        async (sql, one) => {
          const data = typeof one.data === 'function' ? 'a,b\n1,2\n' : one.data
          await outcome({ ...one, sql, data }, 2 ** 24)
        },
      ),
      { numRuns: numRuns * 5 },
    )
  })

  it('takes no time to refuse, however long it is', () => {
    const hostile = [
      '(',
      '- ',
      'NOT ',
      'a.',
      'a[0]',
      'CASE WHEN ',
      "'",
      '1+',
      'a LIKE ',
      'COUNT(',
      '"a"."b".',
      '\n\n',
    ]
    for (const part of hostile) {
      const sql = `SELECT ${part.repeat(Math.floor(250_000 / part.length))}`
      const one: SelectCase = { name: '', sql, data: '', input: { json: 'LINES' }, error: 'SQLParsingError' }
      expect(() => analyze(parse(sql), inputOf(one))).toThrow(SelectError)
    }
  })
})

describe('whatever an object holds', () => {
  it('is read as CSV, in batches of any size, or refused by a documented code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(csvText, bytes),
        csvOptions,
        fc.constantFrom(...QUERIES),
        pieces,
        async (data, csv, sql, size) => {
          const one = { name: '', sql, data, input: { csv }, output: { json: {} }, expected: '' }
          await expectSteady(one, size)
        },
      ),
      { numRuns: numRuns * 5 },
    )
  })

  it('is read as JSON, in batches of any size, or refused by a documented code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(jsonText, bytes),
        fc.constantFrom('LINES' as const, 'DOCUMENT' as const),
        fc.constantFrom(...JSON_QUERIES),
        pieces,
        async (data, json, sql, size) => {
          const one = { name: '', sql, data, input: { json }, expected: '' }
          await expectSteady(one, size)
        },
      ),
      { numRuns: numRuns * 5 },
    )
  })

  it('keeps what JSON says, once it is written again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 5 }), { noNullPrototype: true }),
        async (value) => {
          for (const json of ['LINES', 'DOCUMENT'] as const) {
            const one = {
              name: '',
              sql: 'SELECT * FROM COSObject',
              data: JSON.stringify(value),
              input: { json },
              expected: '',
            }
            expect(JSON.parse(await runInterpreted(one, 5))).toEqual(JSON.parse(JSON.stringify(value)))
          }
        },
      ),
      { numRuns },
    )
  })

  it('keeps what CSV says, once it is written and read again', async () => {
    const fields = fc.array(
      fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', '\\', ' ', 'é', '#') }),
      { minLength: 2, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(fields, fc.constantFrom('"', '\\'), async (values, quoteEscape) => {
        const data = JSON.stringify(Object.fromEntries(values.map((value, index) => [`c${index}`, value])))
        const sql = 'SELECT * FROM COSObject'
        const output = { csv: { quoteFields: 'ALWAYS' as const, quoteEscape } }
        const written = await runInterpreted(
          { name: '', sql, data, input: { json: 'LINES' }, output, expected: '' },
          1000,
        )
        const csv = { allowQuotedRecordDelimiter: true, quoteEscape }
        const read = await runInterpreted(
          { name: '', sql, data: written, input: { csv }, output: { json: {} }, expected: '' },
          3,
        )
        expect(Object.values(JSON.parse(read))).toEqual(values)
      }),
      { numRuns },
    )
  })

  it('is decompressed, or refused by a documented code', async () => {
    const rows = 'a,1\nb,2\n'.repeat(200)
    const compressed = { GZIP: gzipSync(rows), BZIP2: spawnSync('bzip2', { input: rows }).stdout }
    const changes = fc.record({
      cut: fc.nat({ max: 200 }),
      place: fc.nat({ max: 200 }),
      byte: fc.nat({ max: 255 }),
      size: pieces,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('GZIP' as const, 'BZIP2' as const),
        changes,
        async (compression, { cut, place, byte, size }) => {
          const data = Buffer.from(compressed[compression].subarray(0, compressed[compression].length - cut))
          if (place < data.length) data[place] = byte
          await outcome(
            {
              name: '',
              sql: 'SELECT COUNT(*) FROM COSObject',
              data,
              raw: true,
              compression,
              input: { csv: {} },
              expected: '',
            },
            size,
          )
        },
      ),
      { numRuns },
    )
  })
})
