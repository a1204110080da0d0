// The engine with executions that do one thing each. What they stand for is tested where it is.

import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SelectError } from '../errors.js'
import type { CsvInput, SelectRequest } from '../request.js'
import { CSV_INPUT } from '../testing/csv-formats.js'
import { SelectEngine } from './engine.js'
import type { ObjectSource } from './object-source.js'
import type { QueryEvent } from './run-query.js'
import { defaultSelectSettings, type SelectSettings } from './settings.js'

// Processes run built code only, which `npm run check` and `npm test` make first.
const isBuilt = existsSync(new URL('../../dist/worker/main.js', import.meta.url))

const MIB = 1024 * 1024
const CSV = CSV_INPUT

function requestOf(expression: string, input: Partial<CsvInput> = {}): SelectRequest {
  return {
    expression,
    compression: 'NONE',
    input: { ...CSV, ...input },
    output: { type: 'json', recordDelimiter: '\n' },
  }
}

describe.skipIf(!isBuilt)('the engine (skipped where nothing is built)', () => {
  let dir: string
  const engines: SelectEngine[] = []
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-engine-'))
  })
  afterEach(async () => {
    await Promise.all(engines.splice(0).map((engine) => engine.close()))
    const left = await readdir(dir)
    await rm(dir, { recursive: true })
    expect(left).toEqual([])
  })

  function open(settings: Partial<SelectSettings> = {}, onLeft?: (error: unknown) => void): SelectEngine {
    const executionModule = new URL('../testing/executions.mjs', import.meta.url).href
    const usual = { ...defaultSelectSettings(), spoolFolder: dir, spareMs: 0, executionModule }
    const engine = new SelectEngine({ ...usual, ...settings }, { onLeft })
    engines.push(engine)
    return engine
  }

  async function* source(content: string | Buffer, chunkBytes = 64 * 1024): AsyncGenerator<Uint8Array> {
    const bytes = Buffer.from(content)
    for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes)
  }

  const at = (signal = new AbortController().signal) => ({ signal, nowMs: 1234 })

  async function ask(engine: SelectEngine, request: SelectRequest, content: string | Buffer | ObjectSource) {
    const from = typeof content === 'string' || Buffer.isBuffer(content) ? source(content) : content
    const chunks: Uint8Array[] = []
    let last: QueryEvent | undefined
    for await (const event of engine.select(request, from, at())) {
      if (event.kind === 'records') chunks.push(Buffer.from(event.bytes))
      last = event
    }
    return { text: Buffer.concat(chunks).toString(), last }
  }

  async function codeOf(work: Promise<unknown>): Promise<string> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    return error instanceof SelectError ? error.code : `no SelectError: ${error}`
  }

  const isRunning = (pid: number) => {
    try {
      process.kill(pid, 0)
      return true
    } catch {
      return false
    }
  }

  it('hands the object over and gives back what is found, with how much was read', async () => {
    const { text, last } = await ask(open(), requestOf('echo'), 'a,b\nc,d')
    expect(text).toBe('a,b\nc,d')
    expect(last).toEqual({ kind: 'finished', bytesScanned: 7, bytesProcessed: 7 })
  })

  it('answers what is only known at the end, also of an empty object', async () => {
    expect((await ask(open(), requestOf('count'), '')).text).toBe('{"lines":0,"batches":0,"first":0}')
  })

  it.each([
    ['of one byte', '\n', 8 * 1024],
    ['of two bytes', '\r\n', 8 * 1024],
    ['of two bytes that are cut in the middle', '\r\n', 7],
  ])('cuts batches behind record delimiters %s', async (_name, recordDelimiter, chunkBytes) => {
    const lines = Array.from(
      { length: 3000 },
      (_, line) => `${line},${'x'.repeat(line % 90)}${recordDelimiter}`,
    )
    const engine = open({ batchBytes: 20_000 })
    const content = lines.join('')
    const counted = await ask(engine, requestOf('count', { recordDelimiter }), source(content, chunkBytes))
    expect(JSON.parse(counted.text)).toMatchObject({ lines: 3000, first: 1 })
    expect(JSON.parse(counted.text).batches).toBeGreaterThan(4)
    const echoed = await ask(engine, requestOf('echo', { recordDelimiter }), source(content, chunkBytes))
    expect(echoed.text).toBe(content)
  })

  it('tells what stands before a record that is too long, and then that it is', async () => {
    const chunks: Uint8Array[] = []
    const content = `short\n${'x'.repeat(2 * MIB)}\n`
    const asked = (async () => {
      for await (const event of open().select(requestOf('echo'), source(content), at()))
        if (event.kind === 'records') chunks.push(Buffer.from(event.bytes))
    })()
    expect(await codeOf(asked)).toBe('OverMaxRecordSize')
    expect(Buffer.concat(chunks).toString()).toBe('short\n')
  })

  it('reads no more than the query needs', async () => {
    let given = 0
    async function* endless() {
      for (;;) {
        given++
        yield Buffer.alloc(64 * 1024, 'line\n')
      }
    }
    const { text, last } = await ask(open(), requestOf('limit 3'), endless())
    expect(text).toBe('line\nline\nline\n')
    expect(last).toMatchObject({ bytesScanned: expect.any(Number) })
    expect(given).toBeLessThan(1000)
  })

  it('holds the source up while nobody takes the result', async () => {
    let given = 0
    async function* endless() {
      for (;;) {
        given += 64 * 1024
        yield Buffer.alloc(64 * 1024, 'line\n')
      }
    }
    const events = open({ batchBytes: MIB }).select(requestOf('echo'), endless(), at())
    for (let event = 0; event < 3; event++) await events.next()
    await sleep(100)
    const before = given
    await sleep(100)
    expect(given).toBe(before)
    expect(given).toBeLessThan(16 * MIB)
    await events.return(undefined)
  })

  describe('with an object that is read in parts', () => {
    const bytes = Buffer.from('0123456789')
    const read = async function* ({ start, end }: { readonly start: number; readonly end: number }) {
      yield bytes.subarray(start, end)
    }
    const partsOf = (expression: string): SelectRequest => ({
      ...requestOf(expression),
      input: { type: 'parquet' },
    })
    const askParts = async (expression: string, object: ObjectSource = { size: bytes.length, read }) => {
      const events: QueryEvent[] = []
      for await (const event of open().select(partsOf(expression), object, at())) {
        events.push(event.kind === 'records' ? { ...event, bytes: Buffer.from(event.bytes) } : event)
      }
      const records = events.flatMap((event) => (event.kind === 'records' ? [event.bytes] : []))
      return { text: Buffer.concat(records).toString(), last: events.at(-1) }
    }

    it('gives the parts that are asked for, and counts them', async () => {
      const { text, last } = await askParts('parts 2-4,6-7 0-1 9-10 0-10 5-6 8-9')
      // Before a part may stand what the file had before.
      expect(text).toBe('..23..6\n0\n..23..6..9\n0123456789\n..23.5\n012345678\n')
      expect(last).toEqual({ kind: 'finished', bytesScanned: 17, bytesProcessed: 17 })
    })

    it('ends a query that asks for what is not there', async () => {
      await expect(askParts('parts 2-4 5-11')).rejects.toThrow('no parts of the object')
    })

    it('ends a query whose object fails', async () => {
      const failing = async function* () {
        yield await Promise.reject(new Error('the disk is gone'))
      }
      await expect(askParts('parts 2-4', { size: 10, read: failing })).rejects.toThrow('the disk is gone')
    })

    it('takes no stream for one', async () => {
      await expect(askParts('parts 2-4', source('0123'))).rejects.toThrow('can not be read in parts')
    })
  })

  describe('over an object that its process reads by itself', () => {
    const EXTENTS = [
      { blob: 'one', offset: 2, length: 5 },
      { blob: 'two', offset: 0, length: 7 },
    ]
    const BLOBS = { one: '<<a,b\nc>', two: ',d\ne,f\n>' }

    function askStored(
      expression: string,
      options: object = {},
      request: Partial<SelectRequest> = {},
      settings: Partial<SelectSettings> = {},
    ) {
      const neverRead = () => {
        throw new Error('It is not read here.')
      }
      const module = new URL('../testing/stored-blobs.mjs', import.meta.url).href
      const stored = { module, extents: EXTENTS, options: { blobs: BLOBS, ...options } }
      const object = { size: 12, read: neverRead, stored }
      return ask(open({ batchBytes: 5, ...settings }), { ...requestOf(expression), ...request }, object)
    }

    it('finds all of it, and counts what was read', async () => {
      const { text, last } = await askStored('echo')
      expect(text).toBe('a,b\nc,d\ne,f\n')
      expect(last).toEqual({ kind: 'finished', bytesScanned: 12, bytesProcessed: 12 })
    })

    it('hands whole records over, however it is stored', async () => {
      expect(JSON.parse((await askStored('count')).text)).toEqual({ lines: 3, batches: 3, first: 1 })
    })

    it('reads no more than the query needs', async () => {
      const { text, last } = await askStored('limit 1')
      expect(text).toBe('a,b\n')
      expect(last).toEqual({ kind: 'finished', bytesScanned: 4, bytesProcessed: 4 })
    })

    it('is queried, also where only reading from the beginning tells records apart', async () => {
      for (const allowQuotedRecordDelimiter of [false, true]) {
        const input = { ...CSV, allowQuotedRecordDelimiter }
        const query = "SELECT s._2 FROM COSObject s WHERE s._1 <> 'c'"
        const { text, last } = await askStored(query, {}, { input }, { executionModule: undefined })
        expect(text).toBe('{"_2":"b"}\n{"_2":"f"}\n')
        expect(last).toEqual({ kind: 'finished', bytesScanned: 12, bytesProcessed: 12 })
      }
    })

    it('gives the parts that are asked for', async () => {
      const { text, last } = await askStored('parts 2-4,7-8 0-1', {}, { input: { type: 'parquet' } })
      expect(text).toContain('b\n')
      expect(last).toEqual({ kind: 'finished', bytesScanned: 4, bytesProcessed: 4 })
    })

    it.each(['echo', 'parts 7-9'])('ends with what its blobs fail with: %s', async (expression) => {
      const input = expression === 'echo' ? CSV : ({ type: 'parquet' } as const)
      const error: unknown = await askStored(expression, { damaged: 'two' }, { input }).catch(
        (reason: unknown) => reason,
      )
      expect(error).toMatchObject({ code: 'InternalError', message: 'The stored content is damaged.' })
      expect(String((error as Error).cause)).toContain('It is two.')
    })
  })

  it('gives processes nothing of its own: no environment, a private folder', async () => {
    const engine = open({ concurrency: 1 })
    const { text } = await ask(engine, requestOf('where'), '')
    const told = JSON.parse(text)
    expect(Object.keys(told.env).sort()).toEqual(['MALLOC_ARENA_MAX', 'TZ'])
    expect(told.nowMs).toBe(1234)
    expect(told.cwd).toBe(told.folder)
    expect((await stat(dirname(told.folder))).mode & 0o777).toBe(0o700)
    expect(told.folder.startsWith(dir)).toBe(true)
    // The next one begins when all of it is gone.
    await ask(engine, requestOf('where'), '')
    expect(existsSync(told.folder)).toBe(false)
  })

  it('passes results of any length on', async () => {
    expect((await ask(open(), requestOf('many 3000001'), 'x')).text).toHaveLength(3_000_001)
  })

  it.each([
    ['of the query itself', 'nothing', 'SQLParsingError'],
    ['of the object', 'fail CSVParsingError', 'CSVParsingError'],
    ['that are defects', 'throw', 'InternalError'],
    ['of a process that exits', 'exit 3', 'InternalError'],
    ['of a process that crashes', 'kill', 'InternalError'],
  ])('tells failures %s', async (_name, expression, code) => {
    expect(await codeOf(ask(open(), requestOf(expression), 'a\n'))).toBe(code)
  })

  it('tells a defect to the log alone', async () => {
    const error = await ask(open(), requestOf('throw'), 'a\n').catch((reason: unknown) => reason)
    expect(String(error)).not.toContain('secret')
    expect(String((error as Error).cause)).toContain('a defect with a secret')
  })

  it('ends a query that takes too long, also one that never waits', async () => {
    const engine = open({ queryMsMax: 1500 })
    expect(await codeOf(ask(engine, requestOf('spin'), 'a\n'))).toBe('Overload')
    expect((await ask(engine, requestOf('echo'), 'a\n')).text).toBe('a\n')
  })

  it.each(['hoard', 'grow'])('ends a query that takes too much memory: %s', async (expression) => {
    const engine = open({ memoryBytesMax: 160 * MIB })
    expect(await codeOf(ask(engine, requestOf(expression), 'a\n'))).toBe('Overload')
  })

  it('passes on what the source fails with', async () => {
    async function* damaged() {
      yield Buffer.from('a\n')
      throw new Error('the disk is gone')
    }
    await expect(ask(open(), requestOf('echo'), damaged())).rejects.toThrow('the disk is gone')
  })

  it('kills the process at once when the signal fires, and gives its reason', async () => {
    const controller = new AbortController()
    const asked = (async () => {
      for await (const event of open().select(requestOf('slow 60000'), source('a\n'), at(controller.signal)))
        if (event.kind === 'records') controller.abort(new Error('the client left'))
    })()
    await expect(asked).rejects.toThrow('the client left')
  })

  it('lets so many run, so many wait, and tells the others that it is busy', async () => {
    const engine = open({ concurrency: 1, waitingMax: 1, waitingMsMax: 1000 })
    const running = engine.select(requestOf('slow 60000'), source('a\n'), at())
    await running.next()
    const waiting = codeOf(ask(engine, requestOf('echo'), 'a\n'))
    await sleep(20)
    expect(await codeOf(ask(engine, requestOf('echo'), 'a\n'))).toBe('Busy')
    expect(await waiting).toBe('Busy')
    const next = ask(engine, requestOf('echo'), 'a\n')
    await running.return(undefined)
    expect((await next).text).toBe('a\n')
  })

  describe('at its end', () => {
    /** Of the process that answered, once `finished` was told. */
    const finish = async (engine: SelectEngine) => {
      let text = ''
      for await (const event of engine.select(requestOf('where'), source(''), at()))
        if (event.kind === 'records') text += Buffer.from(event.bytes).toString()
      return JSON.parse(text) as { readonly pid: number; readonly folder: string }
    }

    it('has told all before its process is gone, and is gone when the engine is closed', async () => {
      const engine = open()
      const { pid, folder } = await finish(engine)
      expect(isRunning(pid) || existsSync(folder)).toBe(true)
      await engine.close()
      expect(isRunning(pid)).toBe(false)
      expect(existsSync(folder)).toBe(false)
    })

    it('keeps its place until its process is gone, so that no more of them run than may', async () => {
      const engine = open({ concurrency: 1 })
      for (let turn = 0; turn < 4; turn++) {
        const { pid } = await finish(engine)
        const next = engine.select(requestOf('where'), source(''), at())
        await next.next()
        expect(isRunning(pid)).toBe(false)
        await next.return(undefined)
      }
    })

    it('lets the next one wait for that, where none else may wait', async () => {
      const engine = open({ concurrency: 1, waitingMax: 0 })
      await finish(engine)
      const next = finish(engine)
      expect(await codeOf(ask(engine, requestOf('echo'), 'a\n'))).toBe('Busy')
      expect((await next).pid).toBeGreaterThan(0)
    })

    it('tells what could not be removed', async () => {
      const told: unknown[] = []
      const engine = open({}, (error) => told.push(error))
      const events = engine.select(requestOf('echo'), source('a\n'), at())
      for await (const event of events) {
        if (event.kind !== 'finished') continue
        const [name = ''] = await readdir(dir)
        // Nothing can be listed there any more, as there is no folder.
        await rm(join(dir, name), { recursive: true })
        await writeFile(join(dir, name), '')
      }
      await engine.close()
      expect(told).toMatchObject([{ code: 'ENOTDIR' }])
    })
  })

  it('keeps a process ready, and drops it when no query comes', async () => {
    const engine = open({ spareMs: 2000 })
    const tell = async () =>
      JSON.parse((await ask(engine, requestOf('where'), '')).text) as { pid: number; folder: string }
    const first = await tell()
    const [parent = ''] = await readdir(dir)
    const folders = () => readdir(join(dir, parent))
    // One is made, with a folder of its own,
    await vi.waitFor(async () => expect(await folders()).not.toContain(basename(first.folder)), 5000)
    await vi.waitFor(async () => expect(await folders()).toHaveLength(1), 5000)
    const [ready = ''] = await folders()
    const second = await tell()
    expect(basename(second.folder)).toBe(ready)
    expect(isRunning(first.pid)).toBe(false)
    // and the next one is dropped with all that is its own.
    await vi.waitFor(async () => expect(await folders()).toEqual([]), 8000)
  })

  it('ends everything when it is closed', async () => {
    const engine = open()
    const asked = codeOf(ask(engine, requestOf('spin'), 'a\n'))
    await sleep(50)
    await engine.close(new SelectError('InternalError', 'closed'))
    expect(await asked).toBe('InternalError')
    expect(await readdir(dir)).toEqual([])
  })

  it('removes what processes left that are dead, and nothing else', async () => {
    const [dead, other, living] = ['coset-select-999999999-abc', 'other', `coset-select-${process.ppid}-abc`]
    for (const name of [dead, other, living]) await mkdir(join(dir, name))
    await ask(open(), requestOf('echo'), 'a\n')
    const left = await readdir(dir)
    expect(left).toContain(other)
    expect(left).toContain(living)
    expect(left).not.toContain(dead)
    await rm(join(dir, other), { recursive: true })
    await rm(join(dir, living), { recursive: true })
  })
})
