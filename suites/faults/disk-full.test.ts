// The disk is full at the n-th call of the storage ports, for every n: what was there stays whole, nothing leaks.
import { Fault } from '@coset/model'
import { bodyThen, failingAt, type PortHook } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { actionsIn, observed } from './actions.js'
import { NEW, OLD, put, Scene, type StoreName, type Versioning } from './scene.js'

const STORE_NAMES: readonly StoreName[] = ['memory', 'local']
const STATES: readonly Versioning[] = ['never', 'Enabled', 'Suspended']
const CALLS_MAX = 40

const diskFull = () => new Fault('InsufficientStorage')

describe.each(STORE_NAMES)('a full disk below the %s store', (storeName) => {
  for (const versioning of STATES) {
    it.each(
      actionsIn(versioning),
    )(`leaves everything as it was under $name (versioning: ${versioning})`, async (action) => {
      let failed = 0
      for (let n = 1; n <= CALLS_MAX; n++) {
        const scene = await Scene.open(storeName, versioning)
        const { store: still } = scene.opened
        const uploadId = (await action.prepare?.(scene.call, still)) ?? ''
        const before = await observed(action, scene.call, still, uploadId)
        const { store, calls } = await scene.behind(failingAt(n, diskFull()))
        const result = await action.run(scene.call, store, uploadId).then(
          () => 'done',
          (error: unknown) => error,
        )
        await scene.assertWhole()
        if (result !== 'done') {
          expect(result).toMatchObject({ code: 'InsufficientStorage' })
          expect(await observed(action, scene.call, still, uploadId)).toBe(before)
          failed++
        }
        await scene.close()
        if (result === 'done' && calls() < n) break
      }
      expect(failed).toBeGreaterThan(1)
    })
  }

  it('keeps nothing of a body during which it filled up', async () => {
    const scene = await Scene.open(storeName, 'never')
    const stream = bodyThen(NEW, () => {
      throw diskFull()
    })
    await expect(put(scene.call, scene.opened.store, NEW, stream)).rejects.toThrow(diskFull().message)
    await scene.assertWhole()
    expect(OLD.equals((await scene.current()) ?? Buffer.alloc(0))).toBe(true)
    await scene.close()
  })

  it('takes writes again once there is room', async () => {
    const scene = await Scene.open(storeName, 'never')
    let full = true
    const whileFull: PortHook = ({ method }) => {
      if (full && (method === 'commit' || method === 'writeBlob')) throw diskFull()
    }
    const { store } = await scene.behind(whileFull)
    await expect(put(scene.call, store, NEW)).rejects.toMatchObject({ code: 'InsufficientStorage' })
    full = false
    await put(scene.call, store, NEW)
    expect(NEW.equals((await scene.current()) ?? Buffer.alloc(0))).toBe(true)
    await scene.assertWhole()
    await scene.close()
  })
})
