import { describe, expect, it } from 'vitest'
import { createPace } from './scrub-pace.js'

describe('the pace of a scrub', () => {
  it('takes at least the time that the rate asks for', async () => {
    const start = performance.now()
    const pace = createPace(10_000, new AbortController().signal)
    for (let n = 0; n < 30; n++) await pace(100)
    // Of three tenths of a second, the last ten milliseconds may be left out.
    expect(performance.now() - start).toBeGreaterThan(280)
  })

  it('does not let time without reading count for more than a moment', async () => {
    const pace = createPace(1000, new AbortController().signal)
    await new Promise((resolve) => setTimeout(resolve, 600))
    const start = performance.now()
    await pace(400)
    expect(performance.now() - start).toBeGreaterThan(130)
  })

  it('stops waiting when it is told to, and is not begun again', async () => {
    const controller = new AbortController()
    const pace = createPace(1, controller.signal)
    const waiting = pace(1_000_000)
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
    await expect(pace(1)).rejects.toMatchObject({ name: 'AbortError' })
  })
})
