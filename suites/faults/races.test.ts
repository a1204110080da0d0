// Several processes at once on few keys of one store: whatever order comes of it, everything fits together after.
import {
  createBucket,
  deleteObject,
  deleteObjects,
  listVersions,
  putObject,
  reclaimGarbage,
  type Store,
  setVersioning,
  versionId,
} from '@coset/core'
import { Fault } from '@coset/model'
import {
  auditExactly,
  bodyOf,
  bytesNamed,
  fakeClock,
  type SeededRandom,
  STORES,
  seededRandom,
  storeAbove,
  testCall,
} from '@coset/testkit'
import { expect, it } from 'vitest'

const BUCKET = 'raced-1250000000'
const KEYS = ['a', 'b', 'b/c']
const PROCESSES = 3
const WRITERS_EACH = 4
const ROUNDS = { memory: 60, local: 15 }
const STEPS = 12
const SEED = Number(process.env.COSET_SEED ?? Date.now() % 1_000_000)

const clock = fakeClock()
const call = testCall({ clock })

it.each(['memory', 'local'] as const)('fits together after every race, on the %s store', async (name) => {
  let operations = 0
  let slowed = 0
  for (let round = 0; round < ROUNDS[name]; round++) {
    const opened = await STORES[name]({ now: clock.now })
    await createBucket(call, opened.store, { name: BUCKET, region: 'r', owner: 'o', acl: {}, tags: [] })
    const processes = await Promise.all(Array.from({ length: PROCESSES }, () => storeAbove(opened.store)))
    const writers = processes.flatMap((store, process) =>
      Array.from({ length: WRITERS_EACH }, async (_, writer) => {
        const random = seededRandom(SEED + round * 1000 + process * 100 + writer)
        for (let step = 0; step < STEPS; step++) {
          operations++
          await anything(store, random).catch((error: unknown) => {
            // The one fault a race may cause.
            if (!(error instanceof Fault && error.code === 'SlowDown')) throw error
            slowed++
          })
        }
      }),
    )
    const fitting = Promise.all(writers).then(() => fitsTogether(opened.store))
    await fitting.catch((cause: unknown) => {
      throw new Error(`Replay with COSET_SEED=${SEED}, round ${round}`, { cause })
    })
    await opened.close()
  }
  console.log(`races, ${name}: ${ROUNDS[name]} rounds, ${operations} operations, ${slowed} told to slow down`)
  expect(operations).toBe(ROUNDS[name] * PROCESSES * WRITERS_EACH * STEPS)
})

async function anything(store: Store, random: SeededRandom): Promise<void> {
  const key = random.pick(KEYS)
  const chosen = random.below(100)
  clock.advance(random.below(2))
  if (chosen < 50) await put(store, key, random)
  else if (chosen < 62) await deleteObject(call, store, { bucket: BUCKET, key })
  else if (chosen < 82) await deleteAnyVersion(store, random)
  else if (chosen < 88)
    await deleteObjects(
      call,
      store,
      BUCKET,
      KEYS.map((one) => ({ key: one })),
    )
  else if (chosen < 94) await setVersioning(call, store, BUCKET, random.pick(['Enabled', 'Suspended']))
  else await reclaimGarbage(call, store, clock.now() + 3600_000)
}

async function put(store: Store, key: string, random: SeededRandom): Promise<void> {
  const size = random.pick([10, 9000])
  const body = bodyOf(bytesNamed(String(random.below(1_000_000)), size))
  const plain = { expected: {}, headers: {}, metadata: {}, acl: {}, tags: [], forbidOverwrite: false }
  await putObject(call, store, { bucket: BUCKET, key, body, storageClass: 'STANDARD', ...plain })
}

async function deleteAnyVersion(store: Store, random: SeededRandom): Promise<void> {
  const { versions } = await listAll(store)
  if (versions.length === 0) return
  const { key, version } = random.pick(versions)
  await deleteObject(call, store, { bucket: BUCKET, key, versionId: versionId(version) })
}

function listAll(store: Store) {
  const from = { prefix: '', delimiter: '', keyMarker: '', versionIdMarker: '', keysMax: undefined }
  return listVersions(call, store, { bucket: BUCKET, ...from })
}

/** Rows and blobs are exact, each key has one latest version, and the rest of the garbage goes. */
async function fitsTogether(store: Store): Promise<void> {
  await auditExactly(store)
  const { versions } = await listAll(store)
  for (const key of KEYS) {
    const latest = versions.filter((one) => one.key === key && one.isLatest)
    expect(latest.length).toBe(versions.some((one) => one.key === key) ? 1 : 0)
  }
  await reclaimGarbage(call, store, clock.now() + 3600_000)
  const { referenced, stored } = await auditExactly(store)
  expect(stored).toEqual(referenced)
}
