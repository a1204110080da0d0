import { Fault, STORAGE_CLASSES, type StorageClass } from '@coset/model'
import { bytesNamed, TestBucket, type VersioningHistory } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { decodeVersion, encodeVersion, type LiveVersion } from '../catalog/records.js'
import { getVersion } from './change.js'
import { headObject } from './get.js'
import { assertReadable, type RestoreInput, restoreObject, restoreStateOf } from './restore.js'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const DURATIONS = {
  ARCHIVE: { Expedited: 5 * MINUTE, Standard: 180 * MINUTE, Bulk: 300 * MINUTE },
  DEEP_ARCHIVE: { Standard: 12 * 60 * MINUTE, Bulk: 24 * 60 * MINUTE },
} as const

const fault = (code: string, detail: object = {}) =>
  expect.objectContaining({ code, detail: expect.objectContaining(detail) })

async function scene(storageClass: StorageClass = 'ARCHIVE', versioning: VersioningHistory = 'never') {
  const bucket = await TestBucket.open(versioning)
  const { call, store, clock } = bucket
  await bucket.put('key', 'content', { storageClass })
  const named = { bucket: bucket.name, key: 'key' }
  return {
    bucket,
    clock,
    restore: (days: number, input: Partial<RestoreInput> = {}) =>
      restoreObject(call, store, { ...named, days, tier: 'Standard', durationsMs: DURATIONS, ...input }),
    state: async (versionId?: string) => {
      const { version } = await getVersion(call, store, { ...named, versionId })
      return restoreStateOf(version, clock.now())
    },
    version: async () => (await getVersion(call, store, named)).version,
    read: () => bucket.read('key').catch((error: Fault) => error.code),
  }
}

describe('restoring', () => {
  it('makes an archived object readable when its time has come, and until its days are over', async () => {
    const { clock, restore, read, state } = await scene()
    expect(await read()).toBe('InvalidObjectState')
    const requestedMs = clock.now()
    const readyMs = requestedMs + DURATIONS.ARCHIVE.Standard
    expect(await restore(2)).toEqual({ outcome: 'started', expiresMs: readyMs + 2 * DAY })
    expect(await state()).toEqual({ kind: 'ongoing', tier: 'Standard', requestedMs })
    const moments: readonly (readonly [number, string])[] = [
      [readyMs - 1, 'InvalidObjectState'],
      [readyMs, 'content'],
      [readyMs + 2 * DAY - 1, 'content'],
      [readyMs + 2 * DAY, 'InvalidObjectState'],
    ]
    for (const [at, expected] of moments) {
      clock.set(at)
      expect(await read(), new Date(at).toISOString()).toBe(expected)
    }
    expect(await state()).toBeUndefined()
  })

  it.each([
    ['ARCHIVE', 'Expedited'],
    ['ARCHIVE', 'Standard'],
    ['ARCHIVE', 'Bulk'],
    ['DEEP_ARCHIVE', 'Standard'],
    ['DEEP_ARCHIVE', 'Bulk'],
  ] as const)('takes as long in %s as the tier %s does', async (storageClass, tier) => {
    const { clock, restore, state } = await scene(storageClass)
    await restore(1, { tier })
    const durations: Readonly<Record<string, number>> = DURATIONS[storageClass]
    clock.advance((durations[tier] ?? 0) - 1)
    expect((await state())?.kind).toBe('ongoing')
    clock.advance(1)
    expect((await state())?.kind).toBe('restored')
  })

  it('has no Expedited for DEEP_ARCHIVE', async () => {
    const { restore, state } = await scene('DEEP_ARCHIVE')
    const refused = await restore(1, { tier: 'Expedited' }).catch((error: unknown) => error)
    expect(refused).toEqual(
      new Fault('InvalidArgument', { message: 'The Tier for DEEP_ARCHIVE must be Standard or Bulk.' }),
    )
    expect(await state()).toBeUndefined()
  })

  it.each([0, -1, 1.5, 366, Number.NaN])('is refused for %d days', async (days) => {
    const { restore, state } = await scene()
    await expect(restore(days)).rejects.toThrow(fault('InvalidArgument'))
    expect(await state()).toBeUndefined()
  })

  it('takes up to 365 days', async () => {
    const { clock, restore } = await scene()
    const { expiresMs } = await restore(365, { durationsMs: { ...DURATIONS, ARCHIVE: { Standard: 0 } } })
    expect(expiresMs).toBe(clock.now() + 365 * DAY)
  })

  it.each(
    STORAGE_CLASSES.filter((name) => !/ARCHIVE|MAZ_/.test(name)),
  )('is not for objects in %s', async (name) => {
    const { restore, read } = await scene(name)
    await expect(restore(1)).rejects.toThrow(fault('RestoreNonArchiveObject'))
    expect(await read()).toBe('content')
  })

  it('needs an object, and its bucket', async () => {
    const { restore } = await scene()
    await expect(restore(1, { key: 'none' })).rejects.toThrow(fault('NoSuchKey'))
    await expect(restore(1, { versionId: 'MTg0' })).rejects.toThrow(fault('NoSuchVersion'))
    await expect(restore(1, { bucket: 'none-1250000000' })).rejects.toThrow(fault('NoSuchBucket'))
  })

  it('changes nothing else of the object', async () => {
    const { bucket, clock, restore, version } = await scene()
    const { storageClass } = await version()
    await bucket.put('key', bytesNamed('large', 50_000), { storageClass, tags: [{ Key: 'a', Value: 'b' }] })
    const before = await version()
    clock.advance(DAY)
    await restore(1)
    const { restore: record, ...after } = await version()
    expect(after).toEqual(before)
    expect(record?.requestedMs).toBe(clock.now())
  })
})

describe('restoring again', () => {
  it('is refused while it is under way, whatever the tier and the days', async () => {
    const { clock, restore, version } = await scene()
    await restore(1, { tier: 'Bulk' })
    const { restore: first } = await version()
    clock.advance(MINUTE)
    for (const tier of ['Expedited', 'Standard', 'Bulk'] as const)
      await expect(restore(3, { tier })).rejects.toThrow(fault('RestoreAlreadyInProgress'))
    expect((await version()).restore).toEqual(first)
  })

  it('counts the days from now once the copy is there, and starts nothing', async () => {
    const { clock, restore, read } = await scene()
    await restore(1)
    clock.advance(DURATIONS.ARCHIVE.Standard + DAY / 2)
    const expiresMs = clock.now() + 3 * DAY
    expect(await restore(3, { tier: 'Bulk' })).toEqual({ outcome: 'extended', expiresMs })
    clock.set(expiresMs - 1)
    expect(await read()).toBe('content')
    clock.set(expiresMs)
    expect(await read()).toBe('InvalidObjectState')
  })

  it('starts anew once the copy has expired', async () => {
    const { clock, restore, state } = await scene()
    await restore(1)
    clock.advance(DURATIONS.ARCHIVE.Standard + DAY)
    expect((await restore(1)).outcome).toBe('started')
    expect(await state()).toMatchObject({ kind: 'ongoing', requestedMs: clock.now() })
  })

  it('by a faster tier is an upgrade for DEEP_ARCHIVE', async () => {
    const { clock, restore, state } = await scene('DEEP_ARCHIVE')
    await restore(1, { tier: 'Bulk' })
    clock.advance(MINUTE)
    await expect(restore(1, { tier: 'Bulk' })).rejects.toThrow(fault('RestoreAlreadyInProgress'))
    expect((await restore(5, { tier: 'Standard' })).outcome).toBe('started')
    expect(await state()).toEqual({ kind: 'ongoing', tier: 'Standard', requestedMs: clock.now() })
    await expect(restore(1, { tier: 'Standard' })).rejects.toThrow(fault('RestoreAlreadyInProgress'))
    await expect(restore(1, { tier: 'Bulk' })).rejects.toThrow(fault('RestoreAlreadyInProgress'))
    clock.advance(DURATIONS.DEEP_ARCHIVE.Standard)
    expect(await state()).toEqual({ kind: 'restored', expiresMs: clock.now() + 5 * DAY })
  })

  it('by a faster tier never makes it later', async () => {
    const { clock, restore, state } = await scene('DEEP_ARCHIVE')
    await restore(1, { tier: 'Bulk' })
    clock.advance(DURATIONS.DEEP_ARCHIVE.Bulk - MINUTE)
    await restore(1, { tier: 'Standard' })
    clock.advance(MINUTE)
    expect((await state())?.kind).toBe('restored')
  })

  it('of one version leaves the others archived', async () => {
    const { bucket, clock, restore, state } = await scene('ARCHIVE', 'Enabled')
    const { versionId: first } = await bucket.put('key', 'first', { storageClass: 'ARCHIVE' })
    const { versionId: second } = await bucket.put('key', 'second', { storageClass: 'ARCHIVE' })
    await restore(1, { versionId: first })
    clock.advance(DURATIONS.ARCHIVE.Standard)
    expect(await bucket.read('key', first)).toBe('first')
    await expect(bucket.read('key', second)).rejects.toThrow(fault('InvalidObjectState'))
    expect(await state()).toBeUndefined()
  })

  it('of a delete marker is refused', async () => {
    const { bucket, restore } = await scene('ARCHIVE', 'Enabled')
    const { versionId } = await bucket.delete('key')
    await expect(restore(1, { versionId })).rejects.toThrow(fault('MethodNotAllowed', { deleteMarker: true }))
    await expect(restore(1)).rejects.toThrow(fault('NoSuchKey', { deleteMarker: true }))
  })
})

describe('an object written anew', () => {
  it('is archived again', async () => {
    const { bucket, clock, restore, read, state } = await scene()
    await restore(1)
    clock.advance(DURATIONS.ARCHIVE.Standard)
    await bucket.put('key', 'new', { storageClass: 'ARCHIVE' })
    expect(await state()).toBeUndefined()
    expect(await read()).toBe('InvalidObjectState')
  })
})

describe('the record of a restore', () => {
  it('is kept in the row, and rows without one are read as before', async () => {
    const { version, restore } = await scene()
    const before = await version()
    expect('restore' in before).toBe(false)
    await restore(2, { tier: 'Bulk' })
    const after = await version()
    expect(decodeVersion(encodeVersion(after))).toEqual(after)
    const { restore: _, ...without } = after
    expect(decodeVersion(encodeVersion(without as LiveVersion))).toEqual(before)
  })

  it('lets no read by that is not allowed', async () => {
    const { bucket, clock, restore, version } = await scene()
    const archived = await version()
    expect(() => assertReadable(bucket.call, archived)).toThrow(
      fault('InvalidObjectState', { storageClass: 'ARCHIVE' }),
    )
    await restore(1)
    clock.advance(DURATIONS.ARCHIVE.Standard)
    assertReadable(bucket.call, await version())
    // A clock that steps back finds the copy not there yet.
    clock.advance(-1)
    expect(() => assertReadable(bucket.call, archived)).toThrow(fault('InvalidObjectState'))
  })

  it('is asked for no clock by objects that are not archived', async () => {
    const { bucket } = await scene('STANDARD')
    const clock = { now: () => expect.unreachable() }
    const input = { bucket: bucket.name, key: 'key', conditions: {} }
    const { version } = await headObject(bucket.call, bucket.store, input)
    assertReadable({ ...bucket.call, clock }, version)
  })
})
