import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { analyze } from '../analysis/analyze.js'
import type { FieldStep } from '../analysis/query.js'
import { MemoryBytes } from '../batch-bytes.js'
import { type InterpretedExecution, interpret } from '../interpreted-execution.js'
import { parse } from '../language/parse.js'
import type { JsonInput, JsonOutput, OutputFormat } from '../request.js'
import { type Cell, cellsOf } from '../testing/cells.js'
import { CSV_OUTPUT } from '../testing/csv-formats.js'
import { JSON_TEXT } from '../testing/json-text.js'
import { type JsonResult, jsonCode } from './json-code.js'
import { Kernel } from './kernel.js'
import { inputBytesFor, type SliceFound, SliceReader } from './slice-reader.js'
import type { Wanted } from './wanted.js'

const LINES: JsonInput = { type: 'json', layout: 'LINES' }
const JSON_LINES: JsonOutput = { type: 'json', recordDelimiter: '\n' }
const CSV = CSV_OUTPUT

let kernel: Kernel
beforeAll(() => {
  kernel = new Kernel()
})

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
  const reader = new SliceReader(kernel, code, wanted, inputBytesFor(wanted) ?? 0)
  const slice = reader.read(new MemoryBytes(Buffer.from(text)), 0)
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

const RUNS = Number(process.env.COSET_RUNS ?? 150)

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
      const property = fc.property(JSON_TEXT, (text) => {
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

  it('has numbers of each type', () => {
    const wanted = (['decimal', 'float', 'int'] as const).map((view, column) => ({ column, view }))
    const text =
      '{"a":1,"b":1.5,"c":7}\n{"c":-0,"b":-0.0,"a":-0.25}\n{"a":12345678.5,"b":1e-3,"c":123456789012}\n'
    expect(tableOf(read({ text, paths: ['s.a', 's.b', 's.c'], wanted }))).toEqual([
      [100, -25, 1234567850],
      [0, 2, 1],
      [1.5, 0, 0.001],
      [7, 0, 123456789012],
    ])
  })

  it('has numbers to be added up, and to be compared', () => {
    const text = '{"a":1.25}\n{"a":-2.5}\n{"a":-0}\n{}\n{"a":502.4873612345678}\n{"a":-0.06250}\n'
    const found = read({ text, paths: ['s.a'], wanted: [{ column: 0, view: 'sum' }] })
    expect(tableOf(found)).toEqual([
      [1, -2, 0, null, 502, 0],
      [2, 1, 0, null, 13, 5],
      [0.25e18, -0.5e18, 0, null, 487_361_234_567_800_000, -62_500_000_000_000_000],
    ])
    expect(tableOf(read({ text, paths: ['s.a'], wanted: [{ column: 0, view: 'order' }] }))).toEqual([
      [1.25, -2.5, 0, null, 502.4873612345678, -0.0625],
      [3, 2, 1, null, 17, 6],
    ])
  })

  it('reads every float as JavaScript does', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.tuple(fc.nat(99_999_999), fc.nat(99_999_999)).map((parts) => Number(parts.join('.'))),
    )
    const property = fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
      const text = numbers.map((value) => `{"n":${value}}\n`).join('')
      const found = read({ text, paths: ['s.n'], wanted: [{ column: 0, view: 'float' }] })
      expect(tableOf(found)).toEqual([numbers.map((value) => Number(`${value}`) + 0)])
    })
    fc.assert(property, { numRuns: 200 })
  })

  it.each([
    ['int', ['"1"', '1.0', '1e3', 'true', '{}', '[1]', '9223372036854775808']],
    ['float', ['"1"', '1e999', 'false', '{}', '[]']],
    ['decimal', ['"1"', '1e3', '0.0123456789', '1234567890123456789', 'true']],
    ['text', ['1', 'true', '{}', '["a"]']],
    ['bool', ['1', '"true"', '{}']],
    ['printed', ['1e3', '-0', '{}', '[1]']],
  ] as const)('tells of values that are no usual %s', (view, values) => {
    for (const value of values) {
      const text = `{"b":null}\n{"b":${value}}\n`
      expect(read({ text, paths: ['s.b'], wanted: [{ column: 0, view }] }).slice, value).toBe('odd')
    }
  })

  it.each([
    ['text behind a record', '{"a":1}x\n'],
    ['an open record', '{"a":1\n'],
    ['an open string', '{"a":"b\n"}\n'],
    ['a record that is no struct', '[1]\n'],
    ['a name with an escape', '{"\\u0061":1}\n'],
    ['a Kelvin sign in a name', '{"\u212a":1}\n'],
    ['a control character', '{"a":"\u0001"}\n'],
    ['an escape that is none', '{"a":"\\x"}\n'],
    ['a code that is none', '{"a":"\\u00g0"}\n'],
    ['a zero before a number', '{"a":01}\n'],
    ['a point behind a number', '{"a":1.}\n'],
    ['an exponent that is none', '{"a":1e}\n'],
    ['a large exponent', '{"a":1e1000}\n'],
    ['a long number', `{"a":${'1'.repeat(1001)}}\n`],
    ['a word', '{"a":nul}\n'],
    ['a deep record', `${'{"a":'.repeat(257)}1${'}'.repeat(257)}\n`],
    ['a long record', `{"a":"${'x'.repeat(1_048_576)}"}\n`],
    ['a byte order mark', '\ufeff{"a":1}\n'],
    ['no UTF-8', Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3]), Buffer.from('"}\n')])],
    ['a name that occurs twice', '{"b":1,"B":2}\n'],
    ['a name that occurs without end', `{${'"b":"",'.repeat(100_000)}"c":1}\n`],
    ['a struct that occurs without end', `{${'"b":{},'.repeat(100_000)}"c":1}\n`],
    ['a lone surrogate', '{"b":"\\ud800"}\n'],
  ])('is refused where it has to be looked at closely: %s', (_name, text) => {
    expect(read({ text, paths: ['s.b'], wanted: [{ column: 0, view: 'text' }] }).slice).toBe('refused')
  })

  it('has no records on blank lines, which are refused in documents', () => {
    const text = '\n{"b":1}\n \t\n\r\n{"b":2}\n  '
    const wanted = [{ column: 0, view: 'int' }] as const
    expect(tableOf(read({ text, paths: ['s.b'], wanted }))).toEqual([[1, 2]])
    const input = { type: 'json', layout: 'DOCUMENT' } as const
    expect(read({ text, paths: ['s.b'], wanted, input }).slice).toBe('refused')
    expect(tableOf(read({ text: '{"b":1}\n{"b":2}\n', paths: ['s.b'], wanted, input }))).toEqual([[1, 2]])
  })

  it('reads records of many shapes, more than it keeps', () => {
    const records = Array.from({ length: 3000 }, (_none, at) => {
      const place = Object.fromEntries([[`p${at % 1700}`, [at, { [`q${at % 13}`]: null }]]])
      return { [`n${at}`]: at, id: at, place, last: [[[at]], {}] }
    })
    const text = records.map((record) => `${JSON.stringify(record)}\n`).join('')
    const found = read({
      text,
      paths: ['s.id', 's."last"[0][0][0]'],
      wanted: [0, 1].map((column) => ({ column, view: 'int' as const })),
      result: { output: JSON_LINES, columns: undefined },
    })
    expect(tableOf(found)).toEqual([0, 1].map(() => records.map(({ id }) => id)))
    expect(found.written).toBe(text)
    expect(found.odd).toBe(0)
  })

  it('goes on in further slices where one has no more room', () => {
    const text = Array.from({ length: 300_000 }, (_none, index) => `{"n":${index}}\n`).join('')
    const batch = new MemoryBytes(Buffer.from(text))
    const code = jsonCode(LINES, [stepsOf('s.n')])
    if (!code) throw new Error('The kernel has no such format.')
    const wanted = [{ column: 0, view: 'int' }] as const
    const reader = new SliceReader(kernel, code, wanted, inputBytesFor(wanted) ?? 0)
    const starts: Cell[] = []
    let [at, count] = [0, 0]
    while (at < text.length) {
      const slice = reader.read(batch, at)
      if (typeof slice === 'string') throw new Error(slice)
      const [column] = slice.columns
      starts.push(column ? (cellsOf(column, slice.records)[0] ?? null) : null, count)
      count += slice.records
      at = slice.end
    }
    expect(count).toBe(300_000)
    expect(starts.length).toBeGreaterThan(2)
    for (let index = 0; index < starts.length; index += 2) expect(starts[index]).toBe(starts[index + 1])
  })

  it('writes records that are chosen, however many fit at a time, and leaves the others out', () => {
    const line = (id: number) => `{"id":${id},"text":"${'y'.repeat(1000)}"}`
    const text = Array.from({ length: 9000 }, (_none, id) => `${line(id)}\n`).join('')
    const chosen = Int32Array.from({ length: 4500 }, (_none, index) => 2 * index)
    const result = { output: { ...JSON_LINES, recordDelimiter: '\r\n' }, columns: undefined }
    const expected = Array.from(chosen, (id) => `${line(id)}\r\n`).join('')
    expect(read({ text, result, chosen }).written).toBe(expected)
  })

  it.each([
    ['names that differ in case alone', ['s.name', 's."Name"']],
    ['a name beyond ASCII in any case', ['s.é']],
    ['an element far away', ['s.a[1000]']],
    ['more names than there is room for', Array.from({ length: 900 }, (_none, at) => `s.name${at}`)],
  ])('is not read for %s', (_name, paths) => {
    expect(jsonCode(LINES, paths.map(stepsOf))).toBeUndefined()
  })

  it.each([
    { type: 'json', recordDelimiter: 'long' },
    { ...CSV, quoteEscape: '\\' },
    { ...CSV, recordDelimiter: ';' },
    { ...CSV, fieldDelimiter: '1' },
    { ...CSV, quote: 'e', quoteEscape: 'e' },
  ] as const)('is not written as %j', (output) => {
    expect(jsonCode(LINES, [], { output, columns: [] })).toBeUndefined()
  })
})
