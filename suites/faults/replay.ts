// Checks a property with a seed that is always known, and tells the line that replays a failure.
import fc from 'fast-check'

/** `COSET_RUNS` multiplies the runs; `COSET_SEED` and `COSET_PATH` replay one. */
export async function replayed<T>(property: fc.IAsyncProperty<[T]>, runs: number): Promise<void> {
  const { COSET_RUNS = '1', COSET_SEED, COSET_PATH } = process.env
  const details = await fc.check(property, {
    numRuns: Math.max(1, Math.round(runs * Number(COSET_RUNS))),
    seed: COSET_SEED === undefined ? Date.now() | 0 : Number(COSET_SEED),
    ...(COSET_PATH === undefined ? {} : { path: COSET_PATH }),
    // Each step of a shrink is a whole run on a store of its own.
    interruptAfterTimeLimit: 600_000,
  })
  if (details.interrupted) console.log(`stopped after ${details.numRuns} runs, as they take too long`)
  if (!details.failed) return
  const line = `COSET_SEED=${details.seed} COSET_PATH=${details.counterexamplePath}`
  const counterexample = fc.stringify(details.counterexample?.[0])
  throw new Error(`Replay with: ${line}\nThe shortest failure: ${counterexample}`, {
    cause: details.errorInstance,
  })
}
