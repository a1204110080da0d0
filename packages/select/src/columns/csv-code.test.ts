import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { MemoryBytes } from '../batch-bytes.js'
import { CsvRecords } from '../input/csv-record.js'
import { CsvWriter } from '../output/csv-writer.js'
import type { CsvInput } from '../request.js'
import { type Cell, cellsOf } from '../testing/cells.js'
import { CSV_INPUT, CSV_OUTPUT } from '../testing/csv-formats.js'
import { csvCode, writesSame } from './csv-code.js'
import { Kernel } from './kernel.js'
import { inputBytesFor, type SliceFound, SliceReader, type WrittenPiece } from './slice-reader.js'
import type { Wanted } from './wanted.js'

const INPUT = CSV_INPUT
const OUTPUT = CSV_OUTPUT
const TEXTS: readonly Wanted[] = [0, 1, 3].map((column) => ({ column, view: 'text' }))

let kernel: Kernel
beforeAll(() => {
  kernel = new Kernel()
})

interface Found {
  readonly slice: SliceFound
  readonly written: string
}

function read(text: string | Buffer, wanted: readonly Wanted[], changed: Partial<CsvInput> = {}): Found {
  const input = { ...INPUT, ...changed }
  const code = csvCode(input, OUTPUT, { columns: 0, isWritten: true })
  if (!code) throw new Error('The kernel has no such format.')
  const reader = new SliceReader(kernel, code, wanted, inputBytesFor(wanted) ?? 0)
  const slice = reader.read(new MemoryBytes(Buffer.from(text)), 0)
  if (typeof slice === 'string') return { slice, written: '' }
  const pieces = [...reader.write(slice.records, undefined)].map(bytesOf)
  return { slice, written: Buffer.concat(pieces).toString() }
}

/** They are valid until the next one is asked for. */
function bytesOf(piece: WrittenPiece): Buffer {
  if (!(piece instanceof Uint8Array)) throw new Error('All records of CSV are written by the kernel.')
  return Buffer.from(piece)
}

function tableOf({ slice }: Found): readonly (readonly Cell[])[] | string {
  return typeof slice === 'string' ? slice : slice.columns.map((column) => cellsOf(column, slice.records))
}

/** As the interpreter reads it; undefined for what is no CSV to it. */
function expectedOf(text: string, input: CsvInput): { columns: Cell[][]; written: string } | undefined {
  const records = new CsvRecords(input, Number.POSITIVE_INFINITY)
  const writer = new CsvWriter(OUTPUT)
  const columns: Cell[][] = TEXTS.map(() => [])
  let written = ''
  try {
    records.load(text)
    while (records.next()) {
      for (const [at, { column }] of TEXTS.entries()) columns[at]?.push(records.column(column) ?? null)
      written += writer.all(
        Array.from({ length: records.columnCount }, (_none, index) => records.column(index) ?? ''),
      )
    }
    return { columns, written }
  } catch {
    return undefined
  }
}

const FIELD = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: fc.constantFrom('a', 'é', ' ', '7', '.'), maxLength: 40 }) },
  {
    weight: 3,
    arbitrary: fc
      .string({ unit: fc.constantFrom('a', ',', '""', ' ', '\u{1f600}'), maxLength: 30 })
      .map((text) => `"${text}"`),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '"a\nb"',
      '"a\r\nb"',
      'a\rb',
      '"a"\r',
      '"',
      'a"b',
      '" "x',
      '#c',
      '',
      '"a""',
      '"\r"',
    ),
  },
)
const RECORD = fc.array(FIELD, { minLength: 1, maxLength: 5 }).map((fields) => fields.join(','))
const CSV = fc
  .array(fc.tuple(RECORD, fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n')), { maxLength: 12 })
  .map((records) => records.flat().join(''))
const FORMATS: readonly Partial<CsvInput>[] = [
  {},
  { allowQuotedRecordDelimiter: true },
  { recordDelimiter: '\r\n' },
  { recordDelimiter: '\r\n', allowQuotedRecordDelimiter: true },
  { recordDelimiter: '.' },
  { recordDelimiter: '.', allowQuotedRecordDelimiter: true },
  { fieldDelimiter: ' ', comment: undefined },
  { quote: undefined, quoteEscape: undefined },
  { quoteEscape: '7' },
]

describe('CSV in the kernel', () => {
  it('is what it is to the interpreter, or refused', () => {
    let readable = 0
    const property = fc.property(CSV, fc.constantFrom(...FORMATS), fc.nat(70), (csv, format, shift) => {
      const input = { ...INPUT, ...format }
      // Blocks end anywhere.
      const text = `${'x'.repeat(shift)}${input.recordDelimiter}${csv}`
      const found = read(text, TEXTS, format)
      if (found.slice === 'refused') return
      readable++
      const expected = expectedOf(text, input)
      expect(tableOf(found)).toEqual(expected?.columns)
      if (writesSame(input, OUTPUT)) expect(found.written).toBe(expected?.written)
    })
    fc.assert(property, { numRuns: Number(process.env.COSET_RUNS ?? 2000) })
    expect(readable).toBeGreaterThan(400)
  }, 120_000)

  it.each([
    ['a,b\n1,2\n', 'a,b\n1,2\n'],
    ['a,"b"\n', 'a,b\n'],
    ['"a,b","",c\n', '"a,b",,c\n'],
    ['"say ""hi""","""",""""""\n', '"say ""hi""","""",""""""\n'],
    ['a,b\r\nc,"d"\r\n', 'a,b\nc,d\n'],
    ['a\rb,c\n', '"a\rb",c\n'],
    ['a,b', 'a,b\n'],
    ['\n\r\na\n\n', 'a\n'],
  ])('is written as the interpreter writes it: %j', (text, expected) => {
    expect(read(text, []).written).toBe(expected)
  })

  it.each([
    ['a quote in a bare field', 'a"b,c\n'],
    ['text behind a closing quote', '"a"b,c\n'],
    ['an open quote', '"a\n'],
    ['a quoted line feed', '"a\nb"\n'],
    ['a comment', '# a\nb\n'],
    ['a NUL', 'a\0b\n'],
    ['a long record', `${'x'.repeat(600_000)}\n`],
  ])('is refused where it has to be looked at closely: %s', (_name, text) => {
    expect(read(text, TEXTS).slice).toBe('refused')
  })

  it('is refused where it is no UTF-8', () => {
    expect(read(Buffer.from([0x61, 0xff, 0x0a]), TEXTS).slice).toBe('refused')
    expect(read(Buffer.from([0x61, 0xc3, 0x0a]), TEXTS).slice).toBe('refused')
  })

  it('has fields as numbers of each type', () => {
    const wanted = (['int', 'float', 'decimal'] as const).map((view, column) => ({ column, view }))
    const found = read('1,1.5,0.25\n-7, 1e3,10\n"+3",-0,-1.5\n 12 ,0.30000000000000004,7.125\n', wanted)
    expect(tableOf(found)).toEqual([
      [1, -7, 3, 12],
      [1.5, 1000, -0, 0.30000000000000004],
      [250, 10_000, -1500, 7125],
      [2, 0, 1, 3],
    ])
  })

  it('reads every float as JavaScript does', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.float({ noNaN: true, noDefaultInfinity: true }),
    )
    const property = fc.property(fc.array(number, { minLength: 1 }), (numbers) => {
      const found = read(`${numbers.join('\n')}\n`, [{ column: 0, view: 'float' }])
      expect(tableOf(found)).toEqual([numbers.map((value) => Number(`${value}`))])
    })
    fc.assert(property, { numRuns: 300 })
  })

  it.each([
    ['int', ['x', '', '1.0', '1e3', '9223372036854775808', '1 2']],
    ['float', ['x', '', 'inf', '1e999', '0x10', '1_0']],
    ['decimal', ['x', '', '1e3', '.5', '5.', '0.0123456789', '1234567890123456789']],
  ] as const)('tells of texts that are no usual %s', (view, texts) => {
    for (const text of texts) expect(read(`1,1\n1,${text}\n`, [{ column: 1, view }]).slice, text).toBe('odd')
  })

  it('goes on in a second slice where the first has no more room', () => {
    const records = 600_000
    const text = Array.from({ length: records }, (_none, index) => `${index}\n`).join('')
    const batch = new MemoryBytes(Buffer.from(text))
    const code = csvCode(INPUT, OUTPUT, { columns: 0, isWritten: true })
    if (!code) throw new Error('The kernel has no such format.')
    const wanted = [{ column: 0, view: 'int' }] as const
    const reader = new SliceReader(kernel, code, wanted, inputBytesFor(wanted) ?? 0)
    let [at, count, last, slices] = [0, 0, 0, 0]
    while (at < text.length) {
      const slice = reader.read(batch, at)
      if (typeof slice === 'string') throw new Error(slice)
      const [column] = slice.columns
      const cells = column ? cellsOf(column, slice.records) : []
      expect(cells[0]).toBe(count)
      last = Number(cells.at(-1))
      count += slice.records
      at = slice.end
      slices++
    }
    expect([count, last]).toEqual([records, records - 1])
    expect(slices).toBeGreaterThan(2)
  })

  it('writes records that are chosen, however many fit at a time', () => {
    const line = `${'y'.repeat(1000)},"z"`
    const text = `${line}\n`.repeat(9000)
    const batch = new MemoryBytes(Buffer.from(text))
    const code = csvCode(INPUT, { ...OUTPUT, recordDelimiter: '\r\n' }, { columns: 0, isWritten: true })
    if (!code) throw new Error('The kernel has no such format.')
    const reader = new SliceReader(kernel, code, [], inputBytesFor([]) ?? 0)
    reader.read(batch, 0)
    const chosen = Int32Array.from({ length: 4500 }, (_none, index) => 2 * index)
    const pieces = [...reader.write(9000, chosen)].map((piece) => bytesOf(piece).toString())
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.join('')).toBe(`${'y'.repeat(1000)},z\r\n`.repeat(4500))
  })
})
