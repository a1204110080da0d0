// SELECT by our own SDK, as far as it does not depend on what the query is: executions that do one thing each stand in.
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CosClient, CosClientError, CosServiceError, type SelectEvent } from '@coset/sdk'
import { type StartOptions, startServer, type TestServer } from '@coset/server/testing'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { clientOf, eachStyle, newBucketName, refusal, STYLES } from './stations.js'

/** An expression is the name of one of them. */
const executionModule = new URL('../../../packages/select/src/testing/executions.mjs', import.meta.url).href
const MIB = 1024 * 1024
const CSV = { InputSerialization: { CSV: {} }, OutputSerialization: { CSV: {} } } as const

interface Options {
  readonly signal?: AbortSignal
}

/** Asks one bucket. */
function asking(cos: () => CosClient, Bucket: () => string) {
  const ask = (Key: string, Expression: string, options: Options = {}) =>
    cos().selectObjectContent({ Bucket: Bucket(), Key, Expression, ...CSV }, options)
  const text = async (Key: string, Expression: string) => (await ask(Key, Expression)).Body.text()
  return { ask, text }
}

eachStyle(
  (at) => {
    const named = (Key: string) => ({ Bucket: at.Bucket, Key })
    const { ask, text } = asking(
      () => at.cos,
      () => at.Bucket,
    )

    beforeAll(async () => {
      await at.cos.putObject({ ...named('small'), Body: 'a,b\nc,d\n' })
    })

    it('gives the result as events', async () => {
      const { Body, statusCode } = await ask('small', 'echo')
      const events: SelectEvent[] = []
      for await (const event of Body) events.push(event)
      expect(statusCode).toBe(200)
      expect(events.map(({ type }) => type)).toEqual(['records', 'stats', 'end'])
      const counts = { bytesScanned: 8, bytesProcessed: 8, bytesReturned: 8 }
      expect(events[1]).toEqual({ type: 'stats', ...counts })
      expect(await Body.stats).toEqual(counts)
    })

    it('reads objects of any size and kind: empty, in the row, in blobs, in parts, appended, linked', async () => {
      await at.cos.putObject({ ...named('empty'), Body: '' })
      expect(await text('empty', 'count')).toContain('"lines":0')
      const large = `${'x'.repeat(99)}\n`.repeat(50_000)
      await at.cos.putObject({ ...named('large'), Body: large })
      expect(await text('large', 'count')).toContain('"lines":50000')
      await at.cos.upload({ ...named('parts'), Body: large, PartSize: MIB })
      expect(await text('parts', 'echo')).toBe(large)
      await at.cos.appendObject({ ...named('appended'), Position: 0, Body: 'a\n' })
      await at.cos.appendObject({ ...named('appended'), Position: 2, Body: 'b\n' })
      expect(await text('appended', 'echo')).toBe('a\nb\n')
      await at.cos.putSymlink({ ...named('link'), SymlinkTarget: 'small' })
      expect(await text('link', 'echo')).toBe('a,b\nc,d\n')
    })

    it('refuses what can not be asked', async () => {
      expect(await refusal(ask('absent', 'echo'))).toBe('404 NoSuchKey')
      await at.cos.putObject({ ...named('archived'), Body: 'x', StorageClass: 'ARCHIVE' })
      expect(await refusal(ask('archived', 'echo'))).toBe('403 InvalidObjectState')
      const Bucket = newBucketName()
      const missing = at.cos.selectObjectContent({ Bucket, Key: 'k', Expression: 'echo', ...CSV })
      expect(await refusal(missing)).toBe('404 NoSuchBucket')
      const noFormat = { ...named('small'), Expression: 'echo', ...CSV, InputSerialization: {} }
      expect(await refusal(at.cos.selectObjectContent(noFormat))).toBe('400 MissingInputFormat')
    })

    it('is for those who may read the object', async () => {
      const anonymous = at.client({ SecretId: undefined, SecretKey: undefined })
      const query = { Expression: 'echo', ...CSV }
      expect(await refusal(anonymous.selectObjectContent({ ...named('small'), ...query }))).toBe(
        '403 AccessDenied',
      )
      await at.cos.putObject({ ...named('public'), Body: 'x\n', ACL: 'public-read' })
      const { Body } = await anonymous.selectObjectContent({ ...named('public'), ...query })
      expect(await Body.text()).toBe('x\n')
    })

    it('tells failures by their code: before anything was sent, and on the way', async () => {
      expect(await refusal(ask('small', 'refuse CSVParsingError'))).toBe('400 CSVParsingError')
      expect(await refusal(ask('small', 'throw'))).toBe('500 InternalError')
      const late = await ask('small', 'slow-fail CastFailed')
      const error = await late.Body.text().catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'CastFailed', statusCode: 200, requestId: late.requestId })
    })
  },
  STYLES,
  { select: { executionModule } },
)

describe('versions', () => {
  it('are asked by their id', async () => {
    const { server, cos, Bucket, stop } = await stand({})
    await cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
    const { VersionId } = await cos.putObject({ Bucket, Key: 'k', Body: 'old\n' })
    await cos.putObject({ Bucket, Key: 'k', Body: 'new\n' })
    const query = { Bucket, Key: 'k', Expression: 'echo', ...CSV }
    expect(await (await cos.selectObjectContent({ ...query, VersionId })).Body.text()).toBe('old\n')
    expect(await (await cos.selectObjectContent(query)).Body.text()).toBe('new\n')
    const none = cos.selectObjectContent({ ...query, VersionId: VersionId?.replace(/.{6}$/, 'AAAAAA') })
    expect(await refusal(none)).toMatch(/^40[04] /)
    await cos.deleteObject({ Bucket, Key: 'k' })
    expect(await refusal(cos.selectObjectContent(query))).toBe('404 NoSuchKey')
    expect(server.url).toContain('http')
    await stop()
  })
})

let spool: string
beforeEach(async () => {
  spool = await mkdtemp(join(tmpdir(), 'coset-spool-'))
})
afterEach(() => rm(spool, { recursive: true }))

async function stand(select: Exclude<StartOptions['select'], 'off'>, keepAliveMs = 5000) {
  const settings = { executionModule, spoolFolder: spool, spareMs: 0, ...select }
  const server: TestServer = await startServer({ storage: 'local', select: settings, keepAliveMs })
  const cos = clientOf(server)
  const Bucket = newBucketName()
  await cos.putBucket({ Bucket })
  const put = (Key: string, Body: string | Buffer) => cos.putObject({ Bucket, Key, Body })
  const around = asking(
    () => cos,
    () => Bucket,
  )
  const stop = async () => {
    await cos.close()
    await server.stop()
    expect(await readdir(spool)).toEqual([])
  }
  return { server, cos, Bucket, put, stop, ...around }
}

/** Processes of queries that are alive, by what stands on their command line. */
async function workers(): Promise<number[]> {
  const { readFile } = await import('node:fs/promises')
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const line = await readFile(`/proc/${name}/cmdline`, 'latin1').catch(() => '')
    const status = await readFile(`/proc/${name}/status`, 'latin1').catch(() => '')
    const isOurs = new RegExp(`^PPid:\\s*${process.pid}$`, 'm').test(status)
    if (isOurs && line.includes('worker/main.js') && !/^State:\s*Z/m.test(status)) found.push(Number(name))
  }
  return found
}

/** The reply's kinds of events, until it ends. */
async function typesOf(Body: AsyncIterable<SelectEvent>): Promise<string[]> {
  const types: string[] = []
  for await (const { type } of Body) types.push(type)
  return types
}

describe.skipIf(!existsSync('/proc/self/status'))('while a query is under way', () => {
  it('signs of life come, and what was found does not wait', async () => {
    const { put, ask, stop } = await stand({}, 150)
    await put('k', 'a\n')
    const types = await typesOf((await ask('k', 'slow 500')).Body)
    // The first ones may come while the process starts.
    expect(types.join(' ').replace(/^(cont )+/, '')).toMatch(/^records( cont)+ records stats end$/)
    await stop()
  })

  it('progress comes when it was asked for', async () => {
    const { put, cos, Bucket, stop } = await stand({})
    await put('k', Buffer.alloc(80 * MIB, 'line of text\n'))
    const query = { Bucket, Key: 'k', Expression: 'echo', ...CSV }
    const asked = cos.selectObjectContent({ ...query, RequestProgress: { Enabled: true } })
    expect(await typesOf((await asked).Body)).toContain('progress')
    expect(await typesOf((await cos.selectObjectContent(query)).Body)).not.toContain('progress')
    await stop()
  })

  it.each([
    ['aborts', (controller: AbortController) => controller.abort()],
    ['cancels the body', (_controller: AbortController, body: { cancel(): void }) => body.cancel()],
  ])('its process ends at once when the client %s', async (_name, leave) => {
    const { put, ask, stop } = await stand({})
    await put('k', 'a\n')
    const controller = new AbortController()
    const { Body } = await ask('k', 'slow 60000', { signal: controller.signal })
    expect(await workers()).toHaveLength(1)
    leave(controller, Body)
    await expect.poll(workers, { timeout: 2000 }).toEqual([])
    await stop()
  })

  it('its process ends when the server stops', async () => {
    const { put, ask, stop } = await stand({})
    await put('k', 'a\n')
    const { Body } = await ask('k', 'slow 60000')
    const read = Body.text().catch((error: unknown) => error)
    await stop()
    expect(await read).toBeInstanceOf(CosClientError)
    expect(await workers()).toEqual([])
  })
})

describe('limits', () => {
  it('of time and memory end a query that computes for ever, or hoards', async () => {
    const { put, ask, text, stop } = await stand({ queryMsMax: 1500, memoryBytesMax: 192 * MIB })
    await put('k', 'a\n')
    for (const expression of ['spin', 'hoard', 'grow'])
      expect(await refusal(ask('k', expression)), expression).toBe('503 Overload')
    expect(await text('k', 'echo')).toBe('a\n')
    await stop()
  })

  it('of how many run and wait answer with Busy', async () => {
    const { put, ask, stop } = await stand({ concurrency: 1, waitingMax: 1, waitingMsMax: 500 })
    await put('k', 'a\n')
    const running = await ask('k', 'slow 60000')
    const asked = performance.now()
    const refusals = await Promise.all([refusal(ask('k', 'echo')), refusal(ask('k', 'echo'))])
    expect(refusals).toEqual(['503 Busy', '503 Busy'])
    expect(performance.now() - asked).toBeLessThan(3000)
    const next = ask('k', 'echo')
    running.Body.cancel()
    expect(await (await next).Body.text()).toBe('a\n')
    await stop()
  })

  it('hold a result that nobody reads, and the object with it', async () => {
    const { put, ask, server, stop } = await stand({})
    await put('k', Buffer.alloc(200 * MIB, 'line of text\n'))
    const before = process.memoryUsage().rss
    const { Body } = await ask('k', 'echo')
    let most = 0
    for (let look = 0; look < 20; look++) {
      await new Promise((resolve) => setTimeout(resolve, 50))
      most = Math.max(most, process.memoryUsage().rss - before)
    }
    expect(most).toBeLessThan(80 * MIB)
    Body.cancel()
    expect(server.endpoint).toContain(':')
    await stop()
  })

  it('switch it off', async () => {
    const server = await startServer({ select: 'off' })
    const cos = clientOf(server)
    const Bucket = newBucketName()
    await cos.putBucket({ Bucket })
    const asked = cos.selectObjectContent({ Bucket, Key: 'k', Expression: 'echo', ...CSV })
    expect(await asked.catch((error: unknown) => error)).toBeInstanceOf(CosServiceError)
    expect(await refusal(cos.selectObjectContent({ Bucket, Key: 'k', Expression: 'echo', ...CSV }))).toBe(
      '501 NotImplemented',
    )
    await cos.close()
    await server.stop()
  })
})

afterAll(async () => {
  if (existsSync('/proc/self/status')) expect(await workers()).toEqual([])
})
