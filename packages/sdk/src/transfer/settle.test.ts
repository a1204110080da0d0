import { describe, expect, it } from 'vitest'
import { settlePromptly } from './settle.js'

describe('settlePromptly', () => {
  const reason = new Error('enough')

  it('gives what a run comes to', async () => {
    expect(await settlePromptly(undefined, async () => 1)).toBe(1)
    expect(await settlePromptly(new AbortController().signal, async () => 1)).toBe(1)
    await expect(settlePromptly(new AbortController().signal, () => Promise.reject(reason))).rejects.toBe(
      reason,
    )
  })

  it('does not wait for a run that hangs', async () => {
    const controller = new AbortController()
    const settled = settlePromptly(controller.signal, () => new Promise(() => undefined))
    controller.abort(reason)
    await expect(settled).rejects.toMatchObject({ kind: 'aborted', cause: reason })
  })

  it('lets a run that ends soon say how', async () => {
    const controller = new AbortController()
    const settled = settlePromptly(
      controller.signal,
      () => new Promise((resolve) => setTimeout(resolve, 1, 'done')),
    )
    controller.abort(reason)
    expect(await settled).toBe('done')
  })
})
