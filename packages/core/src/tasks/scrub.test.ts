import { bytesNamed, TestBucket, testCall, type VersioningHistory } from '@coset/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { versionRowsOf } from '../catalog/keys.js'
import type { BlobId, BlobStore, Entry, Key, MetadataStore } from '../ports.js'
import type { Store } from '../store.js'
import { type Damage, type ScrubOptions, type ScrubProgress, scrub } from './scrub.js'
import { readScrubState, saveScrubState } from './scrub-state.js'

const LARGE = bytesNamed('large', 100_000)
const OTHER = bytesNamed('other', 60_000)

let bucket: TestBucket
const open = async (versioning: VersioningHistory = 'never') => {
  bucket = await TestBucket.open(versioning)
}
afterEach(() => bucket.close())

const blobs = async () => (await bucket.store.blobs.list({ limit: 1000 })).map(({ id }) => id)
const bucketId = async () => {
  const [row] = await bucket.store.metadata.read([Buffer.from(`bucket/${bucket.name}`)])
  const json = JSON.parse(Buffer.from(row?.value ?? []).toString('utf8', 5)) as { id: string }
  return Buffer.from(json.id, 'hex')
}

async function run(options: Partial<ScrubOptions> = {}, store: Store = bucket.store) {
  const damages: Damage[] = []
  const paces: number[] = []
  const pace = async (bytes: number) => void paces.push(bytes)
  const onDamage = (damage: Damage) => damages.push(damage)
  const progress = await scrub(bucket.call, store, { pace, onDamage, ...options })
  return { progress, damages, paces }
}

/** A store whose blobs are read as `read` makes of them. */
function withBlobs(read: (id: BlobId, honest: BlobStore['read']) => BlobStore['read']): Store {
  const { blobs: honest } = bucket.store
  const reads: BlobStore['read'] = (id, range, options) => read(id, honest.read)(id, range, options)
  return { ...bucket.store, blobs: { ...honest, read: reads } }
}

/** A store whose rows come out as `change` makes of them. */
function withRows(change: (entry: Entry) => Uint8Array): Store {
  const changed = (entry: Entry) => ({ ...entry, value: change(entry) })
  const { metadata: honest } = bucket.store
  const metadata: MetadataStore = {
    ...honest,
    read: async (keys) => (await honest.read(keys)).map((entry) => entry && changed(entry)),
    scan: async (range, options) => (await honest.scan(range, options)).map(changed),
  }
  return { ...bucket.store, metadata }
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes)
  copy[at] = (copy[at] ?? 0) ^ 1
  return copy
}

const isRowOf = (key: string) => (row: Key) => Buffer.from(row).includes(key)

describe('a scrub of what is whole', () => {
  it('reads every live version and finds nothing', async () => {
    await open('Enabled')
    await bucket.put('large', LARGE)
    await bucket.put('large', OTHER)
    await bucket.put('small', 'inline')
    await bucket.put('empty', '')
    await bucket.delete('small')
    const { progress, damages } = await run()
    expect(damages).toEqual([])
    expect(progress).toMatchObject({ versions: 4, bytes: 160_006, damaged: 0 })
  })

  it('reads objects of parts and appended ones to their end', async () => {
    await open()
    await (await bucket.uploadParts('parts', [bytesNamed('one', 1024 * 1024), LARGE])).complete()
    await bucket.append('log', 0, LARGE)
    await bucket.append('log', 100_000, 'a line')
    expect((await run()).progress).toMatchObject({ versions: 2, bytes: 1_048_576 + 200_006, damaged: 0 })
  })

  it('of nothing is done at once', async () => {
    await open()
    expect((await run()).progress).toEqual({ versions: 0, bytes: 0, damaged: 0 })
  })

  it('asks for the pace of all bytes, and of small versions as if they were larger', async () => {
    await open()
    await bucket.put('a', LARGE)
    await bucket.put('b', 'small')
    const { paces } = await run()
    expect(paces.reduce((sum, bytes) => sum + bytes, 0)).toBe(100_000 + 16 * 1024)
  })

  it('keeps to one bucket and one prefix', async () => {
    await open('Enabled')
    for (const key of ['a/1', 'a/2', 'b/1']) {
      await bucket.put(key, LARGE)
      await bucket.put(key, 'new')
    }
    expect((await run({ bucket: bucket.name, prefix: 'a/' })).progress).toMatchObject({ versions: 4 })
    expect((await run({ prefix: 'b/' })).progress).toMatchObject({ versions: 2 })
    expect((await run({ prefix: 'c/' })).progress).toMatchObject({ versions: 0 })
    await expect(run({ bucket: 'none-1250000000' })).rejects.toMatchObject({ code: 'NoSuchBucket' })
  })

  it('goes beyond the first page of rows', async () => {
    await open()
    for (let n = 0; n < 150; n++) await bucket.put(`key ${n}`, 'x')
    expect((await run()).progress).toMatchObject({ versions: 150 })
  })

  it('writes nothing', async () => {
    await open()
    await bucket.put('key', LARGE)
    const refuse = () => Promise.reject(new Error('A scrub may not write.'))
    const { metadata, blobs: honest } = bucket.store
    const store = {
      ...bucket.store,
      metadata: { ...metadata, commit: refuse },
      blobs: { ...honest, write: refuse, delete: refuse },
    }
    expect((await run({}, store)).progress).toMatchObject({ versions: 1, damaged: 0 })
  })
})

describe('damage', () => {
  it('is told with bucket, key, version and blob', async () => {
    await open('Enabled')
    const { versionId } = await bucket.put('dir/ä', LARGE)
    await bucket.put('dir/ä', OTHER)
    const listed = await bucket.store.blobs.list({ limit: 9 })
    const damagedId = listed.find(({ size }) => size === LARGE.length)?.id
    const { damages, progress } = await run(
      {},
      withBlobs((id, read) => (id === damagedId ? broken : read)),
    )
    expect(damages).toEqual([
      {
        bucket: bucket.name,
        key: 'dir/ä',
        versionId,
        kind: 'unreadable',
        problem: 'The disk is broken.',
        blobs: [damagedId],
      },
    ])
    expect(progress).toMatchObject({ versions: 2, damaged: 1 })
  })

  it('of a missing blob is told', async () => {
    await open()
    await bucket.put('key', LARGE)
    const ids = await blobs()
    await bucket.store.blobs.delete(ids)
    const [damage] = (await run()).damages
    expect(damage).toMatchObject({ kind: 'unreadable', key: 'key', versionId: 'null', blobs: ids })
    expect(damage?.problem).toContain('missing')
  })

  it('that the store itself does not see is found by the CRC64', async () => {
    await open()
    await bucket.put('key', LARGE)
    const swapped = (): BlobStore['read'] =>
      async function* () {
        yield flipped(LARGE, 5)
      }
    expect((await run({}, withBlobs(swapped))).damages).toMatchObject([{ kind: 'checksum', key: 'key' }])
  })

  it('of one part names the blob of that part', async () => {
    await open()
    await (await bucket.uploadParts('parts', [bytesNamed('one', 1024 * 1024), LARGE])).complete()
    const listed = await bucket.store.blobs.list({ limit: 9 })
    const second = listed.find(({ size }) => size === LARGE.length)?.id
    const store = withBlobs((id, read) => (id === second ? broken : read))
    expect((await run({}, store)).damages).toMatchObject([{ kind: 'unreadable', blobs: [second] }])
  })

  it('of the rows that tell where the parts are is told', async () => {
    await open()
    await (await bucket.uploadParts('parts', [LARGE])).complete()
    const isManifest = isRowOf('manifest/')
    const store = withRows(({ key, value }) => (isManifest(key) ? flipped(value, 0) : value))
    expect((await run({}, store)).damages).toMatchObject([{ kind: 'unreadable', key: 'parts', blobs: [] }])
  })

  it('of a content that ends early is found', async () => {
    await open()
    await bucket.put('key', LARGE)
    const cut = (): BlobStore['read'] =>
      async function* () {
        yield LARGE.subarray(0, 99_999)
      }
    expect((await run({}, withBlobs(cut))).damages).toMatchObject([
      { kind: 'size', problem: 'It has 99999 bytes instead of 100000.' },
    ])
  })

  it('of bytes inside a row is found', async () => {
    await open()
    await bucket.put('bad', 'inline content')
    await bucket.put('good', 'inline content')
    const isBad = isRowOf('bad')
    const store = withRows(({ key, value }) => (isBad(key) ? flipped(value, value.length - 1) : value))
    expect((await run({}, store)).damages).toMatchObject([{ kind: 'unreadable', key: 'bad', blobs: [] }])
  })

  it.each([0, 5, 6])('of byte %i of a row is told, and the rest is read still', async (at) => {
    await open()
    await bucket.put('bad', 'inline content')
    await bucket.put('good', LARGE)
    const isBad = isRowOf('bad')
    const store = withRows(({ key, value }) => (isBad(key) ? flipped(value, at) : value))
    const { damages, progress } = await run({}, store)
    expect(damages).toMatchObject([{ kind: 'row', key: 'bad', versionId: undefined }])
    expect(progress).toMatchObject({ versions: 2, damaged: 1 })
  })

  it('of a blob that several versions share is told for each', async () => {
    await open()
    await bucket.put('one', LARGE)
    await bucket.copy('one', 'two')
    await (await bucket.uploadParts('three', [LARGE])).complete()
    await bucket.copy('three', 'two and a half')
    const { damages } = await run(
      {},
      withBlobs(() => broken),
    )
    expect(damages.map(({ key }) => key)).toEqual(['one', 'three', 'two', 'two and a half'])
    expect(new Set(damages.map(({ blobs: [blob] }) => blob)).size).toBe(2)
  })
})

describe('what changes while it is read', () => {
  /** Does `work` when the first blob is read, which then fails. */
  const failingOnce = (work: () => Promise<unknown>) => {
    let reads = 0
    return withBlobs((_id, read) =>
      reads++ > 0
        ? read
        : async function* () {
            await work()
            yield* []
            throw new Error('The file is gone.')
          },
    )
  }

  it('is no damage when it vanished', async () => {
    await open()
    await bucket.put('key', LARGE)
    const { damages, progress } = await run(
      {},
      failingOnce(() => bucket.delete('key')),
    )
    expect(damages).toEqual([])
    expect(progress).toMatchObject({ versions: 0, damaged: 0 })
  })

  it('is read again when it was replaced', async () => {
    await open()
    await bucket.put('key', LARGE)
    bucket.clock.advance(1)
    const { damages } = await run(
      {},
      failingOnce(() => bucket.put('key', OTHER)),
    )
    expect(damages).toEqual([])
  })

  it('is met where it moved to', async () => {
    await open('Enabled')
    await bucket.put('key', LARGE)
    bucket.clock.advance(1)
    let reads = 0
    const store = withBlobs(() => {
      const first = reads++ === 0
      return async function* () {
        if (first) await bucket.put('key', 'new')
        yield* []
        throw new Error('The disk is broken.')
      }
    })
    const { damages } = await run({}, store)
    expect(damages).toMatchObject([{ key: 'key', kind: 'unreadable' }])
    const kept = await bucket.store.metadata.scan(versionRowsOf(await bucketId(), Buffer.from('key')), {
      limit: 9,
    })
    expect(kept).toHaveLength(1)
  })

  it('is damage still when a deletion made it the newest again', async () => {
    await open('Enabled')
    await bucket.put('key', LARGE)
    bucket.clock.advance(1)
    const { versionId } = await bucket.put('key', 'new')
    const store = withBlobs(
      () =>
        async function* () {
          await bucket.delete('key', versionId)
          yield* []
          throw new Error('The disk is broken.')
        },
    )
    expect((await run({}, store)).damages).toMatchObject([{ key: 'key', problem: 'The disk is broken.' }])
  })
})

describe('a scrub that stops', () => {
  it('ends with the reason of its signal, and reports no damage for it', async () => {
    await open()
    await bucket.put('key', LARGE)
    const controller = new AbortController()
    const call = testCall({ signal: controller.signal })
    const onDamage = () => {
      throw new Error('Nothing is damaged.')
    }
    const pace = async () => {
      controller.abort(new Error('stopping'))
      throw new Error('It was waiting.')
    }
    await expect(scrub(call, bucket.store, { pace, onDamage })).rejects.toThrow('stopping')
  })

  it.each(['never', 'Enabled'] as const)('goes on behind any version (%s)', async (versioning) => {
    await open(versioning)
    for (const key of ['a', 'b', 'c']) {
      await bucket.put(key, LARGE)
      bucket.clock.advance(1)
      await bucket.put(key, 'new')
    }
    const steps: ScrubProgress[] = []
    const { progress: whole } = await run({ onProgress: (step) => steps.push(step) })
    expect(steps).toHaveLength(versioning === 'never' ? 3 : 6)
    for (const from of steps) expect((await run({ from })).progress).toEqual(whole)
  })

  it('goes on from its beginning in a bucket that was made anew', async () => {
    await open()
    await bucket.put('a', 'x')
    const { progress } = await run()
    const position = { ...progress.position, row: '00' } as ScrubProgress['position']
    expect((await run({ from: { ...progress, position } })).progress).toMatchObject({ versions: 2 })
  })

  it('is remembered in a row', async () => {
    await open()
    await bucket.put('a', 'x')
    expect(await readScrubState(bucket.store)).toBeUndefined()
    const { progress } = await run()
    await saveScrubState(bucket.store, { startedMs: 5, progress })
    expect(await readScrubState(bucket.store)).toEqual({ startedMs: 5, progress })
    await saveScrubState(bucket.store, { startedMs: 6 })
    expect(await readScrubState(bucket.store)).toEqual({ startedMs: 6 })
  })
})

const broken: BlobStore['read'] = async function* () {
  yield LARGE.subarray(0, 10)
  throw new Error('The disk is broken.')
}
