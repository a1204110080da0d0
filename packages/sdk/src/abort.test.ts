import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { CosClient, CosClientOptions } from './index.js'
import {
  BUCKET,
  clientOf,
  early,
  reply,
  type ScriptedServer,
  type Step,
  startScriptedServer,
} from './testing/scripted-server.js'

const input = { Bucket: BUCKET, Key: 'k' }
let server: ScriptedServer
let cos: CosClient
beforeAll(async () => {
  server = await startScriptedServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.requests.length = 0
  cos = clientOf(server)
})
afterEach(() => cos.close())

const ok = reply(200, { etag: '"e"' })
const head = (options: { signal?: AbortSignal } = {}) => cos.headObject(input, options)

describe('an abort', () => {
  const reason = new Error('the user left')
  const hang: Step = () => undefined

  it.each<[string, Step, CosClientOptions]>([
    ['before the reply', hang, {}],
    ['while it waits for a connection', hang, { MaxSockets: 1 }],
  ])('settles at once %s', async (_, step, options) => {
    const client = clientOf(server, options)
    server.script(step)
    const first = new AbortController()
    const controller = new AbortController()
    const calls = [
      client.headObject(input, { signal: first.signal }),
      client.headObject(input, { signal: controller.signal }),
    ].map((call) => call.catch((cause: unknown) => cause))
    await expect.poll(() => server.requests.length).toBeGreaterThan(0)
    controller.abort(reason)
    expect(await calls[1]).toMatchObject({ name: 'CosClientError', kind: 'aborted', cause: reason })
    first.abort(reason)
    expect(await calls[0]).toMatchObject({ kind: 'aborted', cause: reason })
    await expect.poll(() => server.sockets.size).toBe(0)
    await client.close()
  })

  it('comes before anything is sent', async () => {
    server.script(ok)
    await expect(head({ signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      kind: 'aborted',
      requestSent: false,
    })
    expect(server.requests.length).toBe(0)
  })

  it('settles an upload whose source is stuck, and lets the source go', async () => {
    server.script(early(hang))
    const controller = new AbortController()
    let closed = false
    const source = {
      [Symbol.asyncIterator]: () => ({
        started: false,
        next() {
          if (this.started) return new Promise<IteratorResult<string>>(() => undefined)
          this.started = true
          return Promise.resolve({ done: false as const, value: 'a' })
        },
        async return() {
          closed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    const call = cos.putObject({ ...input, Body: source }, { signal: controller.signal })
    const settled = expect(call).rejects.toMatchObject({ kind: 'aborted', cause: reason })
    await expect.poll(() => server.requests.length).toBe(1)
    controller.abort(reason)
    await settled
    expect(closed).toBe(true)
  })

  it('ends a body that is being read', async () => {
    server.script((response) => {
      response.writeHead(200, { etag: '"e"', 'content-length': 100 })
      response.write('abc')
    })
    const controller = new AbortController()
    const { Body } = await cos.getObject(input, { signal: controller.signal })
    const reading = Body.text()
    controller.abort(reason)
    await expect(reading).rejects.toMatchObject({ kind: 'aborted', cause: reason })
    await expect.poll(() => server.sockets.size).toBe(0)
    expect(server.requests.length).toBe(1)
  })

  it('may be shared by many calls, and leaves nothing behind', async () => {
    server.script(reply(200, { etag: '"e"' }))
    const { signal } = new AbortController()
    const added = vi.spyOn(signal, 'addEventListener')
    const removed = vi.spyOn(signal, 'removeEventListener')
    await Promise.all(Array.from({ length: 30 }, () => head({ signal })))
    expect(added).toHaveBeenCalledTimes(1)
    await expect.poll(() => removed.mock.calls.length).toBe(1)
    expect(removed.mock.calls[0]?.[1]).toBe(added.mock.calls[0]?.[1])
  })

  it('ends a pause between tries', async () => {
    const { sleep } = await import('./sleep.js')
    const controller = new AbortController()
    const pause = sleep(60_000, controller.signal)
    controller.abort(reason)
    await expect(pause).rejects.toMatchObject({ kind: 'aborted', cause: reason })
    await expect(sleep(60_000, controller.signal)).rejects.toMatchObject({ kind: 'aborted' })
    await sleep(1, undefined)
  })
})

describe('timeouts', () => {
  it('end a request that nobody answers, and a body that stops', async () => {
    const hasty = clientOf(server, { IdleTimeoutMs: 100, Retries: 0 })
    server.script(() => undefined)
    await expect(hasty.headObject(input)).rejects.toMatchObject({ kind: 'timeout', requestSent: true })
    server.script((response) => {
      response.writeHead(200, { etag: '"e"', 'content-length': 10 })
      response.write('abc')
    })
    const { Body } = await hasty.getObject(input)
    await expect(Body.text()).rejects.toMatchObject({
      kind: 'timeout',
      message: 'The body ended after 3 of 10 bytes.',
    })
    await hasty.close()
  })

  it('end an upload that the server stopped reading', async () => {
    const hasty = clientOf(server, { IdleTimeoutMs: 100, Retries: 0 })
    server.script(early(() => undefined))
    const call = hasty.putObject({ ...input, Body: new Uint8Array(32 * 1024 * 1024) })
    await expect(call).rejects.toMatchObject({ kind: 'timeout' })
    await hasty.close()
  })
})
