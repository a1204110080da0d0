// The text of a float, as the interpreter writes it.
import { FAIL } from './sql.js'

/** Between these DuckDB writes floats the same way, and all of them right. */
const ALIKE = ['1e-4', '1e16'] as const

/**
 * Both write the fewest digits that tell the float from its neighbours. They differ in when there is an exponent, in how
 * it is written, and in what stands for zero below zero and for what is no number.
 */
export function floatText(value: string): string {
  const [least, most] = ALIKE
  const text = `CAST(${value} AS VARCHAR)`
  const size = `abs(${value})`
  const cases = [
    [`${size} >= ${least} AND ${size} < ${most}`, text],
    [`${value} = 0`, `'0.0'`],
    [`${value} IS NULL`, 'NULL'],
    [`isnan(${value})`, `'NaN'`],
    [`isinf(${value})`, `CASE WHEN ${value} > 0 THEN 'Infinity' ELSE '-Infinity' END`],
    // Of large and small ones DuckDB gets one in some hundred thousand wrong.
    [`coalesce(TRY_CAST(${text} AS DOUBLE), 0) <> ${value}`, FAIL],
    [`${size} < 1e-6`, `replace(${text}, 'e-0', 'e-')`],
    [`${size} < ${least}`, `rtrim(CAST(CAST(${text} AS DECIMAL(38, 24)) AS VARCHAR), '0')`],
    [`${size} < 1e21`, `concat(CAST(CAST(${text} AS DECIMAL(38, 0)) AS VARCHAR), '.0')`],
  ]
  return `CASE ${cases.map(([when, then]) => `WHEN ${when} THEN ${then}`).join(' ')} ELSE ${text} END`
}
