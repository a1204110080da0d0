import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { analyze } from '../analysis/analyze.js'
import type { FieldStep } from '../analysis/query.js'
import { type InterpretedExecution, interpret } from '../interpreted-execution.js'
import { parse } from '../language/parse.js'
import type { CsvOutput, JsonInput, JsonOutput, OutputFormat } from '../request.js'
import { type Cell, cellsOf } from '../testing/cells.js'
import { type JsonResult, jsonCode } from './json-code.js'
import { Kernel } from './kernel.js'
import { inputBytesFor, type SliceFound, SliceReader } from './slice-reader.js'
import type { Wanted } from './wanted.js'

const LINES: JsonInput = { type: 'json', layout: 'LINES' }
const JSON_LINES: JsonOutput = { type: 'json', recordDelimiter: '\n' }
const CSV: CsvOutput = {
  type: 'csv',
  quoteFields: 'ASNEEDED',
  recordDelimiter: '\n',
  fieldDelimiter: ',',
  quote: '"',
  quoteEscape: '"',
}

let folder: string
let kernel: Kernel
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'coset-json-'))
  kernel = new Kernel()
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Asked {
  readonly text: string | Buffer
  /** As a query has them: `a.b[0]`. */
  readonly paths?: readonly string[]
  readonly wanted?: readonly Wanted[]
  readonly input?: JsonInput
  readonly result?: JsonResult
  readonly chosen?: Int32Array
  /** Of what the kernel leaves to it. */
  readonly interpreter?: InterpretedExecution
}

interface Found {
  readonly slice: SliceFound
  readonly written: string
  /** Records that the kernel left to the interpreter. */
  readonly odd: number
}

function stepsOf(path: string): readonly FieldStep[] {
  const query = analyze(parse(`SELECT ${path} FROM COSObject s`), LINES)
  const [field] = query.fields.values()
  return field?.kind === 'path' ? field.steps : []
}

function read(asked: Asked): Found {
  const { text, paths = [], wanted = [], input = LINES, result } = asked
  const code = jsonCode(input, paths.map(stepsOf), result)
  if (!code) throw new Error('The kernel has no such format.')
  const path = join(folder, 'batch')
  writeFileSync(path, text)
  const handle = openSync(path, 'r')
  const reader = new SliceReader(kernel, code, wanted, inputBytesFor(wanted) ?? 0)
  const slice = reader.read({ handle, length: Buffer.byteLength(text) }, 0)
  closeSync(handle)
  if (typeof slice === 'string' || !result) return { slice, written: '', odd: 0 }
  let odd = 0
  const written: Uint8Array[] = []
  for (const piece of reader.write(slice.records, asked.chosen)) {
    if (piece instanceof Uint8Array) written.push(Buffer.from(piece))
    else {
      odd++
      for (const bytes of asked.interpreter?.runBytes(piece.record, false) ?? []) written.push(bytes)
    }
  }
  return { slice, written: Buffer.concat(written).toString(), odd }
}

interface Answer {
  readonly text: string
  readonly error: string | undefined
}

function interpreterOf(expression: string, output: OutputFormat): InterpretedExecution {
  const query = analyze(parse(expression), LINES)
  const request = { expression, compression: 'NONE', input: LINES, output } as const
  return interpret(query, request, { now: new Date(0) })
}

function answerOf(expression: string, output: OutputFormat, text: string | Buffer): Answer {
  const found: Uint8Array[] = []
  let error: string | undefined
  try {
    for (const bytes of interpreterOf(expression, output).runBytes(Buffer.from(text), false))
      found.push(bytes)
  } catch (cause) {
    error = String((cause as { code?: string }).code)
  }
  return { text: Buffer.concat(found).toString(), error }
}

/** A query that asks for records or plain fields, as the kernel answers it. */
function writtenOf(paths: readonly string[] | '*', output: OutputFormat, text: string | Buffer): Found {
  const names = paths === '*' ? [] : paths
  const columns = paths === '*' ? undefined : names.map((_name, path) => ({ path, name: `c${path}` }))
  return read({
    text,
    paths: names,
    wanted: names.map((_name, column) => ({ column, view: 'span' })),
    result: { output, columns },
    interpreter: interpreterOf(expressionOf(paths), output),
  })
}

function expressionOf(paths: readonly string[] | '*'): string {
  const columns = paths === '*' ? '*' : paths.map((path, at) => `${path} AS c${at}`).join(', ')
  return `SELECT ${columns} FROM COSObject s`
}

function tableOf({ slice }: Found): readonly (readonly Cell[])[] | string {
  return typeof slice === 'string' ? slice : slice.columns.map((column) => cellsOf(column, slice.records))
}

const SPACES = fc.constantFrom('', '', '', '', '', ' ', '  ', '\t', '\r', ' \t ')
const CHARACTER = fc.constantFrom(
  ...['a', 'b', 'é', '€', '\u{1f600}', ' ', ',', '"', '\\', '\n', '\t', '\u0001', '\u2028', '{', '7', '\x7f'],
)
const TEXT = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: CHARACTER, maxLength: 40 }).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.string({ unit: CHARACTER, maxLength: 20 }).map(escapedText) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"\\/"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\uD800"', '""'),
  },
)

/** Every character as an escape. */
function escapedText(text: string): string {
  const units = Array.from({ length: text.length }, (_none, at) => text.charCodeAt(at).toString(16))
  return `"${units.map((unit) => `\\u${unit.padStart(4, '0')}`).join('')}"`
}

const NUMBER = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0', '-0', '-0.0', '0.50', '1e2', '1E-2', '10.00', '9223372036854775808', '1e5', '-1.25'),
  fc.integer({ min: -1000, max: 1000 }).map((cents) => (cents / 100).toFixed(2)),
)
const NAME = fc.constantFrom(
  'a',
  'A',
  'b',
  'place',
  'City',
  'city',
  'é',
  'long name of more than sixteen bytes',
  '',
)
const { value: VALUE } = fc.letrec<{ value: string; struct: string; list: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: TEXT },
    { weight: 4, arbitrary: NUMBER },
    { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null') },
    { weight: 1, arbitrary: tie('struct') },
    { weight: 1, arbitrary: tie('list') },
  ),
  struct: fc
    .array(fc.tuple(NAME, SPACES, tie('value'), SPACES), { maxLength: 4 })
    .map(
      (members) =>
        `{${members.map(([name, a, value, b]) => `${b}"${name}"${a}:${a}${value}${b}`).join(',')}}`,
    ),
  list: fc
    .array(fc.tuple(SPACES, tie('value'), SPACES), { maxLength: 4 })
    .map((values) => `[${values.flat().join(',').replaceAll(/^,|,$/g, '')}]`),
}))
/** Some names in the same order, so that records are alike; and what may be anything. */
const RECORD = fc
  .tuple(VALUE, VALUE, fc.option(VALUE), SPACES, fc.array(fc.tuple(NAME, VALUE), { maxLength: 2 }))
  .map(([a, b, place, space, others]) => {
    const members = [`"a":${space}${a}`, `"b":${b}`]
    if (place !== null) members.push(`"place":${place}`)
    return `{${[...members, ...others.map(([name, value]) => `"${name}x":${value}`)].join(`,${space}`)}}`
  })
const LINE = fc.oneof(
  { weight: 20, arbitrary: RECORD },
  { weight: 1, arbitrary: VALUE },
  { weight: 1, arbitrary: SPACES },
)
const TEXTS = fc.array(fc.tuple(LINE, fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n')), { maxLength: 12 })
const DOCUMENT = fc.tuple(
  TEXTS,
  fc.nat(70),
  fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.constantFrom(...'"\\{}[],:0ex \n')) },
  ),
)

/** Blocks end anywhere, and one byte may be another. */
function documentOf([lines, shift, broken]: typeof DOCUMENT extends fc.Arbitrary<infer T>
  ? T
  : never): string {
  const text = lines.flat().join('')
  const at = broken === null ? text.length : broken[0] % (text.length + 1)
  const changed = text.slice(0, at) + (broken?.[1] ?? '') + text.slice(at + 1)
  return `{"a":"${'x'.repeat(shift)}"}\n${changed}`
}

const RUNS = Number(process.env.COSET_RUNS ?? 1000)

describe('JSON in the kernel', () => {
  it.each([
    ['*', JSON_LINES],
    [['s.a', 's.place.city', 's."b"', 's.a[1]', 's.place'], { type: 'json', recordDelimiter: '\r\n' }],
    [['s.A', 's.b', 's.place'], CSV],
    [['s.b', 's.a'], { ...CSV, quoteFields: 'ALWAYS', quote: "'", quoteEscape: "'" }],
  ] as const)(
    'is written as the interpreter writes it, or refused: %j',
    (paths, output) => {
      let readable = 0
      const property = fc.property(DOCUMENT.map(documentOf), (text) => {
        const expected = answerOf(expressionOf(paths), output, text)
        const found = writtenOf(paths, output, text)
        if (found.slice === 'refused') return
        readable++
        expect(found.slice).not.toBe('odd')
        expect({ text: found.written, error: undefined }).toEqual(expected)
      })
      fc.assert(property, { numRuns: RUNS })
      expect(readable).toBeGreaterThan(RUNS / 4)
    },
    120_000,
  )

  it('has values of each view', () => {
    const views = ['json', 'kind', 'printed'] as const
    const text = '{"a":"x\\u00e9"}\n{"a": null}\n{}\n{"a":1.50}\n{"a":true}\n'
    const found = read({ text, paths: ['s.a'], wanted: views.map((view) => ({ column: 0, view })) })
    expect(tableOf(found)).toEqual([
      ['"x\\u00e9"', 'null', null, '1.50', 'true'],
      [1, 0, null, 1, 1],
      ['xé', null, null, '1.50', 'true'],
    ])
  })
})
