// Clients who race on ten keys: puts, copies, deletions, appends, uploads from beginning to end, and reads.
import {
  abortUpload,
  appendObject,
  type Call,
  completeUpload,
  copyObject,
  copyPart,
  createUpload,
  deleteObject,
  getObject,
  headObject,
  listParts,
  putObject,
  putPart,
  reclaimGarbage,
  type Store,
} from '@coset/core'
import { Fault, LIMITS } from '@coset/model'
import { bodyOf, bytesNamed, contentBytes, type FakeClock, type SeededRandom } from '@coset/testkit'
import { ABSENT, type RaceRecords, valueNamed } from './race-records.js'
import { BUCKET, PLAIN } from './scene.js'

export const KEYS = Array.from({ length: 10 }, (_, number) => `key ${number}`)
const SIZES = [0, 10, 9000, 70_000]
const OPEN_MAX = 12
/** Written as it is by many, so that a part costs its digest and nothing more. */
const PARTS = [0, 1, 2, 3].map((number) => bytesNamed(`part ${number}`, LIMITS.partBytesMin))

export interface Race {
  readonly call: Call
  readonly clock: FakeClock
  readonly records: RaceRecords
  readonly open: OpenUpload[]
  readonly counts: { operations: number; slowed: number; names: number }
}

interface OpenUpload {
  readonly key: string
  readonly uploadId: string
  readonly name: string
  /** Whether a completion is written down already: a repeated one writes nothing. */
  isCompleted: boolean
}

type Act = (race: Race, store: Store, random: SeededRandom) => Promise<void>

const ACTS: readonly (readonly [number, Act])[] = [
  [22, put],
  [14, copy],
  [9, remove],
  [9, append],
  [8, begin],
  [12, part],
  [6, complete],
  [3, abort],
  [16, read],
  [1, reclaim],
]

/** Each act as often as it weighs. */
const LOTS = ACTS.flatMap(([weight, act]) => Array.from({ length: weight }, () => act))

/** One random operation. Faults that a race explains are its outcome; any other error is thrown. */
export async function anyAct(race: Race, store: Store, random: SeededRandom): Promise<void> {
  race.clock.advance(random.below(100))
  race.counts.operations++
  await random.pick(LOTS)(race, store, random)
}

/** The value's code when it failed with a fault. */
async function tried<T>(race: Race, work: () => Promise<T>, expected: readonly string[]) {
  try {
    return { code: 'done', value: await work() }
  } catch (error) {
    if (!(error instanceof Fault) || ![...expected, 'SlowDown'].includes(error.code)) throw error
    if (error.code === 'SlowDown') race.counts.slowed++
    return { code: error.code, value: undefined }
  }
}

function nextName({ counts }: Race): string {
  return `value-${++counts.names}`
}

async function put(race: Race, store: Store, random: SeededRandom): Promise<void> {
  const { call, records } = race
  const key = random.pick(KEYS)
  const name = nextName(race)
  const body = bodyOf(bytesNamed(name, random.pick(SIZES)))
  const started = records.tick()
  const input = { ...PLAIN, key, metadata: { name }, body }
  const { value } = await tried(race, () => putObject(call, store, input), [])
  if (value)
    records.add(key, { kind: 'write', value: valueNamed(name, value.etag), started, ended: records.tick() })
}

/** Between any two keys, so that copies from one to the other meet those the other way. */
async function copy(race: Race, store: Store, random: SeededRandom): Promise<void> {
  const { call, records } = race
  const [from, key] = [random.pick(KEYS), random.pick(KEYS)]
  const name = nextName(race)
  const started = records.tick()
  const source = { bucket: BUCKET, key: from, conditions: {} }
  const input = { ...PLAIN, key, metadata: { name }, source, replacesMetadata: true, replacesTags: true }
  const { value } = await tried(race, () => copyObject(call, store, input), [
    'NoSuchKey',
    'InvalidCopySource',
  ])
  if (!value) return
  const ended = records.tick()
  records.add(key, { kind: 'write', value: valueNamed(name, value.etag), started, ended })
  records.glimpses.push({ key: from, etag: value.etag, started, ended })
}

async function remove({ call, records, ...race }: Race, store: Store, random: SeededRandom): Promise<void> {
  const key = random.pick(KEYS)
  const started = records.tick()
  const work = () => deleteObject(call, store, { bucket: BUCKET, key })
  const { value } = await tried({ call, records, ...race }, work, [])
  if (value) records.add(key, { kind: 'write', value: ABSENT, started, ended: records.tick() })
}

async function append(race: Race, store: Store, random: SeededRandom): Promise<void> {
  const { call, records } = race
  const key = random.pick(KEYS)
  const head = await tried(race, () => headObject(call, store, { bucket: BUCKET, key, conditions: {} }), [
    'NoSuchKey',
  ])
  const before = head.value?.version
  const name = nextName(race)
  const body = bodyOf(bytesNamed(name, random.pick([1, 500, 9000])))
  const started = records.tick()
  const input = { ...PLAIN, key, metadata: { name }, body, position: before?.appendable ? before.size : 0 }
  const faults = ['ObjectNotAppendable', 'AppendPositionErr', 'InvalidRequest']
  const { value } = await tried(race, () => appendObject(call, store, input), faults)
  if (!value) return
  const first = value.etag.includes('-') ? (before?.metadata.name ?? '') : name
  records.add(key, { kind: 'write', value: valueNamed(first, value.etag), started, ended: records.tick() })
}

async function begin(race: Race, store: Store, random: SeededRandom): Promise<void> {
  if (race.open.length >= OPEN_MAX) race.open.shift()
  const key = random.pick(KEYS)
  const name = nextName(race)
  const uploadId = await createUpload(race.call, store, { ...PLAIN, key, metadata: { name } })
  race.open.push({ key, name, uploadId, isCompleted: false })
  await part(race, store, random)
}

async function part(race: Race, store: Store, random: SeededRandom): Promise<void> {
  const { call, records, open } = race
  if (open.length === 0) return begin(race, store, random)
  const { key, uploadId } = random.pick(open)
  const name = { bucket: BUCKET, key, uploadId, partNumber: 1 + random.below(3) }
  const started = records.tick()
  const source = { bucket: BUCKET, key: random.pick(KEYS), conditions: {} }
  const isCopy = random.chance(25)
  const place = () =>
    putPart(call, store, { ...name, body: bodyOf(random.pick(PARTS), 1 << 20), expected: {} })
  const work = isCopy ? () => copyPart(call, store, { ...name, source }) : place
  const { code } = await tried(race, work, ['NoSuchUpload', 'NoSuchKey', 'InvalidCopySource'])
  const outcome = isCopy && code !== 'done' && code !== 'SlowDown' ? 'NoSuchUpload' : code
  records.act(uploadId, { what: 'part', outcome, started, ended: records.tick() })
}

/** With all parts there are, or those but the small ones; half the time by two at once. */
async function complete(race: Race, store: Store, random: SeededRandom): Promise<void> {
  if (race.open.length === 0) return begin(race, store, random)
  const upload = random.pick(race.open)
  const { key, uploadId } = upload
  const name = { bucket: BUCKET, key, uploadId }
  const input = { ...name, after: 0, partsMax: undefined }
  const { value } = await tried(race, () => listParts(race.call, store, input), ['NoSuchUpload'])
  const large = value?.parts.filter(({ part: { size } }) => size >= LIMITS.partBytesMin) ?? []
  const parts = large.map(({ number, part: { etag } }) => ({ partNumber: number, etag }))
  const works = Array.from({ length: random.pick([1, 2]) }, () => completeWith(race, store, upload, parts))
  if (random.chance(30)) works.push(abortOf(race, store, upload))
  await Promise.all(works)
}

type Parts = Parameters<typeof completeUpload>[2]['parts']

async function completeWith(race: Race, store: Store, upload: OpenUpload, parts: Parts): Promise<void> {
  const { call, records } = race
  const { key, uploadId, name } = upload
  const started = records.tick()
  const input = { bucket: BUCKET, key, uploadId, parts, forbidOverwrite: false }
  const faults = ['NoSuchUpload', 'InvalidPart', 'MalformedXML']
  const { code, value } = await tried(race, () => completeUpload(call, store, input), faults)
  const ended = records.tick()
  const listed = JSON.stringify(parts)
  records.act(uploadId, { what: 'complete', outcome: code, started, ended, etag: value?.etag, parts: listed })
  if (!value || upload.isCompleted) return
  upload.isCompleted = true
  // A second one that was faster to answer began later, at most when this one did.
  const begun = records.uploads.get(uploadId)?.filter(({ what }) => what === 'complete') ?? []
  const first = Math.min(started, ...begun.map((act) => act.started))
  records.add(key, { kind: 'write', value: valueNamed(name, value.etag), started: first, ended })
}

async function abort(race: Race, store: Store, random: SeededRandom): Promise<void> {
  if (race.open.length > 0) await abortOf(race, store, random.pick(race.open))
}

async function abortOf(race: Race, store: Store, { key, uploadId }: OpenUpload): Promise<void> {
  const { call, records } = race
  const started = records.tick()
  const work = () => abortUpload(call, store, { bucket: BUCKET, key, uploadId })
  const { code } = await tried(race, work, ['NoSuchUpload'])
  records.act(uploadId, { what: 'abort', outcome: code, started, ended: records.tick() })
}

async function read(race: Race, store: Store, random: SeededRandom): Promise<void> {
  await readKey(race, store, random.pick(KEYS))
}

/** Whole, with the bytes held against the CRC-64. */
export async function readKey(race: Race, store: Store, key: string): Promise<void> {
  const { call, records } = race
  const started = records.tick()
  const input = { bucket: BUCKET, key, conditions: {} }
  const { value } = await tried(race, () => getObject(call, store, input), ['NoSuchKey'])
  // What the version says was settled when it was found; its bytes come after.
  const ended = records.tick()
  if (!value) return records.add(key, { kind: 'read', value: ABSENT, started, ended })
  const { etag, metadata, crc64 } = value.version
  records.add(key, { kind: 'read', value: valueNamed(metadata.name ?? '', etag), started, ended })
  const bytes = await contentBytes(value.content)
  if (store.crc64.of(bytes) !== crc64) throw new Error(`${key} has other bytes than its CRC-64 tells.`)
}

async function reclaim({ call, clock }: Race, store: Store): Promise<void> {
  await reclaimGarbage(call, store, clock.now())
}
