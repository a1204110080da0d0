// x-cos-traffic-limit: its range, and that it slows.
import { beforeAll, describe, expect, it } from 'vitest'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const SLOWEST = '819200'
const BYTES = Buffer.alloc(200 * 1024, 'slow ')

beforeAll(async () => {
  await at.put('k', BYTES)
})

describe('a limit', () => {
  it.each([
    '0',
    '-1',
    '819199',
    '838860801',
    'fast',
    '1e6',
    '819200.5',
    '99999999999999999999',
  ])('may not be %s', async (limit) => {
    const replies = [
      await at.put('refused', 'x', { 'x-cos-traffic-limit': limit }),
      await at.signed({ target: `/${BUCKET}/k`, headers: { 'x-cos-traffic-limit': limit } }),
      await at.signed({ target: `/${BUCKET}/k?x-cos-traffic-limit=${limit}` }),
    ]
    for (const reply of replies) expect([reply.status, reply.code]).toEqual([400, 'InvalidArgument'])
    expect((await at.get('refused')).status).toBe(404)
  })

  it.each(['819200', '838860800'])('may be %s', async (limit) => {
    const reply = await at.put('allowed', 'x', { 'x-cos-traffic-limit': limit })
    expect(reply.status).toBe(200)
  })

  const slowly: readonly (readonly [string, () => Promise<{ readonly status: number }>])[] = [
    ['an upload', () => at.put('slow', BYTES, { 'x-cos-traffic-limit': SLOWEST })],
    ['a download', () => at.signed({ target: `/${BUCKET}/k`, headers: { 'x-cos-traffic-limit': SLOWEST } })],
    [
      'a download that asks in its URL',
      () => at.signed({ target: `/${BUCKET}/k?x-cos-traffic-limit=${SLOWEST}` }),
    ],
  ]
  it.each(slowly)('slows %s', async (_name, transfer) => {
    const start = performance.now()
    expect((await transfer()).status).toBe(200)
    // 200 KiB at 100 KiB a second.
    expect(performance.now() - start).toBeGreaterThan(1500)
  })

  it('changes no byte', async () => {
    const reply = await at.signed({ target: `/${BUCKET}/k`, headers: { 'x-cos-traffic-limit': '8192000' } })
    expect(Buffer.compare(reply.body, BYTES)).toBe(0)
  })
})
