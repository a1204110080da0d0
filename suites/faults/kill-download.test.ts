// Kills a client in the middle of a download, again and again, and looks at what is there and at what the next fetches.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { type SeededRandom, seededRandom } from '@coset/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ServerTraffic, watchTraffic } from './server-traffic.js'
import { buildSdk, startTransfer, type TransferCall, type TransferProcess } from './transfer-client.js'

const ROUNDS = Number(process.env.COSET_ROUNDS ?? 100)
const SEED = Number(process.env.COSET_SEED ?? Date.now() % 1_000_000)
const MIB = 1024 * 1024
const SIZE = 200 * MIB
const PART_BYTES = 8 * MIB
const THREADS = 5
const OLD = Buffer.from('what was there before')
const KILLS_MAX = 3

const object = randomBytes(SIZE)
const named = { Bucket: 'kills-1250000000', Key: 'large' }
let server: TestServer
let traffic: ServerTraffic
let dir: string
let download: TransferCall

beforeAll(async () => {
  await buildSdk()
  server = await startServer({ storage: 'memory' })
  const cos = new CosClient(server.clientOptions)
  await cos.putBucket({ Bucket: named.Bucket })
  await cos.putObject({ ...named, Body: object })
  await cos.close()
  traffic = watchTraffic()
  dir = await mkdtemp(join(tmpdir(), 'coset-kills-'))
  await mkdir(join(dir, 'files'))
  download = {
    client: server.clientOptions,
    method: 'downloadFile',
    input: { ...named, DestFilePath: join(dir, 'files', 'file'), MAXThread: THREADS },
    options: { checkpoint: { folder: join(dir, 'records') } },
  }
}, 300_000)
afterAll(async () => {
  traffic.stop()
  await server.stop()
})

it('downloads the same bytes whenever its process is killed, and fetches again only what was under way', async () => {
  console.log(`kill-download: ${ROUNDS} rounds (COSET_ROUNDS), seed ${SEED}, folder ${dir}`)
  const random = seededRandom(SEED)
  const replay = `COSET_SEED=${SEED} npx vitest run --project faults suites/faults/kill-download.test.ts`
  const longest = await undisturbed()
  const tally = { kills: 0, resumed: 0, again: 0, late: 0 }
  for (let round = 1; round <= ROUNDS; round++) {
    try {
      await oneRound(random, longest, tally)
    } catch (cause) {
      throw new Error(`Round ${round} failed. Replay with: ${replay}`, { cause })
    }
    if (round % 10 === 0) console.log(`kill-download: round ${round}, ${tally.kills} kills`)
  }
  console.log(
    `kill-download: ${tally.kills} kills, ${tally.late} too late; ${tally.resumed} runs went on with parts of ` +
      `earlier ones, and fetched ${tally.again} parts again`,
  )
  // A folder in which something is wrong stays, to be looked at.
  await rm(dir, { recursive: true, force: true })
  expect(tally.resumed).toBeGreaterThan(ROUNDS / 4)
})

/** How long it takes from its first request on when nobody interferes, in milliseconds. */
async function undisturbed(): Promise<number> {
  await begin()
  const client = startTransfer(download)
  await firstRequest(client)
  const started = performance.now()
  expect(await client.end).toMatchObject({ output: { size: SIZE, bytesResumed: 0, verified: true } })
  await isWhole()
  return performance.now() - started
}

interface Tally {
  kills: number
  /** Runs that found something of an earlier one. */
  resumed: number
  /** Parts that were asked for by two runs. */
  again: number
  /** Runs that had ended when they were to be killed. */
  late: number
}

async function oneRound(random: SeededRandom, longestMs: number, tally: Tally): Promise<void> {
  await begin()
  const before = new Set<string>()
  const kills = random.chance(85) ? 1 : 2 + random.below(KILLS_MAX - 1)
  for (let kill = 0; kill < kills; kill++) {
    traffic.reset()
    const client = startTransfer(download)
    // Some before they have done anything at all.
    if (random.chance(90)) await firstRequest(client)
    await sleep(random.below(Math.round(longestMs)))
    await client.kill()
    tally.kills++
    checkFetched(before, tally)
    const end = await client.end
    if (end) expect(end).toMatchObject({ output: { size: SIZE, verified: true } })
    if (!(await isFinished())) continue
    tally.late++
    before.clear()
  }
  traffic.reset()
  const end = await startTransfer(download).end
  expect(end).toMatchObject({ output: { size: SIZE, verified: true } })
  checkFetched(before, tally)
  await isWhole()
}

async function begin(): Promise<void> {
  await writeFile(join(dir, 'files', 'file'), OLD)
  traffic.reset()
}

async function firstRequest(client: TransferProcess): Promise<void> {
  let ended = false
  void client.end.then(() => {
    ended = true
  })
  while (traffic.requests.length === 0 && !ended) await sleep(5)
}

/**
 * What a run asked for that another had asked for before is what was under way then: not more parts than there are
 * threads, for each kill. What the server sent is held against that.
 */
function checkFetched(before: Set<string>, tally: Tally): void {
  const gets = traffic.requests.filter(({ method }) => method === 'GET')
  const asked = gets.map(startOf)
  const again = asked.filter((start) => before.has(start)).length
  const first = asked.filter((start) => !before.has(start)).length
  expect(again).toBeLessThanOrEqual(THREADS)
  expect(new Set(asked).size).toBe(asked.length)
  // Heads are small; a reply that is left in its middle was still on its way.
  const heads = traffic.requests.length * 4096
  expect(traffic.sent()).toBeLessThanOrEqual((again + first) * PART_BYTES + heads + leftBytes(gets))
  if (before.size > 0 && asked.length < SIZE / PART_BYTES) tally.resumed++
  tally.again += again
  for (const start of asked) before.add(start)
}

function startOf({ headers }: IncomingMessage): string {
  return /^bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? '0'
}

/** The first reply of a run that knows nothing begins with the first part, and is left after it. */
function leftBytes(gets: readonly IncomingMessage[]): number {
  return gets.some(({ headers }) => headers.range === undefined) ? SIZE : 0
}

/** Whether nothing is left for another run: then the file is whole, and until it is, it is the old one. */
async function isFinished(): Promise<boolean> {
  const found = await readFile(join(dir, 'files', 'file'))
  if (found.equals(OLD)) return false
  expect(Buffer.compare(found, object)).toBe(0)
  return !(await readdir(join(dir, 'records'))).some((name) => name.endsWith('.json'))
}

async function isWhole(): Promise<void> {
  expect(Buffer.compare(await readFile(join(dir, 'files', 'file')), object)).toBe(0)
  expect(await readdir(join(dir, 'files'))).toEqual(['file'])
  const records = await readdir(join(dir, 'records'))
  // A lock that was being made when its process was killed has such a name, and is swept away an hour later.
  expect(records.filter((name) => !/\.lock\..*\.new$/.test(name))).toEqual([])
}
