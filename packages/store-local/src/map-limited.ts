// Runs an asynchronous function over a list, a bounded number at a time.

export async function mapLimited<T, R>(
  values: readonly T[],
  limit: number,
  run: (value: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const entries = values.entries()
  const lane = async () => {
    for (const [index, value] of entries) results[index] = await run(value)
  }
  await Promise.all(Array.from({ length: Math.min(limit, values.length) }, lane))
  return results
}
