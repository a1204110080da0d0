// What steps choose from: few keys, ids and uploads, so that they meet on the same ones.
import { delimiter, keyFragment, pageKeys } from '@coset/testkit'
import fc from 'fast-check'

export const KEYS = 8

/** Counts into the keys of the history. */
export type KeyNumber = number
/** Counts into all ids the key ever had, `null`, and one that never was. */
export type IdNumber = number
/** Counts into the last uploads that were begun, and one that never was. */
export type UploadNumber = number

export interface Range {
  readonly first: number
  readonly last: number | undefined
}

export interface Query {
  readonly prefix: string
  readonly delimiter: string
  readonly marker: string
  readonly keysMax: number | undefined
}

export const key = fc.nat(KEYS - 1)
export const id = fc.nat(20)
export const upload = fc.nat(100)
export const query: fc.Arbitrary<Query> = fc.record({
  prefix: fc.oneof(fc.constant(''), keyFragment),
  delimiter,
  marker: fc.oneof(fc.constant(''), keyFragment),
  keysMax: pageKeys,
})
