// What a run that fails leaves, and what two of them do to each other.
import { randomBytes } from 'node:crypto'
import { utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { DownloadFileInput } from '../index.js'
import { DownloadStage, holds, MIB, nameOf, namesIn } from '../testing/download-stage.js'
import { answer, type ObjectVersion, objectVersion, serve, stuckAfter } from '../testing/scripted-object.js'
import { errorXml } from '../testing/scripted-server.js'

let at: DownloadStage
/** 5.5 parts of 1 MiB. */
let large: ObjectVersion
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
beforeAll(async () => {
  large = await objectVersion('large', randomBytes(5.5 * MIB))
})

/** One run that fetched so many parts of `large`, and then failed. */
async function leftBehind(parts: number, input: Partial<DownloadFileInput> = {}): Promise<void> {
  expect(await at.leftBehind(large, parts, input)).toMatchObject({ code: 'AccessDenied' })
}

const record = () => nameOf(at.records, '.json')

async function isDone(version: ObjectVersion): Promise<void> {
  expect(await holds(at.path, version)).toBe(true)
  expect(await namesIn(at.folder)).toEqual(['file'])
  expect(await namesIn(at.records)).toEqual([])
}

describe('a run that fails', () => {
  it('leaves nothing when nothing of it can be gone on with', async () => {
    serve(
      at.server,
      () => large,
      (_, count) => (count > 1 ? errorXml(403, 'AccessDenied') : stuckAfter(large, 10)),
    )
    await expect(at.recorded({ MAXThread: 2 })).rejects.toMatchObject({ code: 'AccessDenied' })
    expect(await namesIn(at.folder)).toEqual([])
    expect(await namesIn(at.records)).toEqual([])
  })

  it('leaves nothing when the object was deleted', async () => {
    serve(at.server, () => (at.server.requests.length <= 3 ? large : undefined))
    await expect(at.recorded()).rejects.toMatchObject({ kind: 'changed' })
    expect(await namesIn(at.folder)).toEqual([])
    expect(await namesIn(at.records)).toEqual([])
  })

  it('leaves what is done when it is aborted, and the next call goes on at once', async () => {
    serve(
      at.server,
      () => large,
      (_, count) => (count > 3 ? stuckAfter(large, 1000) : undefined),
    )
    const controller = new AbortController()
    const failure = at.recorded({}, { signal: controller.signal }).catch((error: unknown) => error)
    await expect.poll(() => at.server.requests.length).toBe(4)
    controller.abort()
    expect(await failure).toMatchObject({ kind: 'aborted' })
    await expect.poll(() => at.server.sockets.size).toBe(0)
    serve(at.server, () => large)
    expect(await at.recorded()).toMatchObject({ bytesResumed: 3 * MIB })
    await isDone(large)
  })

  it('that nobody comes back for is swept away after 30 days', async () => {
    await leftBehind(3)
    const old = new Date(Date.now() - 31 * 24 * 3600_000)
    await utimes(await record(), old, old)
    await at.recorded({ DestFilePath: join(at.folder, 'another') })
    expect(await namesIn(at.folder)).toEqual(['another'])
    expect(await namesIn(at.records)).toEqual([])
  })
})

describe('two calls at a time', () => {
  it('of one object to one file: the second is told that it is locked', async () => {
    let release = () => {}
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    serve(
      at.server,
      () => large,
      (_, count) => (count === 2 ? (...request) => gate.then(() => answer(large)(...request)) : undefined),
    )
    const first = at.recorded()
    await expect.poll(() => at.server.requests.length).toBe(2)
    await expect(at.recorded()).rejects.toMatchObject({ kind: 'locked' })
    release()
    await first
    await isDone(large)
  })

  it('that begin together: whoever comes too late lets its connection go', async () => {
    serve(at.server, () => large)
    const ends = await Promise.allSettled([at.recorded(), at.recorded()])
    const refused = ends.filter(({ status }) => status === 'rejected')
    for (const end of refused) expect(end).toMatchObject({ reason: { kind: 'locked' } })
    expect(refused.length).toBeLessThan(2)
    await isDone(large)
    await at.cos.close()
    await expect.poll(() => at.server.sockets.size).toBe(0)
  })

  it('to different files go on side by side', async () => {
    serve(at.server, () => large)
    await Promise.all([at.recorded(), at.recorded({ DestFilePath: join(at.folder, 'second') })])
    expect(await namesIn(at.folder)).toEqual(['file', 'second'])
    expect(await namesIn(at.records)).toEqual([])
  })

  it('without checkpoints both end well', async () => {
    serve(at.server, () => large)
    await Promise.all([at.recorded({}, { checkpoint: false }), at.recorded({}, { checkpoint: false })])
    await isDone(large)
  })
})
