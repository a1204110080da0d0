// The caller leaves before or after the n-th call of the storage ports, for every n, and within the body.
import { bodyThen, type PortCall, testCall } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import { type Action, actionsIn, observed } from './actions.js'
import { NEW, OLD, put, Scene, type StoreName, type Versioning } from './scene.js'

const STORE_NAMES: readonly StoreName[] = ['memory', 'local']
const STATES: readonly Versioning[] = ['never', 'Enabled', 'Suspended']
const CALLS_MAX = 40

type Moment = PortCall['moment']

/** Runs the action, and aborts at the moment given. False: the action made fewer calls than that. */
async function leaveAt(scene: Scene, action: Action, n: number, moment: Moment) {
  const controller = new AbortController()
  const { store: still } = scene.opened
  const uploadId = (await action.prepare?.(scene.call, still)) ?? ''
  const before = await observed(action, scene.call, still, uploadId)
  let leftAt: PortCall['method'] | undefined
  const { store, calls } = await scene.behind((call) => {
    if (call.number !== n || call.moment !== moment) return
    leftAt = call.method
    controller.abort(new Error('The client left.'))
  })
  const call = testCall({ clock: scene.call.clock, signal: controller.signal })
  const done = await action.run(call, store, uploadId).then(
    () => true,
    () => false,
  )
  await scene.assertWhole()
  // Up to the commit nothing has happened; a commit that was started is never interrupted.
  expect(done).toBe(leftAt === undefined || leftAt === 'commit')
  expect(done).toBe((await observed(action, scene.call, still, uploadId)) !== before)
  return calls() >= n
}

/** Leaves at every call in turn; tells how many there were. */
async function leaveAtEach(open: () => Promise<Scene>, action: Action, moment: Moment) {
  for (let n = 1; n <= CALLS_MAX; n++) {
    const scene = await open()
    const reached = await leaveAt(scene, action, n, moment)
    await scene.close()
    if (!reached) return n - 1
  }
  throw new Error(`The action makes more than ${CALLS_MAX} calls.`)
}

describe.each(STORE_NAMES)('a caller who leaves, on the %s store', (storeName) => {
  for (const versioning of STATES) {
    it.each(
      actionsIn(versioning),
    )(`finds $name done or not begun (versioning: ${versioning})`, async (action) => {
      const open = () => Scene.open(storeName, versioning)
      const before = await leaveAtEach(open, action, 'before')
      expect(before).toBeGreaterThan(1)
      expect(await leaveAtEach(open, action, 'after')).toBe(before)
    })
  }

  it.each([0, 8192, 70_000])('leaves nothing of a body cancelled after %i bytes', async (sent) => {
    const scene = await Scene.open(storeName, 'never')
    const controller = new AbortController()
    const stream = bodyThen(NEW.subarray(0, sent), () => {
      controller.abort(new Error('The client left.'))
      throw controller.signal.reason
    })
    const call = testCall({ clock: scene.call.clock, signal: controller.signal })
    await expect(put(call, scene.opened.store, NEW, stream)).rejects.toThrow('The client left.')
    await scene.assertWhole()
    expect(OLD.equals((await scene.current()) ?? Buffer.alloc(0))).toBe(true)
    await scene.close()
  })

  it('does not wait for a large body that never goes on', async () => {
    const scene = await Scene.open(storeName, 'never')
    const controller = new AbortController()
    const stream = bodyThen(NEW.subarray(0, 70_000), () => {
      controller.abort(new Error('The client left.'))
      return new Promise(() => {})
    })
    const call = testCall({ clock: scene.call.clock, signal: controller.signal })
    await expect(put(call, scene.opened.store, NEW, stream)).rejects.toThrow('The client left.')
    await scene.assertWhole()
    await scene.close()
  })

  it('commits nothing once the deadline has passed', async () => {
    const scene = await Scene.open(storeName, 'never')
    const call = testCall({ clock: scene.call.clock, deadline: scene.call.clock.now() - 1 })
    await expect(put(call, scene.opened.store, NEW)).rejects.toMatchObject({ code: 'RequestTimeout' })
    await scene.assertWhole()
    expect(OLD.equals((await scene.current()) ?? Buffer.alloc(0))).toBe(true)
    await scene.close()
  })
})
