// Kills the server in the middle of its work, again and again on one folder, and looks at what is left each time.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { reclaimGarbage, reclaimOrphans } from '@coset/core'
import { openLocalStore } from '@coset/store-local'
import { audit, auditExactly, seededRandom, storeAbove, testCall } from '@coset/testkit'
import { beforeAll, expect, it } from 'vitest'
import { type CosHttp, cosHttp } from './cos-http.js'
import { checkEverything, trim } from './crash-check.js'
import { Ledger } from './crash-ledger.js'
import { APPENDED, PLAIN, VERSIONED } from './crash-replies.js'
import { buildServer, type ServerProcess, startServerProcess } from './crash-server.js'
import { CONNECTIONS, makeTraffic } from './crash-traffic.js'

const ROUNDS = Number(process.env.COSET_ROUNDS ?? 50)
const SEED = Number(process.env.COSET_SEED ?? Date.now() % 1_000_000)
const DAY_MS = 24 * 3600_000

beforeAll(buildServer, 300_000)

it('keeps every acknowledged write, whole, through SIGKILL at any moment', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'coset-crash-'))
  console.log(`crash: seed ${SEED} (COSET_SEED), ${ROUNDS} rounds (COSET_ROUNDS), folder ${dir}`)
  const ledger = new Ledger()
  const random = seededRandom(SEED)
  const count = { kills: 0, orphans: 0 }
  for (let round = 1; round <= ROUNDS; round++) {
    const before = ledger.acknowledged
    await crashed(dir, ledger, { seed: SEED + round, afterMs: 100 + random.below(450), setUp: round === 1 })
    // A server that is killed while it recovers, too.
    if (random.chance(25)) await killedAtStart(dir, random.below(60), count)
    const { objects } = await recovered(dir, ledger)
    const { freed, versions } = await reclaimed(dir)
    count.kills++
    count.orphans += freed
    const writes = ledger.acknowledged - before
    console.log(
      `crash: round ${round}, ${writes} acknowledged, ${objects} objects and versions whole, ${versions} rows, ${freed} blobs freed`,
    )
  }
  console.log(
    `crash: ${count.kills} kills, ${ledger.acknowledged} acknowledged, ${count.orphans} blobs freed`,
  )
  console.log([...ledger.tally].map(([what, count]) => `${what}: ${count}`).join(', '))
  // A folder in which something is wrong stays, to be looked at.
  await rm(dir, { recursive: true, force: true })
  for (const what of ['part', 'completion', 'abortion', 'copy', 'append'])
    expect(ledger.tally.get(what) ?? 0, what).toBeGreaterThan(0)
})

interface Round {
  readonly seed: number
  readonly afterMs: number
  readonly setUp: boolean
}

async function crashed(dir: string, ledger: Ledger, { seed, afterMs, setUp }: Round): Promise<void> {
  const server = await startServerProcess(dir)
  const http = cosHttp(server.access, CONNECTIONS)
  try {
    if (setUp) await makeBuckets(http)
    const traffic = makeTraffic(http, ledger, seed)
    await Promise.race([sleep(afterMs), traffic])
    await server.kill()
    await traffic
  } finally {
    await server.kill()
    http.close()
  }
}

async function makeBuckets(http: CosHttp): Promise<void> {
  for (const bucket of [PLAIN, VERSIONED, APPENDED]) {
    expect((await http.request({ method: 'PUT', bucket })).status).toBe(200)
  }
  const body = Buffer.from('<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>')
  const params = { versioning: '' }
  const reply = await http.request({ method: 'PUT', bucket: VERSIONED, params, body })
  expect(reply.status, reply.body.toString()).toBe(200)
}

async function killedAtStart(dir: string, afterMs: number, count: { kills: number }): Promise<void> {
  const server = await startServerProcess(dir)
  await sleep(afterMs)
  await server.kill()
  count.kills++
}

async function recovered(dir: string, ledger: Ledger): Promise<{ readonly objects: number }> {
  const server: ServerProcess = await startServerProcess(dir)
  const http = cosHttp(server.access, CONNECTIONS)
  try {
    const found = await checkEverything(http, ledger)
    await trim(http, ledger)
    http.close()
    await server.stop()
    return found
  } finally {
    http.close()
    await server.kill()
  }
}

/** With nobody serving: afterwards exactly those blobs are left that versions point at. */
async function reclaimed(dir: string): Promise<{ readonly freed: number; readonly versions: number }> {
  const local = await openLocalStore({ dir })
  try {
    const store = await storeAbove(local)
    const before = await audit(store)
    const call = testCall({ clock: { now: Date.now } })
    await reclaimOrphans(call, store, Date.now() + DAY_MS)
    await reclaimGarbage(call, store, Date.now() + DAY_MS)
    const after = await auditExactly(store)
    expect(after.garbage).toEqual([])
    expect(after.stored).toEqual(after.referenced)
    return { freed: before.stored.length - after.stored.length, versions: after.versions }
  } finally {
    await local.close()
  }
}
