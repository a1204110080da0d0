// Many clients at once on ten keys of one store: all they were told could have come of one client after the other.
import { setMaxListeners } from 'node:events'
import {
  abortUpload,
  copyObject,
  createBucket,
  createUpload,
  deleteBucket,
  deleteObject,
  listUploads,
  listVersions,
  putObject,
  reclaimGarbage,
  removeLapsed,
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
  STORES,
  seededRandom,
  storeAbove,
  testCall,
} from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { anyAct, KEYS, type Race, readKey } from './race-clients.js'
import { RaceRecords } from './race-records.js'
import { BUCKET, PLAIN } from './scene.js'

const CLIENTS = 32
const PROCESSES = 3
const OPERATIONS = { memory: 10_000, local: 3200 }
const SEED = Number(process.env.COSET_SEED ?? Date.now() % 1_000_000)
const DAY_MS = 24 * 3600_000
const EVERYTHING = { bucket: BUCKET, prefix: '', delimiter: '', keyMarker: '', keysMax: undefined }

function newRace(): Race {
  const clock = fakeClock()
  const counts = { operations: 0, slowed: 0, names: 0 }
  const { signal } = new AbortController()
  // Every operation under way listens to it.
  setMaxListeners(0, signal)
  const call = testCall({ clock, signal, random: seededRandom(SEED) })
  return { call, clock, counts, records: new RaceRecords(), open: [] }
}

async function makeBucket({ call }: Race, store: Store): Promise<void> {
  await createBucket(call, store, { name: BUCKET, region: 'r', owner: 'o', acl: {}, tags: [] })
}

describe.each(['memory', 'local'] as const)('on the %s store', (name) => {
  it.each([
    undefined,
    'Enabled',
    'Suspended',
  ] as const)('any race is like one after the other (versioning: %s)', async (versioning) => {
    const race = newRace()
    const { store, close } = await STORES[name]({ now: race.clock.now })
    await makeBucket(race, store)
    if (versioning) await setVersioning(race.call, store, BUCKET, versioning)
    const processes = await Promise.all(Array.from({ length: PROCESSES }, () => storeAbove(store)))
    const clients = Array.from({ length: CLIENTS }, async (_, client) => {
      const random = seededRandom(SEED * 1000 + client)
      const own = processes[client % PROCESSES] ?? store
      while (race.counts.operations < OPERATIONS[name] / 2) await anyAct(race, own, random)
    })
    await Promise.all(clients)
    for (const key of KEYS) await readKey(race, store, key)
    const { operations, slowed } = race.counts
    console.log(
      `races, ${name}, ${versioning}: ${operations} operations, ${slowed} told to slow down, seed ${SEED}`,
    )
    expect(race.records.problems(), `COSET_SEED=${SEED}`).toEqual([])
    const completed = [...race.records.uploads.values()]
      .flat()
      .filter((act) => act.what === 'complete' && act.outcome === 'done')
    expect(completed.length).toBeGreaterThan(0)
    expect(slowed).toBeLessThan(operations / 100)
    await auditExactly(store)
    await reclaimAll(race, store)
    expect((await auditExactly(store)).garbage).toEqual([])
    for (const key of KEYS) await readKey(race, store, key)
    await emptied(race, store)
    await close()
  })

  it('a bucket that goes takes nothing with it', async () => {
    const race = newRace()
    const { store, close } = await STORES[name]({ now: race.clock.now })
    const processes = await Promise.all(Array.from({ length: PROCESSES }, () => storeAbove(store)))
    let deletions = 0
    for (let round = 0; round < 20; round++) {
      await makeBucketAgain(race, store)
      const actors = [putAndDelete, beginAndAbort, makeBucketAgain]
      let acting = actors.length
      const works = actors.map(async (act, number) => {
        const random = seededRandom(SEED + 10 * round + number)
        for (let step = 0; step < 6; step++) {
          await act(race, processes[number] ?? store)
          for (let turns = random.below(4); turns > 0; turns--) await nextTurn()
        }
        acting--
      })
      while (acting > 0) if (await isBucketDeleted(race, store)) deletions++
      await Promise.all(works)
      await auditExactly(store)
    }
    expect(deletions).toBeGreaterThan(0)
    await close()
  })

  it('copies from one key to another and back never wait for each other forever', async () => {
    const race = newRace()
    const { store, close } = await STORES[name]({ now: race.clock.now })
    await makeBucket(race, store)
    const keys = KEYS.slice(0, 3)
    for (const key of keys)
      await putObject(race.call, store, { ...PLAIN, key, body: bodyOf(bytesNamed(key, 9000)) })
    const pairs = keys.flatMap((from) => keys.map((key) => ({ from, key })))
    for (let round = 0; round < 20; round++) {
      const copies = [...pairs, ...pairs].map(({ from, key }) => {
        const source = { bucket: BUCKET, key: from, conditions: {} }
        return copyObject(race.call, store, {
          ...PLAIN,
          key,
          source,
          replacesMetadata: true,
          replacesTags: true,
        })
      })
      await Promise.all(copies)
    }
    await reclaimAll(race, store)
    const { stored, referenced } = await auditExactly(store)
    expect(stored).toEqual(referenced)
    await emptied(race, store)
    await close()
  })
})

async function putAndDelete({ call }: Race, store: Store): Promise<void> {
  const gone = ignoring('NoSuchBucket')
  await putObject(call, store, { ...PLAIN, body: bodyOf(bytesNamed('short-lived', 9000)) }).catch(gone)
  await deleteObject(call, store, { bucket: BUCKET, key: PLAIN.key }).catch(gone)
}

/** What was begun is there until it is aborted, and its bucket with it. */
async function beginAndAbort({ call }: Race, store: Store): Promise<void> {
  const uploadId = await createUpload(call, store, PLAIN).catch(ignoring('NoSuchBucket'))
  if (uploadId) await abortUpload(call, store, { bucket: BUCKET, key: PLAIN.key, uploadId })
}

async function makeBucketAgain(race: Race, store: Store): Promise<void> {
  await makeBucket(race, store).catch(ignoring('BucketAlreadyOwnedByYou'))
}

async function isBucketDeleted({ call }: Race, store: Store): Promise<boolean> {
  const deleting = deleteBucket(call, store, BUCKET).then(() => true)
  const isDeleted = await deleting.catch(ignoring('NoSuchBucket', 'BucketNotEmpty'))
  await nextTurn()
  return isDeleted ?? false
}

/** Others go on meanwhile. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function ignoring(...codes: readonly string[]) {
  return (error: unknown): undefined => {
    if (!(error instanceof Fault) || !codes.includes(error.code)) throw error
  }
}

async function reclaimAll({ call, clock }: Race, store: Store): Promise<void> {
  clock.advance(DAY_MS)
  await removeLapsed(call, store, clock.now())
  await reclaimGarbage(call, store, clock.now())
}

/** Once everything was deleted, nothing is left but the bucket. */
async function emptied(race: Race, store: Store): Promise<void> {
  const { call } = race
  for (;;) {
    const page = await listVersions(call, store, { ...EVERYTHING, versionIdMarker: '' })
    if (page.versions.length === 0) break
    for (const { key, version } of page.versions)
      await deleteObject(call, store, { bucket: BUCKET, key, versionId: versionId(version) })
  }
  const { uploads } = await listUploads(call, store, {
    ...EVERYTHING,
    uploadIdMarker: '',
    uploadsMax: undefined,
  })
  for (const { key, uploadId } of uploads) await abortUpload(call, store, { bucket: BUCKET, key, uploadId })
  await reclaimAll(race, store)
  expect(await store.blobs.list({ limit: 10 })).toEqual([])
  const rows = await store.metadata.scan({ start: Buffer.alloc(0), end: Buffer.from([0xff]) }, { limit: 10 })
  expect(rows.map(({ key }) => Buffer.from(key).toString())).toEqual([`bucket/${BUCKET}`])
}
