// Runs that each follow from one number, and the line that replays the one that failed.

/**
 * `COSET_RUNS` multiplies the runs; `COSET_SEED` replays one. `variables` are others that decide what a seed means.
 */
export async function seededRuns(
  count: number,
  { file, variables = [] }: { readonly file: string; readonly variables?: readonly string[] },
  run: (seed: number) => Promise<void>,
): Promise<void> {
  for (const seed of seedsOf(count)) {
    await run(seed).catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message : String(cause)
      const set = variables.flatMap((name) => {
        const value = process.env[name]
        return value === undefined ? [] : [`${name}=${value} `]
      })
      const line = `${set.join('')}COSET_SEED=${seed} npx vitest run --project faults ${file}`
      throw new Error(`Replay with: ${line}\n${reason}`, { cause })
    })
  }
}

function seedsOf(count: number): readonly number[] {
  const { COSET_RUNS = '1', COSET_SEED } = process.env
  if (COSET_SEED !== undefined) return [Number(COSET_SEED)]
  const first = Date.now() % 1_000_000_000
  const length = Math.max(1, Math.round(count * Number(COSET_RUNS)))
  return Array.from({ length }, (_, at) => first + at)
}
