import { describe, expect, it } from 'vitest'
import { parseTagging } from './tags.js'

const refused = expect.objectContaining({ code: 'InvalidTag' })

describe('parseTagging', () => {
  it.each([
    ['', []],
    ['a=1', [{ Key: 'a', Value: '1' }]],
    [
      'a=1&b=',
      [
        { Key: 'a', Value: '1' },
        { Key: 'b', Value: '' },
      ],
    ],
    ['a', [{ Key: 'a', Value: '' }]],
    ['a%20b=c+d&&', [{ Key: 'a b', Value: 'c d' }]],
    ['a=b=c', [{ Key: 'a', Value: 'b=c' }]],
    ['%E4%B8%AD=%2B-_.%3A/', [{ Key: '中', Value: '+-_.:/' }]],
  ])('reads %j', (text, tags) => {
    expect(parseTagging(text, 10)).toEqual(tags)
  })

  it.each([
    '=v',
    'a=1&a=2',
    'a=%zz',
    'a=%ff',
    'a=!',
    `${'k'.repeat(129)}=v`,
    `k=${'v'.repeat(257)}`,
  ])('refuses %j', (text) => {
    expect(() => parseTagging(text, 10)).toThrow(refused)
  })

  it('bounds their number', () => {
    const tags = (count: number) => Array.from({ length: count }, (_, at) => `k${at}=v`).join('&')
    expect(parseTagging(tags(10), 10)).toHaveLength(10)
    expect(() => parseTagging(tags(11), 10)).toThrow(refused)
  })
})
