import { expect, it } from 'vitest'
import { Background, joinSignals, settledOr, withinClient } from './background.js'

const never = new Promise<never>(() => undefined)

it('closing stops transfers, and waits for what they leave behind', async () => {
  const background = new Background()
  const steps: string[] = []
  const transfer = withinClient(background, undefined, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    steps.push('stopped')
    void background.track(
      Promise.resolve().then(async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        steps.push('given up')
      }),
    )
    throw new Error('stopped')
  }).catch(() => undefined)
  await background.close(5000)
  await transfer
  expect(steps).toEqual(['stopped', 'given up'])
})

it('closing does not wait for ever', async () => {
  const background = new Background()
  void background.track(never)
  await background.close(20)
})

it('a transfer that does not stop is left behind when its signal fires', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const transfer = withinClient(new Background(), controller.signal, () => never).catch((error) => error)
  controller.abort(reason)
  expect(await transfer).toMatchObject({ kind: 'aborted', cause: reason })
})

it('a transfer that stops in time says itself how it ended', async () => {
  const controller = new AbortController()
  const transfer = withinClient(new Background(), controller.signal, async (signal) => {
    await new Promise((resolve) => signal.addEventListener('abort', resolve))
    return 'done'
  })
  controller.abort()
  expect(await transfer).toBe('done')
})

it('joined signals fire with the first of them, and listen no longer once released', () => {
  const [a, b, c] = [new AbortController(), new AbortController(), new AbortController()]
  const joined = joinSignals(a.signal, undefined, b.signal)
  b.abort('why')
  expect([joined.signal.aborted, joined.signal.reason]).toEqual([true, 'why'])
  const released = joinSignals(c.signal)
  released.release()
  c.abort()
  expect(released.signal.aborted).toBe(false)
  expect(joinSignals(AbortSignal.abort('before')).signal.reason).toBe('before')
})

it('waiting ends with the work, however it ends, or with the signal', async () => {
  await settledOr(Promise.reject(new Error('failed')), undefined)
  await settledOr(Promise.resolve(), new AbortController().signal)
  await settledOr(never, AbortSignal.abort())
  const controller = new AbortController()
  const waiting = settledOr(never, controller.signal)
  controller.abort()
  await waiting
})
