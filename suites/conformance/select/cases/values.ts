// What single expressions come to, and which of them fail.
import type { SelectCode } from '@coset/select'
import type { SelectCase } from '../case.js'

/** What the expressions can look at. */
const RECORD = `{"i":7,"d":2.50,"s":"Text","t":true,"n":null,"l":[10,20,[30]],"o":{"x":1,"Y":"y"},"e":""}`

/** The value as JSON; undefined where it is MISSING. */
export const yields = (
  rows: readonly (readonly [expression: string, value: string | undefined])[],
): readonly SelectCase[] =>
  rows.map(([expression, value]) => ({
    name: `${expression} is ${value ?? 'MISSING'}`,
    sql: `SELECT ${expression} AS v FROM COSObject s`,
    data: RECORD,
    input: { json: 'LINES' },
    expected: value === undefined ? '{}\n' : `{"v":${value}}\n`,
  }))

export const fails = (
  rows: readonly (readonly [expression: string, error: SelectCode])[],
): readonly SelectCase[] =>
  rows.map(([expression, error]) => ({
    name: `${expression} fails with ${error}`,
    sql: `SELECT ${expression} AS v FROM COSObject s`,
    data: RECORD,
    input: { json: 'LINES' },
    error,
  }))
