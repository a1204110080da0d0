// Results: JSON lines for machines as they come, a table for people at the end.

export interface Result {
  readonly case: string
  readonly coset: number
  readonly reference: number
  readonly unit: string
  /** What the reference is. */
  readonly of: string
  /** At least (or, for `most`, at most) this share of the reference, or this figure where there is none. */
  readonly target: number
  readonly direction: 'least' | 'most'
}

const results: Result[] = []

export function report(result: Result): void {
  results.push(result)
  console.log(JSON.stringify({ ...result, share: share(result), met: met(result) }))
}

export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

export function printTable(): void {
  const rows = results.map((result) => [
    result.case,
    `${round(result.coset)} ${result.unit}`,
    Number.isNaN(result.reference) ? '' : `${round(result.reference)} ${result.unit} (${result.of})`,
    Number.isNaN(result.reference) ? '' : `${round(share(result) * 100)} %`,
    targetText(result),
    met(result) ? 'met' : 'MISSED',
  ])
  console.log('\n| case | coset | reference | share | target | |\n|---|---|---|---|---|---|')
  for (const row of rows) console.log(`| ${row.join(' | ')} |`)
}

function share({ coset, reference }: Result): number {
  return coset / reference
}

function met(result: Result): boolean {
  const figure = Number.isNaN(result.reference) ? result.coset : share(result)
  return result.direction === 'least' ? figure >= result.target : figure <= result.target
}

function targetText({ target, direction, reference, unit }: Result): string {
  const sign = direction === 'least' ? '>=' : '<='
  return Number.isNaN(reference) ? `${sign} ${target} ${unit}` : `${sign} ${target * 100} %`
}

function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}
