// Both sides in turn, so that a noisy machine is noisy to both; the middle round counts.

export interface Side {
  readonly name: string
  run(): Promise<number>
}

/** The median of each side over `rounds` rounds, after one unmeasured round. */
export async function inTurn(sides: readonly Side[], rounds: number): Promise<ReadonlyMap<string, number>> {
  const figures = new Map<string, number[]>(sides.map((side) => [side.name, []]))
  for (let round = 0; round <= rounds; round++) {
    for (const side of sides) {
      const figure = await side.run()
      if (round > 0) figures.get(side.name)?.push(figure)
    }
  }
  return new Map([...figures].map(([name, values]) => [name, median(values)]))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
