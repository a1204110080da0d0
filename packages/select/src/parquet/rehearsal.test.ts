import { describe, expect, it } from 'vitest'
import { rehearseMetadata } from './rehearsal.js'

describe('the rehearsal', () => {
  it('reads metadata that it makes by itself', async () => {
    expect(await rehearseMetadata(new AbortController().signal)).toBeGreaterThan(100)
  })

  it('ends when there is something to do', async () => {
    expect(await rehearseMetadata(AbortSignal.abort())).toBe(0)
  })
})
