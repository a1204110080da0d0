import { describe, expect, it } from 'vitest'
import { assertPolicy, parsePolicy, sizeRangeOf, withinRange } from './policy.js'

const NOW = Date.parse('2030-01-01T00:00:00Z')
const LATER = '2030-01-01T00:00:01.000Z'
const REQUIRED = [{ 'q-sign-algorithm': 'sha1' }, { 'q-ak': 'AKID' }, { 'q-sign-time': '1;2' }]
const SIGNED = { 'q-sign-algorithm': 'sha1', 'q-ak': 'AKID', 'q-sign-time': '1;2' }

const policyOf = (conditions: readonly unknown[], expiration: unknown = LATER) =>
  parsePolicy(JSON.stringify({ expiration, conditions: [...REQUIRED, ...conditions] }))
const check = (condition: unknown, fields: Readonly<Record<string, string>>) =>
  assertPolicy(policyOf([condition]), (name) => ({ ...SIGNED, ...fields })[name], NOW)
const refused = (code: string) => expect.objectContaining({ code })

describe('a condition', () => {
  it.each([
    [{ key: 'a' }, { key: 'a' }],
    [{ KEY: 'a' }, { key: 'a' }],
    [['eq', '$key', 'a'], { key: 'a' }],
    [['EQ', '$Key', 'a'], { key: 'a' }],
    [['starts-with', '$key', 'dir/'], { key: 'dir/a' }],
    [['starts-with', '$key', ''], { key: 'anything' }],
    [['starts-with', '$content-type', ''], {}],
    [
      { acl: 'default', key: 'a' },
      { acl: 'default', key: 'a' },
    ],
    [['content-length-range', 1, 2], {}],
  ])('%j lets %j in', (condition, fields) => {
    expect(() => check(condition, fields)).not.toThrow()
  })

  it.each([
    [{ key: 'a' }, { key: 'b' }],
    [{ key: 'a' }, {}],
    [{ key: 'a' }, { key: 'A' }],
    [['eq', '$key', 'a'], { key: 'ab' }],
    [['starts-with', '$key', 'dir/'], { key: 'di' }],
    [['starts-with', '$key', 'dir/'], {}],
    [
      { acl: 'default', key: 'a' },
      { acl: 'default', key: 'b' },
    ],
    [{ 'q-ak': 'other' }, {}],
  ])('%j keeps %j out', (condition, fields) => {
    expect(() => check(condition, fields)).toThrow(refused('AccessDenied'))
  })

  it('tells what it is about', () => {
    expect(() => check({ 'Content-Type': 'image/png' }, { 'content-type': 'text/html' })).toThrow(
      "Condition key content-type doesn't match the value image/png",
    )
  })
})

describe('a policy', () => {
  it('holds until its expiration', () => {
    const at = (expiration: string) =>
      assertPolicy(policyOf([], expiration), (name) => ({ ...SIGNED })[name as 'q-ak'], NOW)
    expect(() => at(LATER)).not.toThrow()
    expect(() => at('2030-01-01T00:00:00Z')).not.toThrow()
    expect(() => at('2029-12-31T23:59:59.999Z')).toThrow(/has been expired, expiration time: 2029-12-31/)
  })

  it.each([
    ['no JSON', 'hello'],
    ['no object', '[]'],
    ['null', 'null'],
    ['no expiration', JSON.stringify({ conditions: REQUIRED })],
    ['a number for its expiration', JSON.stringify({ expiration: 1, conditions: REQUIRED })],
    ['an expiration that is no date', JSON.stringify({ expiration: 'soon', conditions: REQUIRED })],
    ['no conditions', JSON.stringify({ expiration: LATER })],
    ['an object of conditions', JSON.stringify({ expiration: LATER, conditions: {} })],
    ['too many conditions', JSON.stringify({ expiration: LATER, conditions: Array(300).fill({ a: 'b' }) })],
  ])('is none with %s', (_name, text) => {
    expect(() => parsePolicy(text)).toThrow(refused('InvalidPolicyDocument'))
  })

  it.each([
    ['x'],
    [null],
    [{ key: 1 }],
    [['eq', 'key', 'a']],
    [['eq', '$key']],
    [['eq', '$key', 'a', 'b']],
    [['in', '$key', 'a']],
    [['content-length-range', 1]],
    [['content-length-range', '1', '2']],
    [['content-length-range', -1, 2]],
    [['content-length-range', 1.5, 2]],
    [[]],
  ])('is none with the condition %j', (condition) => {
    expect(() => policyOf([condition])).toThrow(refused('InvalidPolicyDocument'))
  })

  it.each([0, 1, 2])('must say by whom and when it was signed (%d)', (missing) => {
    const conditions = REQUIRED.filter((_, at) => at !== missing)
    const text = JSON.stringify({ expiration: LATER, conditions })
    expect(() => parsePolicy(text)).toThrow(refused('InvalidPolicyDocument'))
  })
})

describe('the range of a size', () => {
  it('is what all conditions allow', () => {
    expect(sizeRangeOf(policyOf([]))).toEqual({ min: 0, max: Number.POSITIVE_INFINITY })
    const two = [
      ['content-length-range', 1, 10],
      ['content-length-range', 0, 5],
    ]
    expect(sizeRangeOf(policyOf(two))).toEqual({ min: 1, max: 5 })
  })

  async function* threes(count: number) {
    for (let at = 0; at < count; at++) yield Buffer.from('abc')
  }
  async function pass(count: number, min: number, max: number): Promise<number> {
    let bytes = 0
    for await (const chunk of withinRange(threes(count), { min, max })) bytes += chunk.length
    return bytes
  }

  it('holds at both ends', async () => {
    expect(await pass(2, 6, 6)).toBe(6)
    expect(await pass(0, 0, 0)).toBe(0)
    await expect(pass(2, 0, 5)).rejects.toThrow(refused('EntityTooLarge'))
    await expect(pass(2, 7, 9)).rejects.toThrow(refused('EntityTooSmall'))
  })

  it('ends the stream at the first chunk too many', async () => {
    let given = 0
    async function* counted() {
      for await (const chunk of threes(1000)) {
        given++
        yield chunk
      }
    }
    const drain = async () => {
      for await (const _ of withinRange(counted(), { min: 0, max: 7 }));
    }
    await expect(drain()).rejects.toThrow(refused('EntityTooLarge'))
    expect(given).toBe(3)
  })
})
