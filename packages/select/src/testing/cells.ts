// The values of columns, for tests.
import type { ColumnValues } from '../columns/parquet-file.js'

export type Cell = string | number | null

/** With null where there are none. */
export function cellsOf({ type, validity, values }: ColumnValues, records: number): readonly Cell[] {
  const bytes = Buffer.from(values)
  let at = 0
  const next = (): Cell => {
    if (type === 'text') {
      const length = bytes.readUInt32LE(at)
      at += 4 + length
      return bytes.toString('utf8', at - length, at)
    }
    at += type === 'short' ? 4 : 8
    if (type === 'float') return bytes.readDoubleLE(at - 8)
    return type === 'short' ? bytes.readInt32LE(at - 4) : Number(bytes.readBigInt64LE(at - 8))
  }
  const isThere = (row: number) =>
    validity === undefined || (((validity[row >> 3] ?? 0) >> (row & 7)) & 1) === 1
  return Array.from({ length: records }, (_none, row) => (isThere(row) ? next() : null))
}
