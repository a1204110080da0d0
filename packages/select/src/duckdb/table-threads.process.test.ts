import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PartBytes } from '../batch-bytes.js'
import type { StoredContent } from '../engine/object-source.js'
import type { Batch } from '../execution.js'
import type { StartMessage } from '../messages.js'
import type { InputFormat, OutputFormat, SelectRequest } from '../request.js'
import { StoredObject } from '../stored/stored-object.js'
import { BothExecutions } from '../testing/both-executions.js'
import { CSV_INPUT, CSV_OUTPUT } from '../testing/csv-formats.js'
import { MemoryBlobs } from '../testing/memory-blobs.js'
import { ColumnExecution } from './column-execution.js'
import { formatOf } from './format-of.js'
import { ThreadPlace } from './table-threads.js'

// Threads run built code only, which `npm run check` and `npm test` make first.
const isBuilt = existsSync(new URL('../../dist/duckdb/table-thread.js', import.meta.url))

const MODULE = new URL('../testing/stored-blobs.mjs', import.meta.url).href
const JSON_LINES: OutputFormat = { type: 'json', recordDelimiter: '\n' }
const JSON_INPUT: InputFormat = { type: 'json', layout: 'LINES' }
const USE: InputFormat = { ...CSV_INPUT, header: 'USE' }
const PEOPLE = ['id,name,amount\n1,Ann,10.5\n2,Bob,-3\n', '3,Zoë,7\n4,"x ""y""",0.25\n', '5,Cy,1e3\n']
const ROWS = [
  '{"id":1,"name":"Ann","home":{"x":1}}\n{"id":2,"name":"B\\u006fb","home":{"x":2.5}}\n',
  '{"id":3,"name":"Zoë","home":{"x":"3"}}\n{"id":4,"home":null}\n',
]

describe.skipIf(!isBuilt)('threads that make tables (skipped where nothing is built)', () => {
  let both: BothExecutions
  beforeAll(async () => {
    both = await BothExecutions.open()
  })
  afterAll(() => both.close())

  /** With the batches of an object that threads read by themselves; `stored`: what they are told of it. */
  async function answers(
    request: SelectRequest,
    texts: readonly string[],
    stored: Partial<StoredContent> = {},
  ) {
    const whole = texts.join('')
    const extents = [{ blob: 'one', offset: 0, length: Buffer.byteLength(whole) }]
    const content = { module: MODULE, options: { blobs: { one: whole } }, extents, ...stored }
    const blobs = { one: Buffer.from(whole).toString('base64') }
    const object = new StoredObject(new MemoryBlobs({ blobs, blockBytes: 16 }), extents)
    let places: readonly ThreadPlace[] = []
    let asked = 0
    let at = 0
    const batches = texts.map((text, index): Batch => {
      const start = at
      at += Buffer.byteLength(text)
      const bytes = new PartBytes(object, start, at)
      return { bytes, stored: { start, end: at }, isFirst: index === 0, release: async () => undefined }
    })
    const result = await both.answerBatches(request, batches, async (work) => {
      const start = { request, folder: work.folder, stored: content } as Partial<StartMessage> as StartMessage
      places = [0, 1].map((number) => new ThreadPlace(start, 4 + number))
      await Promise.all(places.map((place) => place.ready))
      for (const place of places) {
        const { read } = place
        place.read = (wish) => {
          asked++
          return read.call(place, wish)
        }
      }
      const format = formatOf(work.query, request, work.state)
      const execution = new ColumnExecution({ ...work, format, openThreads: () => places })
      return execution
    })
    return { ...result, asked }
  }

  const requestOf = (expression: string, input: InputFormat, output: OutputFormat): SelectRequest => ({
    expression,
    compression: 'NONE',
    input,
    output,
  })

  it.each([
    ['SELECT * FROM COSObject', USE, CSV_OUTPUT, PEOPLE],
    ["SELECT * FROM COSObject s WHERE s.name <> 'Bob'", USE, CSV_OUTPUT, PEOPLE],
    ['SELECT s.name FROM COSObject s WHERE CAST(s.amount AS FLOAT) > 5', USE, JSON_LINES, PEOPLE],
    ['SELECT COUNT(*), AVG(CAST(s.amount AS FLOAT)) FROM COSObject s', USE, CSV_OUTPUT, PEOPLE],
    ['SELECT COUNT(*) FROM COSObject s', USE, CSV_OUTPUT, PEOPLE],
    ['SELECT * FROM COSObject s LIMIT 3', USE, CSV_OUTPUT, PEOPLE],
    ['SELECT * FROM COSObject s', JSON_INPUT, JSON_LINES, ROWS],
    ['SELECT s.name, s.home.x FROM COSObject s WHERE s.id > 1', JSON_INPUT, JSON_LINES, ROWS],
    ['SELECT s.id, UPPER(s.name) FROM COSObject s WHERE s.id < 3', JSON_INPUT, CSV_OUTPUT, ROWS],
  ] as const)('answer as the interpreter does: %s', async (expression, input, output, texts) => {
    const { expected, found, asked } = await answers(requestOf(expression, input, output), texts)
    expect(found).toEqual(expected)
    expect(found.error).toBeUndefined()
    expect(asked).toBeGreaterThan(0)
  })

  it.each([
    ['has no such module', { module: `${MODULE}.none` }],
    ['meets damage', { options: { damaged: 'one' } }],
  ])('are done without where one %s', async (_name, stored) => {
    const request = requestOf("SELECT * FROM COSObject s WHERE s.name <> 'Bob'", USE, CSV_OUTPUT)
    const { expected, found } = await answers(request, PEOPLE, stored)
    expect(found).toEqual(expected)
  })
})
