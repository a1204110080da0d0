// Copies: under which conditions they are made, and how a source is written that no one should write so.
import { CONDITIONS, type Conditions, type Known } from './conditions.js'

/** Those of a read, but what a read answers with 304 is a failure of a copy. */
export const COPY_CONDITIONS: readonly (readonly [
  name: string,
  conditions: (known: Known) => Conditions,
  status: number,
])[] = CONDITIONS.map(([name, conditions, status]) => [name, conditions, status === 200 ? 200 : 412])

/** `{ IfMatch }` as `{ CopySourceIfMatch }`. */
export function ofSource(conditions: Conditions): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(conditions).map(([name, value]) => [`CopySource${name}`, value]))
}

export const SOURCE_KEYS = [
  'a b',
  'a+b',
  'a%b',
  'a%20b',
  '100%',
  'a?b',
  'index.html?versionId=null',
  'a&b=c#d',
  '中文/路径.txt',
  '😀/👩‍👩‍👧',
  './a',
  'a/../b',
  'a//b',
  'a/',
  `it's "quoted"`,
  'k'.repeat(850),
]
