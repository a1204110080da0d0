// The reply to a SELECT, as a server may send it: whole, cut, damaged, failing on its way.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { encodeSelectEvent, type SelectWireEvent } from '@coset/protocol'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { CosClient } from '../client-node.js'
import { CosClientError, CosServiceError } from '../errors.js'
import type { OperationInput } from '../operations.js'
import {
  BUCKET,
  clientOf,
  errorXml,
  reply,
  type ScriptedServer,
  startScriptedServer,
} from '../testing/scripted-server.js'

const STATS = { bytesScanned: 3, bytesProcessed: 4, bytesReturned: 5 }
const END: readonly SelectWireEvent[] = [{ type: 'stats', ...STATS }, { type: 'end' }]
const records = (text: string): SelectWireEvent => ({ type: 'records', bytes: Buffer.from(text) })
const bytesOf = (...events: readonly SelectWireEvent[]) =>
  Buffer.concat(events.map((event) => encodeSelectEvent(event)))

let server: ScriptedServer
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
  cos = clientOf(server, { Retries: 2 })
})
afterEach(() => server.requests.splice(0))
afterAll(async () => {
  await cos.close()
  await server.close()
})

type Output = OperationInput<'selectObjectContent'>['OutputSerialization']

async function ask(OutputSerialization: Output = { JSON: {} }, signal?: AbortSignal) {
  const input = { Bucket: BUCKET, Key: 'k', Expression: 'SELECT 1', InputSerialization: { CSV: {} } }
  return cos.selectObjectContent({ ...input, OutputSerialization }, { signal })
}

/** The reply to these events, as the bytes of a reply may also be given. */
async function bodyOf(events: readonly SelectWireEvent[] | Uint8Array, output?: Output) {
  server.script(
    reply(200, { 'x-cos-request-id': 'rid' }, events instanceof Uint8Array ? events : bytesOf(...events)),
  )
  return (await ask(output)).Body
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof CosServiceError) return `${error.statusCode} ${error.code} ${error.requestId}`
  return error instanceof CosClientError ? error.kind : `unexpected: ${error}`
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}

describe('the request', () => {
  it('is COS’s document, with its digest, at COS’s address', async () => {
    server.script(reply(200, {}, bytesOf(...END)))
    await cos.selectObjectContent({
      Bucket: BUCKET,
      Key: 'k',
      VersionId: 'v',
      Expression: `SELECT * FROM COSObject s WHERE s._1 < 'a'`,
      ExpressionType: 'SQL',
      InputSerialization: {
        CompressionType: 'GZIP',
        CSV: { RecordDelimiter: '\r\n', AllowQuotedRecordDelimiter: true },
      },
      OutputSerialization: { CSV: { QuoteFields: 'ALWAYS' } },
      RequestProgress: { Enabled: true },
    })
    const [request] = server.requests
    expect(request?.url).toBe(`/${BUCKET}/k?select&select-type=2&versionId=v`)
    expect(request?.headers['content-md5']).toMatch(/==$/)
    expect(request?.body.toString()).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><SelectRequest>' +
        "<Expression>SELECT * FROM COSObject s WHERE s._1 &lt; 'a'</Expression><ExpressionType>SQL</ExpressionType>" +
        '<InputSerialization><CompressionType>GZIP</CompressionType><CSV><RecordDelimiter>&#xD;\n</RecordDelimiter>' +
        '<AllowQuotedRecordDelimiter>true</AllowQuotedRecordDelimiter></CSV></InputSerialization>' +
        '<OutputSerialization><CSV><QuoteFields>ALWAYS</QuoteFields></CSV></OutputSerialization>' +
        '<RequestProgress><Enabled>true</Enabled></RequestProgress></SelectRequest>',
    )
  })

  it('is tried again when the server is busy', async () => {
    server.script(errorXml(503, 'Busy'), reply(200, {}, bytesOf(records('x'), ...END)))
    expect(await (await ask()).Body.text()).toBe('x')
  })

  it('is not when the query is refused', async () => {
    server.script(errorXml(400, 'SQLParsingError'))
    expect(await kindOf(ask())).toMatch('400 SQLParsingError')
    expect(server.requests).toHaveLength(1)
  })
})

describe('the result', () => {
  const sent = [
    records('{"a":1}\n{"a"'),
    { type: 'cont' },
    { type: 'progress', ...STATS },
    records(':2}\n'),
    ...END,
  ] as const

  it('comes as events', async () => {
    const body = await bodyOf(sent)
    const events = await all(body)
    expect(events.map(({ type }) => type)).toEqual(['records', 'cont', 'progress', 'records', 'stats', 'end'])
    expect(events[2]).toEqual({ type: 'progress', ...STATS })
    expect(await body.stats).toEqual(STATS)
    expect(body.bodyUsed).toBe(true)
  })

  it('comes as text, bytes, rows, pieces of text, and streams', async () => {
    const whole = '{"a":1}\n{"a":2}\n'
    expect(await (await bodyOf(sent)).text()).toBe(whole)
    expect(Buffer.from(await (await bodyOf(sent)).bytes()).toString()).toBe(whole)
    expect((await all((await bodyOf(sent)).records())).join('')).toBe(whole)
    expect(await all((await bodyOf(sent)).rows())).toEqual([{ a: 1 }, { a: 2 }])
    expect(await new Response((await bodyOf(sent)).stream()).text()).toBe(whole)
    expect(Buffer.concat(await all((await bodyOf(sent)).getRawStream())).toString()).toBe(whole)
  })

  it('keeps characters together that are cut', async () => {
    const [first, second] = [Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)]
    const events: SelectWireEvent[] = [
      { type: 'records', bytes: first },
      { type: 'records', bytes: second },
      ...END,
    ]
    expect(await all((await bodyOf(events)).records())).toEqual(['é'])
  })

  it('is empty in a reply without content', async () => {
    server.script(reply(204))
    expect(await (await ask()).Body.text()).toBe('')
  })

  it('goes to a file, whole or not at all', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'coset-select-'))
    const path = join(dir, 'result')
    await (await bodyOf(sent)).getStreamToFile(path)
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n')
    const cut = await bodyOf([records('other')])
    expect(await kindOf(cut.getStreamToFile(path))).toBe('network')
    expect(await readFile(path, 'utf8')).toBe('{"a":1}\n{"a":2}\n')
    expect(await readdir(dir)).toEqual(['result'])
    await rm(dir, { recursive: true })
  })

  it('is read once', async () => {
    const body = await bodyOf(sent)
    await body.text()
    expect(await kindOf(body.text())).toBe('body')
    expect(() => body[Symbol.asyncIterator]()).toThrow(CosClientError)
  })
})

describe('rows', () => {
  const rowsOf = async (text: string, output: Output, cutEvery = 1000) => {
    const pieces = text.match(new RegExp(`[^]{1,${cutEvery}}`, 'g')) ?? []
    return all((await bodyOf([...pieces.map(records), ...END], output)).rows())
  }

  it.each([1, 2, 3, 7, 1000])('of CSV are arrays, cut every %i characters', async (cutEvery) => {
    const text = 'a,"b ""c"", d",\n"new\nline",,last\n'
    const rows = [
      ['a', 'b "c", d', ''],
      ['new\nline', '', 'last'],
    ]
    expect(await rowsOf(text, { CSV: {} }, cutEvery)).toEqual(rows)
  })

  it('of CSV follow the delimiters that were asked for', async () => {
    const CSV = {
      FieldDelimiter: '\\t',
      RecordDelimiter: '\\r\\n',
      QuoteCharacter: "'",
      QuoteEscapeCharacter: '\\',
    }
    expect(await rowsOf("a\t'b\\'\tc'\r\nd\r\n", { CSV })).toEqual([['a', "b'\tc"], ['d']])
  })

  it('of CSV may lack the last delimiter, but not a closing quote', async () => {
    expect(await rowsOf('a,b', { CSV: {} })).toEqual([['a', 'b']])
    expect(await kindOf(rowsOf('a,"b', { CSV: {} }))).toBe('body')
  })

  it.each([
    1, 5, 1000,
  ])('of JSON may be delimited by what stands within them, cut every %i', async (cutEvery) => {
    const output = { JSON: { RecordDelimiter: ',' } }
    const text = '{"a":1,"b":"x,y"},{"a":2},'
    expect(await rowsOf(text, output, cutEvery)).toEqual([{ a: 1, b: 'x,y' }, { a: 2 }])
  })

  it('of JSON that are none are refused', async () => {
    expect(await kindOf(rowsOf('{"a":1}\n{"a":', { JSON: {} }))).toBe('body')
  })
})

describe('a reply that fails', () => {
  it('by an error of the query tells its code, and so do its stats', async () => {
    const body = await bodyOf([
      records('x'),
      { type: 'error', code: 'CastFailed', message: 'It is no number.' },
    ])
    expect(await kindOf(body.text())).toBe('200 CastFailed rid')
    expect(await kindOf(body.stats)).toBe('200 CastFailed rid')
  })

  it('by an early end is no result', async () => {
    const whole = bytesOf(records('x'), ...END)
    for (const length of [0, 5, 40, whole.length - 60]) {
      const body = await bodyOf(whole.subarray(0, length))
      expect(await kindOf(body.text()), `${length}`).toMatch(/^(network|body)$/)
    }
    expect(await kindOf((await bodyOf([records('x')])).text())).toBe('network')
  })

  it('by a damaged byte is no result', async () => {
    const whole = bytesOf(records('xyz'), ...END)
    for (const at of [0, 9, 30, 95, 104, whole.length - 1]) {
      const damaged = Buffer.from(whole)
      damaged[at] = (damaged[at] ?? 0) ^ 1
      expect(await kindOf((await bodyOf(damaged)).text()), `${at}`).toBe('checksum')
    }
  })

  it('by a broken connection is not asked for again', async () => {
    server.script((response) => {
      response.writeHead(200)
      response.write(bytesOf(records('x')))
      setTimeout(() => response.socket?.resetAndDestroy(), 20)
    })
    expect(await kindOf((await ask()).Body.text())).toBe('network')
    expect(server.requests).toHaveLength(1)
  })

  it('because the caller gives it up ends the connection', async () => {
    const endless = () =>
      server.script((response) => {
        response.writeHead(200)
        response.write(bytesOf(records('x')))
      })
    endless()
    const controller = new AbortController()
    const { Body } = await ask(undefined, controller.signal)
    const read = kindOf(Body.text())
    controller.abort()
    expect(await read).toBe('aborted')
    endless()
    for await (const event of (await ask()).Body) if (event.type === 'records') break
    endless()
    const cancelled = (await ask()).Body
    cancelled.cancel()
    expect(await kindOf(cancelled.stats)).toBe('aborted')
    await expect.poll(() => server.sockets.size).toBe(0)
  })
})
