import { setTimeout as sleep } from 'node:timers/promises'
import { EventStreamDecoder, readSelectEvents, type SelectWireEvent } from '@coset/protocol'
import type { QueryEvent } from '@coset/select'
import { describe, expect, it } from 'vitest'
import { type ReplyOptions, selectReply } from './select-reply.js'

const KIB = 1024
const counts = { bytesScanned: 10, bytesProcessed: 20 }
const records = (bytes: number, of = 'x'): QueryEvent => ({ kind: 'records', bytes: Buffer.alloc(bytes, of) })
const counted = (bytesScanned: number): QueryEvent => ({
  kind: 'counts',
  bytesScanned,
  bytesProcessed: bytesScanned,
})
const STARTED: QueryEvent = { kind: 'started' }
const FINISHED: QueryEvent = { kind: 'finished', ...counts }

/** Events, pauses in milliseconds, and at last perhaps a failure. */
async function* script(...steps: readonly (QueryEvent | number | Error)[]): AsyncGenerator<QueryEvent> {
  for (const step of steps) {
    if (step instanceof Error) throw step
    if (typeof step === 'number') await sleep(step)
    else yield step
  }
}

async function replyTo(query: AsyncGenerator<QueryEvent>, options: Partial<ReplyOptions> = {}) {
  const decoder = new EventStreamDecoder()
  const events: SelectWireEvent[] = []
  const reply = selectReply(query, {
    wantsProgress: false,
    contMs: 5000,
    now: () => performance.now(),
    explain: (error) => ({ code: 'CastFailed', message: String(error) }),
    ...options,
  })
  // Its memory serves again.
  for await (const chunk of reply)
    for (const message of decoder.push(Uint8Array.from(chunk))) events.push(...readSelectEvents(message))
  return events
}

const typesOf = (events: readonly SelectWireEvent[]) => events.map(({ type }) => type)
const sizesOf = (events: readonly SelectWireEvent[]) =>
  events.flatMap((event) => (event.type === 'records' ? [event.bytes.length] : []))

describe('the reply', () => {
  it('gathers small records, and ends with what was read', async () => {
    const events = await replyTo(script(STARTED, records(3), records(4), FINISHED))
    expect(typesOf(events)).toEqual(['records', 'stats', 'end'])
    expect(sizesOf(events)).toEqual([7])
    expect(events[1]).toEqual({ type: 'stats', ...counts, bytesReturned: 7 })
  })

  it('has no records where nothing was found', async () => {
    expect(typesOf(await replyTo(script(STARTED, FINISHED)))).toEqual(['stats', 'end'])
  })

  it('cuts large records', async () => {
    const events = await replyTo(script(STARTED, records(300 * KIB), records(5), FINISHED))
    expect(sizesOf(events)).toEqual([256 * KIB, 44 * KIB + 5])
  })

  it('sends what was found when no more comes for a moment', async () => {
    const events = await replyTo(script(STARTED, records(3), 250, records(4), FINISHED))
    expect(sizesOf(events)).toEqual([3, 4])
  })

  it('gives signs of life, once it is its turn', async () => {
    const events = await replyTo(script(120, STARTED, 220, records(1), FINISHED), { contMs: 100 })
    const types = typesOf(events)
    // However many fit into the time.
    const signs = types.indexOf('records')
    expect(signs).toBeGreaterThan(0)
    expect(types.slice(0, signs).every((type) => type === 'cont')).toBe(true)
    expect(types.slice(signs)).toEqual(['records', 'stats', 'end'])
  })

  it('tells its progress when that is wanted, by time and by bytes', async () => {
    const much = 64 * KIB * KIB
    const steps = [STARTED, counted(5), records(1), counted(much), counted(much + 5), FINISHED]
    expect(typesOf(await replyTo(script(...steps)))).toEqual(['records', 'stats', 'end'])
    const events = await replyTo(script(...steps), { wantsProgress: true })
    expect(typesOf(events)).toEqual(['records', 'progress', 'stats', 'end'])
    expect(events[1]).toMatchObject({ bytesScanned: much, bytesReturned: 1 })
    let time = 0
    const later = () => {
      time += 600
      return time
    }
    const timed = script(STARTED, counted(1), counted(2), FINISHED)
    expect(typesOf(await replyTo(timed, { wantsProgress: true, now: later }))).toContain('progress')
  })

  it('rejects when the query fails before anything was sent', async () => {
    await expect(replyTo(script(new Error('refused')))).rejects.toThrow('refused')
    await expect(replyTo(script(STARTED, new Error('failed')))).rejects.toThrow('failed')
    await expect(replyTo(script(STARTED, records(1), new Error('failed')))).rejects.toThrow('failed')
  })

  it('tells a failure after that, behind what was found', async () => {
    const events = await replyTo(script(STARTED, records(300 * KIB), records(3), new Error('failed')))
    expect(typesOf(events)).toEqual(['records', 'records', 'error'])
    expect(events[2]).toEqual({ type: 'error', code: 'CastFailed', message: 'Error: failed' })
  })

  it('ends the query when its reader leaves', async () => {
    let ended = false
    async function* query(): AsyncGenerator<QueryEvent> {
      try {
        yield STARTED
        for (;;) yield records(200 * KIB)
      } finally {
        ended = true
      }
    }
    const options = {
      wantsProgress: false,
      contMs: 5000,
      now: () => 0,
      explain: () => ({ code: '', message: '' }),
    }
    for await (const _chunk of selectReply(query(), options)) break
    expect(ended).toBe(true)
  })
})
