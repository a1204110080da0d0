// Kills a client in the middle of its upload, again and again, and looks at what the next one sends and what is stored.
import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadCrc64 } from '@coset/protocol'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { seededRandom } from '@coset/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServerTraffic, watchTraffic } from './server-traffic.js'
import { buildSdk, startTransfer } from './transfer-client.js'

const ROUNDS = Number(process.env.COSET_ROUNDS ?? 100)
const SEED = Number(process.env.COSET_SEED ?? Date.now() % 1_000_000)
const MIB = 1024 * 1024
const SIZE = 200 * MIB + 12_345
const PART_BYTES = 8 * MIB
const PARTS = Math.ceil(SIZE / PART_BYTES)
const THREADS = 5
const BUCKET = 'killed-1250000000'
/** Objects that were deleted keep their room for a while: a server that begins anew gives it back. */
const ROUNDS_OF_SERVER = 5
/** Whole objects are read back this often; the others are held against their checksum. */
const READ_EVERY = 10

type Random = ReturnType<typeof seededRandom>

let folder: string
let path: string
let sum: bigint
let traffic: ServerTraffic
beforeAll(async () => {
  await buildSdk()
  traffic = watchTraffic()
  folder = await mkdtemp(join(tmpdir(), 'coset-kill-upload-'))
  path = join(folder, 'file')
  sum = await writeRandom(path)
}, 300_000)
afterAll(async () => {
  traffic.stop()
  await rm(folder, { recursive: true, force: true })
})

it('goes on after SIGKILL at any moment with what is missing, and stores the very same bytes', async () => {
  console.log(`kill-upload: seed ${SEED} (COSET_SEED), ${ROUNDS} rounds (COSET_ROUNDS)`)
  const tally = { killed: 0, resumed: 0, empty: 0, sentMiB: 0 }
  let server: TestServer | undefined
  let usualMs = 0
  try {
    for (let round = 0; round < ROUNDS; round++) {
      if (!server || round % ROUNDS_OF_SERVER === 0) {
        await server?.stop()
        server = await startServer({ storage: 'memory' })
        await makeBucket(server)
        // The first uploads tell how long they take: kills are spread over that.
        if (round === 0) usualMs = await usualDuration(server)
      }
      const random = seededRandom(SEED + round)
      const upload = new Killed(server, `round-${round}`, random)
      await upload.run(usualMs)
      await upload.check(round % READ_EVERY === 0)
      tally.killed += upload.kills
      tally.resumed += upload.resumedParts
      tally.empty += upload.emptyUploads
    }
  } catch (cause) {
    const command = `COSET_SEED=${SEED} COSET_ROUNDS=${ROUNDS} npx vitest run --project faults suites/faults/kill-upload`
    throw new Error(`Replay with: ${command}`, { cause })
  } finally {
    await server?.stop()
  }
  console.log(
    `kill-upload: ${tally.killed} kills, ${tally.resumed} parts not sent again, ` +
      `${tally.empty} uploads without a part left by kills before they had a record`,
  )
  // A few rounds may all be killed before their first part.
  if (ROUNDS < 20) return
  expect(tally.killed).toBeGreaterThan(ROUNDS / 2)
  expect(tally.resumed).toBeGreaterThan(ROUNDS)
})

/** One object, uploaded by as many processes as it takes. */
class Killed {
  kills = 0
  resumedParts = 0
  emptyUploads = 0
  readonly #server: TestServer
  readonly #key: string
  readonly #random: Random
  readonly #cos: CosClient

  constructor(server: TestServer, key: string, random: Random) {
    this.#server = server
    this.#key = key
    this.#random = random
    this.#cos = new CosClient(server.clientOptions)
  }

  /** Kills one process, or two, and lets the last one finish. */
  async run(usualMs: number): Promise<void> {
    const kills = 1 + (this.#random.chance(40) ? 1 : 0)
    let acknowledged: ReadonlySet<number> = new Set()
    for (let process = 0; process <= kills; process++) {
      const listed = await this.#storedParts()
      const stored = listed ?? ((await this.#isWhole()) ? ALL : [])
      // A part that was acknowledged is there for the next process.
      for (const number of acknowledged) expect(stored, `part ${number}`).toContain(number)
      traffic.reset()
      const isLast = process === kills
      const ended = await upload(this.#server, this.#key, isLast ? undefined : this.#killer(usualMs))
      this.#judge(stored)
      acknowledged = new Set([...acknowledged, ...this.#acknowledged()])
      if (ended === 'done') break
      this.kills++
      // Killed between the end of its upload and its own: another call would be another upload.
      if ((await this.#isWhole()) && (await records()).length === 0) break
    }
  }

  async check(isRead: boolean): Promise<void> {
    const named = { Bucket: BUCKET, Key: this.#key }
    const head = await this.#cos.headObject(named)
    expect([head.ContentLength, head.Crc64]).toEqual([SIZE, sum])
    if (isRead) expect(await sumOf((await this.#cos.getObject(named)).Body), 'what is read').toBe(sum)
    // Only a process that was killed between the server's reply and its own record can leave one, without parts.
    for (const { Key, UploadId } of (await this.#cos.listMultipartUploads({ Bucket: BUCKET })).Upload) {
      const { Part } = await this.#cos.listParts({ Bucket: BUCKET, Key, UploadId })
      expect(Part, 'parts of an upload that was left').toEqual([])
      await this.#cos.abortMultipartUpload({ Bucket: BUCKET, Key, UploadId })
      this.emptyUploads++
    }
    expect(this.emptyUploads).toBeLessThanOrEqual(this.kills)
    expect(await records()).toEqual([])
    await this.#cos.deleteObject(named)
    await this.#cos.close()
  }

  /** What this process sent beyond what the server did not have. */
  #judge(stored: readonly number[]): void {
    const sent = traffic.requests.flatMap((request) => partOf(request) ?? [])
    expect(
      sent.filter((number) => stored.includes(number)),
      'parts sent again',
    ).toEqual([])
    expect(new Set(sent).size, 'parts sent twice').toBe(sent.length)
    const missing = PARTS - stored.length
    expect(traffic.received(), 'bytes').toBeLessThan(missing * PART_BYTES + 200_000)
    this.resumedParts += stored.length
  }

  #acknowledged(): readonly number[] {
    const isDone = (index: number) => {
      const response = traffic.responses[index]
      return response?.writableFinished === true && response.statusCode === 200
    }
    return traffic.requests.flatMap((request, index) => (isDone(index) ? (partOf(request) ?? []) : []))
  }

  /** Undefined when there is no upload: before the first, or after its completion. */
  async #storedParts(): Promise<readonly number[] | undefined> {
    const { Upload } = await this.#cos.listMultipartUploads({ Bucket: BUCKET, Prefix: this.#key })
    const lists = await Promise.all(
      Upload.map(({ Key, UploadId }) => this.#cos.listParts({ Bucket: BUCKET, Key, UploadId })),
    )
    const filled = lists.filter(({ Part }) => Part.length > 0)
    expect(filled.length, 'uploads with parts').toBeLessThanOrEqual(1)
    return filled[0]?.Part.map(({ PartNumber }) => PartNumber)
  }

  #isWhole(): Promise<boolean> {
    return this.#cos.objectExists({ Bucket: BUCKET, Key: this.#key })
  }

  /** Half of the kills come at any time, the others at moments that matter. */
  #killer(usualMs: number): Kill {
    const random = this.#random
    if (random.chance(50)) return { afterMs: random.below(Math.round(usualMs * 1.1)) }
    const number = 1 + random.below(PARTS)
    const moments: readonly Kill['at'][] = [
      ({ url = '' }) => url.includes('?uploads'),
      (request) => partOf(request) === number,
      ({ method, url = '' }) => method === 'POST' && url.includes('uploadId='),
    ]
    return { at: moments[random.below(3)], afterMs: random.below(12) }
  }
}

const ALL: readonly number[] = Array.from({ length: PARTS }, (_, index) => index + 1)

/** So long after the process began, or after its first request of that kind. */
interface Kill {
  readonly at?: ((request: IncomingMessage) => boolean) | undefined
  readonly afterMs: number
}

async function upload(server: TestServer, key: string, kill?: Kill): Promise<'killed' | 'done'> {
  const client = startTransfer({
    client: server.clientOptions,
    method: 'uploadFile',
    input: { Bucket: BUCKET, Key: key, LocalFilePath: path, PartSize: PART_BYTES / MIB, MAXThread: THREADS },
    options: { checkpoint: { folder: join(folder, 'state') } },
  })
  const timers: NodeJS.Timeout[] = []
  const killLater = ({ afterMs }: Kill) => timers.push(setTimeout(() => void client.kill(), afterMs))
  if (kill && !kill.at) killLater(kill)
  traffic.onRequest = (request) => {
    if (kill?.at?.(request)) killLater(kill)
  }
  const end = await client.end
  traffic.onRequest = () => undefined
  for (const timer of timers) clearTimeout(timer)
  if (end) expect(end.error).toBeUndefined()
  // What it had handed over before it was killed still arrives.
  if (!end) await quiet()
  return end ? 'done' : 'killed'
}

function partOf({ method, url = '' }: IncomingMessage): number | undefined {
  const number = /[?&]partNumber=(\d+)/.exec(url)?.[1]
  return method === 'PUT' && number !== undefined ? Number(number) : undefined
}

/** Until nothing arrives any more and every part that arrived whole is stored. */
async function quiet(): Promise<void> {
  for (let before = -1; before !== traffic.received(); ) {
    before = traffic.received()
    await sleep(30)
  }
}

/** Of the second one, as the first has everything to load. */
async function usualDuration(server: TestServer): Promise<number> {
  await upload(server, 'first')
  const before = performance.now()
  await upload(server, 'usual')
  const usualMs = Math.round(performance.now() - before)
  console.log(`kill-upload: an upload takes ${usualMs} ms`)
  return usualMs
}

async function makeBucket(server: TestServer): Promise<void> {
  const cos = new CosClient(server.clientOptions)
  await cos.putBucket({ Bucket: BUCKET })
  await cos.close()
}

async function records(): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'state')).catch(() => [])
  return names.filter((name) => name.endsWith('.json'))
}

async function writeRandom(to: string): Promise<bigint> {
  const { create } = await loadCrc64()
  const crc = create()
  const random = seededRandom(SEED)
  const file = await open(to, 'w')
  for (let written = 0; written < SIZE; ) {
    const block = Buffer.alloc(Math.min(MIB, SIZE - written), `${written} ${random.below(2 ** 31)} `)
    crc.update(block)
    await file.write(block)
    written += block.length
  }
  await file.close()
  return crc.digest()
}

async function sumOf(body: AsyncIterable<Uint8Array>): Promise<bigint> {
  const crc = (await loadCrc64()).create()
  for await (const chunk of body) crc.update(chunk)
  return crc.digest()
}
