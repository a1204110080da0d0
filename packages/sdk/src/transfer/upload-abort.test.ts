// Uploads that are aborted: settled at once, with nothing left that should not be.
import { beforeEach, describe, expect, it } from 'vitest'
import { clientOf, fakeTime, reply, reset, type Step } from '../testing/scripted-server.js'
import { failureOf, LARGE, UploadStage } from '../testing/upload-stage.js'

let at: UploadStage
beforeEach(async () => {
  at = await UploadStage.open()
  return () => at.close()
})

describe('an abort', () => {
  beforeEach(() => at.put(LARGE))
  const hang: Step = () => undefined

  it.each(['part 3', 'complete'])('settles at once while it waits for %s', async (stuck) => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const reached = new Promise<void>((resolve) => {
      at.bucket.fault = (call) => {
        if (call !== stuck) return undefined
        resolve()
        return hang
      }
    })
    const call = failureOf(at.upload({}, { signal: controller.signal }))
    await reached
    const before = performance.now()
    controller.abort(reason)
    expect(await call).toMatchObject({ kind: 'aborted', cause: reason })
    expect(performance.now() - before).toBeLessThan(1000)
    await expect.poll(() => at.locks()).toEqual([])
  })

  it('settles at once while it lists parts, and before it began', async () => {
    await at.interruptAfter(1)
    at.bucket.fault = (call) => (call === 'parts' ? hang : undefined)
    const controller = new AbortController()
    const call = failureOf(at.upload({}, { signal: controller.signal }))
    await expect.poll(() => at.bucket.calls).toEqual(['parts'])
    controller.abort()
    expect(await call).toMatchObject({ kind: 'aborted' })
    expect(await failureOf(at.upload({}, { signal: AbortSignal.abort() }))).toMatchObject({ kind: 'aborted' })
    expect(at.bucket.calls).toEqual(['parts'])
  })

  it('gives up an upload in the background whose beginning was not answered yet', async () => {
    const controller = new AbortController()
    at.bucket.lost = async (call) => {
      if (call !== 'create') return undefined
      controller.abort()
      await new Promise((resolve) => setTimeout(resolve, 50))
      return undefined
    }
    expect(await failureOf(at.upload({}, { signal: controller.signal }))).toMatchObject({ kind: 'aborted' })
    expect(at.bucket.uploads.size).toBe(1)
    await at.cos.close()
    expect([at.bucket.uploads.size, at.bucket.calls]).toEqual([0, ['create', 'abort']])
  })

  it('gives the upload up in the background when that is wanted, as often as it takes', async () => {
    const controller = new AbortController()
    const faults = [reset, reply(503)]
    at.bucket.fault = (call) => {
      if (call === 'part 3') {
        controller.abort()
        return hang
      }
      return call === 'abort' ? faults.shift() : undefined
    }
    await failureOf(at.upload({}, { signal: controller.signal, checkpoint: false }))
    await at.cos.close()
    expect([at.bucket.uploads.size, at.bucket.count('abort')]).toEqual([0, 3])
  })

  it('is what closing the client does', async () => {
    at.bucket.fault = (call) => {
      if (call !== 'part 3') return undefined
      void at.cos.close()
      return hang
    }
    expect(await failureOf(at.upload({}, { checkpoint: false }))).toMatchObject({ kind: 'aborted' })
    await at.cos.close()
    expect(at.bucket.uploads.size).toBe(0)
  })

  it('does not wait for a disk that does not answer', async () => {
    const checkpoints = () => ({
      has: async () => false,
      open: () => new Promise<never>(() => undefined),
    })
    const client = clientOf(
      at.server,
      {},
      { ...fakeTime(), platform: { ...fakeTime().platform, checkpoints } },
    )
    const controller = new AbortController()
    const call = failureOf(at.upload({}, { signal: controller.signal }, client))
    await new Promise((resolve) => setTimeout(resolve, 50))
    controller.abort()
    expect(await call).toMatchObject({ kind: 'aborted' })
    expect(at.bucket.calls).toEqual([])
  })

  it('lets the same file be uploaded again right away', async () => {
    const controller = new AbortController()
    at.bucket.fault = (call) => {
      if (call !== 'part 3' || controller.signal.aborted) return undefined
      controller.abort()
      return hang
    }
    await failureOf(at.upload({}, { signal: controller.signal }))
    await at.upload()
    expect(at.isStored(LARGE)).toBe(true)
  })
})
