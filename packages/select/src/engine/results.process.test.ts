// Large results on their way from a query's process, of executions that do one thing each.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RESULT_FILE, WRITTEN_FILES } from '../messages.js'
import type { SelectRequest } from '../request.js'
import { SelectEngine } from './engine.js'
import type { QueryEvent } from './run-query.js'
import { defaultSelectSettings } from './settings.js'

// Processes run built code only, which `npm run check` and `npm test` make first.
const isBuilt = existsSync(new URL('../../dist/worker/main.js', import.meta.url))

const MIB = 1024 * 1024

const requestOf = (expression: string): SelectRequest => ({
  expression,
  compression: 'NONE',
  input: { type: 'json', layout: 'LINES' },
  output: { type: 'json', recordDelimiter: '\n' },
})

async function* source(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{}\n')
}

const linesOf = (size: number, count: number) =>
  Array.from({ length: count }, (_, at) => `${`${at}`.padEnd(size - 1, '.')}\n`).join('')

/** Files that this process holds open there; none where the system does not tell. */
async function openedIn(dir: string): Promise<readonly string[]> {
  const numbers = await readdir('/proc/self/fd').catch(() => [])
  const paths = await Promise.all(
    numbers.map((number) => readlink(`/proc/self/fd/${number}`).catch(() => '')),
  )
  return paths.filter((path) => path.startsWith(dir))
}

describe.skipIf(!isBuilt)('large results (skipped where nothing is built)', () => {
  let dir: string
  let engine: SelectEngine
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-results-'))
    const executionModule = new URL('../testing/executions.mjs', import.meta.url).href
    engine = new SelectEngine({ ...defaultSelectSettings(), spoolFolder: dir, spareMs: 0, executionModule })
  })
  afterEach(async () => {
    await engine.close()
    const left = await readdir(dir)
    await rm(dir, { recursive: true })
    expect(left).toEqual([])
  })

  const select = (expression: string): AsyncGenerator<QueryEvent> =>
    engine.select(requestOf(expression), source(), { signal: new AbortController().signal, nowMs: 0 })

  /** All that was found, and what the query failed with. */
  async function ask(expression: string): Promise<{ readonly text: string; readonly failure?: unknown }> {
    const chunks: Buffer[] = []
    const text = () => Buffer.concat(chunks).toString()
    try {
      for await (const event of select(expression))
        if (event.kind === 'records') chunks.push(Buffer.from(event.bytes))
      return { text: text() }
    } catch (failure) {
      return { text: text(), failure }
    }
  }

  it.each([
    [9, 2000],
    [1000, 1200],
    [64 * 1024, 40],
    [200_001, 20],
    [MIB, 5],
    [MIB + 1, 3],
  ])('come whole in pieces of %i bytes that share their memory', async (size, count) => {
    const { text, failure } = await ask(`pieces ${size}/${count}`)
    expect(failure).toBeUndefined()
    expect(text === linesOf(size, count)).toBe(true)
  })

  it('come before the failure that they end with', async () => {
    const { text, failure } = await ask('pieces 300000/10/fail')
    expect(failure).toMatchObject({ code: 'CastFailed' })
    expect(text === linesOf(300_000, 10)).toBe(true)
  })

  it('of a process that dies amid them are no results', async () => {
    expect((await ask('pieces 300000/50/kill')).failure).toMatchObject({ code: 'InternalError' })
  })

  describe('that stand in files', () => {
    const filesOf = (size: number, count: number) =>
      Array.from({ length: count }, (_, at) => `\n${at}\n${String(at % 10).repeat(size)}`).join('')

    it.each([
      [0, 3],
      [1000, 30],
      [200_000, 9],
      [300_000, 9],
      [RESULT_FILE.slotBytes, 5],
      [WRITTEN_FILES.partBytes, 3],
      [2 * WRITTEN_FILES.partBytes + 1, 3],
    ])('of %i bytes come whole, between what comes otherwise', async (size, count) => {
      const { text, failure } = await ask(`files ${size}/${count}`)
      expect(failure).toBeUndefined()
      expect(text === `${filesOf(size, count)}\nend\n`).toBe(true)
    })

    it.each([
      'short',
      'elsewhere /etc/passwd',
      'elsewhere result-99',
    ])('are not what they should be: %s', async (expression) => {
      expect((await ask(expression)).failure).toMatchObject({ code: 'InternalError' })
    })

    it('hold their process up while nobody takes them, and are closed when nobody wants them', async () => {
      const events = select(`files ${5 * MIB}/100000`)
      for (let event = 0; event < 4; event++) await events.next()
      const [name = ''] = await readdir(dir)
      const folder = join(dir, name, 'query-1')
      const writtenMs = async () => {
        const files = await readdir(folder)
        const written = files.filter((file) => file.startsWith('result-'))
        return Promise.all(written.map(async (file) => (await stat(join(folder, file))).mtimeMs))
      }
      await sleep(100)
      const before = await writtenMs()
      await sleep(100)
      expect(await writtenMs()).toEqual(before)
      expect(before.length).toBeGreaterThan(0)
      await events.return(undefined)
      expect(await openedIn(dir)).toEqual([])
    })
  })

  it('hold their process up while nobody takes them, with little on the disk', async () => {
    const events = select('pieces 200000/100000')
    for (let event = 0; event < 3; event++) await events.next()
    const [folder = ''] = await readdir(dir)
    const results = join(dir, folder, 'query-1', RESULT_FILE.name)
    await sleep(100)
    const before = await stat(results)
    await sleep(100)
    const after = await stat(results)
    expect(after.mtimeMs).toBe(before.mtimeMs)
    expect(after.size).toBeLessThanOrEqual(RESULT_FILE.slots * RESULT_FILE.slotBytes)
    await events.return(undefined)
  })
})
