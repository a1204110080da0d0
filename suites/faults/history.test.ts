// Random histories over core, on every store, against the reference model; a failure prints the line that replays it.
import { STORES } from '@coset/testkit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Tally } from './history-stage.js'
import { histories } from './history-steps.js'
import { play } from './history-world.js'
import { replayed } from './replay.js'

const RUNS = { memory: 400, local: 60 }
const STEPS = 60

it.each([
  'memory',
  'local',
] as const)('reads like the model whatever happens, on the %s store', async (name) => {
  let steps = 0
  let runs = 0
  const tally: Tally = new Map()
  const property = fc.asyncProperty(histories(STEPS), async (history) => {
    await play(history, STORES[name], tally)
    steps += history.steps.length
    if (++runs % 50 === 0) console.log(`history, ${name}: ${runs} runs, ${steps} steps`)
  })
  await replayed(property, RUNS[name])
  console.log(`history, ${name}: done after ${runs} runs, ${steps} steps`)
  console.log(
    [...tally]
      .sort()
      .map(([what, count]) => `${what}: ${count}`)
      .join(', '),
  )
  expect(steps).toBeGreaterThan(0)
  if (steps < 2000) return
  // A history that never gets to the end of an upload shows nothing of it.
  for (const what of ['complete done', 'copy done', 'copyPart done', 'append done', 'abort done'])
    expect(tally.get(what) ?? 0, what).toBeGreaterThan(0)
})
