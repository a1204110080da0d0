// Downloads that are given up.
import { randomBytes } from 'node:crypto'
import { readdir, readlink } from 'node:fs/promises'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DownloadStage, MIB, namesIn } from '../testing/download-stage.js'
import { type ObjectVersion, objectVersion, serve, stuckAfter } from '../testing/scripted-object.js'

let at: DownloadStage
let large: ObjectVersion
let small: ObjectVersion
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
beforeAll(async () => {
  large = await objectVersion('large', randomBytes(3.5 * MIB))
  small = await objectVersion('small', randomBytes(100_000))
})

describe('an abort', () => {
  const reason = new Error('the user left')
  const openFiles = async () => {
    const names = await readdir('/proc/self/fd')
    const targets = await Promise.all(names.map((name) => readlink(`/proc/self/fd/${name}`).catch(() => '')))
    return targets.filter((target) => target.startsWith(at.folder))
  }

  it.each<[string, () => ObjectVersion]>([
    ['small', () => small],
    ['large', () => large],
  ])('of a %s object settles at once and leaves no file, handle or connection', async (_, version) => {
    serve(at.server, version, () => stuckAfter(version(), 50_000))
    const controller = new AbortController()
    const failure = at.download({}, { signal: controller.signal }).catch((error: unknown) => error)
    await expect.poll(() => namesIn(at.folder)).toHaveLength(1)
    controller.abort(reason)
    expect(await failure).toMatchObject({ kind: 'aborted', cause: reason })
    // A disk that is slow has its time, which the caller does not wait for.
    await expect.poll(() => namesIn(at.folder)).toEqual([])
    expect(await openFiles()).toEqual([])
    await expect.poll(() => at.server.sockets.size).toBe(0)
  })

  it('comes before anything is sent or made', async () => {
    serve(at.server, () => small)
    await expect(at.download({}, { signal: AbortSignal.abort(reason) })).rejects.toMatchObject({
      kind: 'aborted',
    })
    expect(at.server.requests).toEqual([])
    expect(await namesIn(at.folder)).toEqual([])
  })

  it('ends a call that waits for its first reply', async () => {
    serve(
      at.server,
      () => small,
      () => () => undefined,
    )
    const controller = new AbortController()
    const failure = at.download({}, { signal: controller.signal }).catch((error: unknown) => error)
    await expect.poll(() => at.server.requests.length).toBe(1)
    controller.abort(reason)
    expect(await failure).toMatchObject({ kind: 'aborted', cause: reason })
  })

  it('of the client ends a download too', async () => {
    serve(
      at.server,
      () => large,
      () => stuckAfter(large, 50_000),
    )
    const failure = at.download().catch((error: unknown) => error)
    await expect.poll(() => namesIn(at.folder)).toHaveLength(1)
    await at.cos.close()
    expect(await failure).toMatchObject({ kind: 'aborted' })
    expect(await namesIn(at.folder)).toEqual([])
  })
})
