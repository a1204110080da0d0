import { describe, expect, it } from 'vitest'
import type { SelectCase } from './case.js'
import { SELECT_CASES } from './cases/index.js'
import { runInterpreted, storedBytes } from './interpreted-run.js'

const sizeOf = (one: SelectCase) => storedBytes(one).length

describe('the interpreter', () => {
  it.each(SELECT_CASES)('$name', async (one) => {
    // Batches must not show in the result.
    for (const pieceSize of [2 ** 24, sizeOf(one) > 100_000 ? 65_537 : 7]) {
      const run = runInterpreted(one, pieceSize)
      if ('error' in one) await expect(run).rejects.toMatchObject({ code: one.error })
      else expect(await run).toBe(one.expected)
    }
  })
})
