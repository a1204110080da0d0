// Rows as they are stored, for those who look at them from outside.
import type { Entry, Store } from '@coset/core'

export async function rowsOf({ metadata }: Store, table: string): Promise<readonly Entry[]> {
  const end = Buffer.from(table)
  end[end.length - 1] = (end.at(-1) ?? 0) + 1
  const rows: Entry[] = []
  for (let start = Buffer.from(table); ; ) {
    const page = await metadata.scan({ start, end }, { limit: 1000 })
    rows.push(...page)
    const last = page.at(-1)
    if (!last) return rows
    start = Buffer.concat([last.key, Buffer.from([0])])
  }
}

export function jsonOf({ value }: Entry): unknown {
  const row = Buffer.from(value)
  if (row[0] !== 1) throw new Error(`Unknown row format ${row[0]}`)
  return JSON.parse(row.toString('utf8', 5, 5 + row.readUInt32BE(1)))
}

export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1')
}
