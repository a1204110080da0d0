// x-cos-traffic-limit: its range, the rate that comes of it, and that nobody else feels it.
import { beforeAll, describe, expect, it } from 'vitest'
import type { Reply } from '../raw.js'
import { FORM_TYPE, formOf, policyFields } from './forms.js'
import { RawConnection, signedHead } from './sockets.js'
import { BUCKET, wireStation } from './station.js'

const at = wireStation()
const SLOWEST = '819200'
/** Of the slowest, in bytes a second. */
const RATE = 102_400
const BYTES = Buffer.alloc(200 * 1024, 'slow ')

const FIVE_SECONDS = Buffer.alloc(5 * RATE, 'five ')
let upload: string

beforeAll(async () => {
  await at.put('k', BYTES)
  await at.put('five', FIVE_SECONDS)
  const begun = await at.signed({ method: 'POST', target: `/${BUCKET}/part?uploads` })
  upload = `/${BUCKET}/part?partNumber=1&uploadId=${begun.element('UploadId')}`
})

/** A form that its fields sign. */
function post(
  fields: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
  content: string | Uint8Array = 'x',
): Promise<Reply> {
  const body = formOf({ ...fields, ...policyFields(at.server) }, { content })
  const type = { 'content-type': FORM_TYPE }
  return at.anonymous({ method: 'POST', target: `/${BUCKET}`, body, headers: { ...type, ...headers } })
}

function uploadPart(headers: Readonly<Record<string, string>>, body: string | Uint8Array = 'x') {
  return at.signed({ method: 'PUT', target: upload, body, headers })
}

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
      await at.signed({
        method: 'PUT',
        target: `/${BUCKET}/refused?x-cos-traffic-limit=${limit}`,
        body: 'x',
      }),
      await post({ key: 'refused', 'x-cos-traffic-limit': limit }),
      await post({ key: 'refused' }, { 'x-cos-traffic-limit': limit }),
      await uploadPart({ 'x-cos-traffic-limit': limit }),
    ]
    for (const reply of replies) expect([reply.status, reply.code]).toEqual([400, 'InvalidArgument'])
    expect((await at.get('refused')).status).toBe(404)
  })

  it.each(['819200', '838860800'])('may be %s', async (limit) => {
    const reply = await at.put('allowed', 'x', { 'x-cos-traffic-limit': limit })
    expect(reply.status).toBe(200)
  })

  it('changes no byte', async () => {
    const reply = await at.signed({ target: `/${BUCKET}/k`, headers: { 'x-cos-traffic-limit': '8192000' } })
    expect(Buffer.compare(reply.body, BYTES)).toBe(0)
  })
})

const limited = { 'x-cos-traffic-limit': SLOWEST }
const inQuery = `x-cos-traffic-limit=${SLOWEST}`
const signedBy = (method: string, target: string, body?: Uint8Array, headers = {}) =>
  at.signed({ method, target, headers, ...(body ? { body } : {}) })

/** Every transfer that takes a limit, in every way to ask for it, with the bytes it moves. */
const TRANSFERS: readonly (readonly [string, () => Promise<Reply>])[] = [
  ['PUT', () => at.put('put', FIVE_SECONDS, limited)],
  ['PUT, asked in its URL', () => signedBy('PUT', `/${BUCKET}/put-url?${inQuery}`, FIVE_SECONDS)],
  ['GET', () => signedBy('GET', `/${BUCKET}/five`, undefined, limited)],
  ['GET, asked in its URL', () => signedBy('GET', `/${BUCKET}/five?${inQuery}`)],
  ['POST, asked in a field', () => post({ key: 'post', ...limited }, {}, FIVE_SECONDS)],
  ['POST, asked in a header', () => post({ key: 'post-head' }, limited, FIVE_SECONDS)],
  ['UploadPart', () => uploadPart(limited, FIVE_SECONDS)],
  ['UploadPart, asked in its URL', () => signedBy('PUT', `${upload}&${inQuery}`, FIVE_SECONDS)],
]

// Together, as each is its own connection with a rate of its own. A machine that stands still gets a second chance.
describe.concurrent('five seconds of', { retry: 1 }, () => {
  it.each(TRANSFERS)('%s have the rate that was asked for', async (_name, transfer) => {
    const start = performance.now()
    const reply = await transfer()
    const seconds = (performance.now() - start) / 1000
    expect([reply.status, reply.code]).toEqual([reply.status === 204 ? 204 : 200, ''])
    const rate = FIVE_SECONDS.length / seconds
    expect(rate).toBeGreaterThan(RATE * 0.9)
    expect(rate).toBeLessThan(RATE * 1.1)
  })

  it('GET flow evenly', async () => {
    const halfTime = await bytesAfter(2500)
    expect(halfTime).toBeGreaterThan(FIVE_SECONDS.length * 0.4)
    expect(halfTime).toBeLessThan(FIVE_SECONDS.length * 0.6)
  })
})

/** What of a limited GET has come after so long. */
async function bytesAfter(ms: number): Promise<number> {
  const connection = await RawConnection.open(at.server.endpoint)
  connection.write(signedHead(at.server, { target: `/${BUCKET}/five`, headers: limited }))
  await new Promise((resolve) => setTimeout(resolve, ms))
  const { length } = connection.pending
  connection.destroy()
  return length
}

describe('beside limited transfers', () => {
  it('the process has next to nothing to do', async () => {
    const before = process.cpuUsage()
    const start = performance.now()
    await Promise.all([
      at.put('idle', BYTES, limited),
      bytesAfter(2000),
      post({ key: 'idle', ...limited }, {}, BYTES),
    ])
    const { user, system } = process.cpuUsage(before)
    const share = (user + system) / 1000 / (performance.now() - start)
    expect(share).toBeLessThan(0.25)
  })

  it('others go as fast as ever', { retry: 1 }, async () => {
    const body = Buffer.alloc(8 * 1024 * 1024, 'fast ')
    await at.put('fast', body)
    const fastest = async () => {
      const times: number[] = []
      for (let round = 0; round < 5; round++) {
        const start = performance.now()
        expect((await at.get('fast')).body.length).toBe(body.length)
        times.push(performance.now() - start)
      }
      return Math.min(...times)
    }
    const alone = await fastest()
    const slow = Promise.all(TRANSFERS.slice(0, 5).map(([, transfer]) => transfer()))
    const beside = await fastest()
    // At the limit it would be over a minute.
    expect(beside).toBeLessThan(3 * alone + 100)
    for (const { status } of await slow) expect(status).toBeLessThan(300)
  })
})
