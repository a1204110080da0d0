import { describe, expect, it } from 'vitest'
import { CSV_BASICS } from './cases/csv-basics.js'
import { runInterpreted } from './interpreted-run.js'

const CASES = [...CSV_BASICS]

describe('the interpreter', () => {
  it.each(CASES)('$name', async (one) => {
    // Batches must not show in the result.
    for (const pieceSize of [2 ** 24, 7]) {
      const run = runInterpreted(one, pieceSize)
      if ('error' in one) await expect(run).rejects.toMatchObject({ code: one.error })
      else expect(await run).toBe(one.expected)
    }
  })
})
