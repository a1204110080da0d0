import { LIMITS } from '@coset/model'
import { describe, expect, it } from 'vitest'
import { type CorsRule, checkedCors, findCorsRule } from './cors.js'

const rule = (input: Partial<CorsRule> = {}): CorsRule => ({
  allowedOrigins: ['*'],
  allowedMethods: ['GET'],
  allowedHeaders: [],
  exposedHeaders: [],
  ...input,
})
const configured = (...rules: CorsRule[]) => ({ rules, responseVary: false })
const found = (rules: readonly CorsRule[], origin: string, method = 'GET', headers: string[] = []) =>
  findCorsRule({ rules, responseVary: false }, { origin, method, headers })

describe('an origin', () => {
  const MATCHES: readonly (readonly [pattern: string, origin: string, fits: boolean])[] = [
    ['*', 'http://a.com', true],
    ['*', 'null', true],
    ['null', 'null', true],
    ['http://a.com', 'http://a.com', true],
    ['http://a.com', 'https://a.com', false],
    ['http://a.com', 'http://a.com:8080', false],
    ['http://a.com', 'http://a.com.evil.org', false],
    ['http://a.com', 'http://xa.com', false],
    ['http://a.com:8080', 'http://a.com:8080', true],
    ['http://a.com:8080', 'http://a.com:80', false],
    ['http://a.com:*', 'http://a.com:8080', true],
    ['http://a.com:*', 'http://a.com', false],
    ['*://a.com', 'https://a.com', true],
    ['http://*.a.com', 'http://b.a.com', true],
    ['http://*.a.com', 'http://c.b.a.com', true],
    ['http://*.a.com', 'http://a.com', false],
    ['http://*.a.com', 'http://.a.com', true],
    ['http://*.a.com', 'http://evila.com', false],
    ['http://*.a.com', 'https://b.a.com', false],
    ['http://a*a', 'http://a', false],
    ['http://*', 'http://', true],
    ['HTTP://A.com', 'http://a.COM', true],
    ['http://a.com', 'http://aXcom', false],
    ['http://[::1]:*', 'http://[::1]:9', true],
    ['http://a.com', '', false],
  ]
  it.each(MATCHES)('%s and %s: %s', (pattern, origin, fits) => {
    expect(found([rule({ allowedOrigins: ['http://other.org', pattern] })], origin) !== undefined).toBe(fits)
  })
})

describe('a rule is found', () => {
  it('by its methods', () => {
    const rules = [rule({ allowedMethods: ['GET', 'PUT'] })]
    expect(found(rules, 'http://a', 'PUT')).toBe(rules[0])
    expect(found(rules, 'http://a', 'put')).toBe(rules[0])
    for (const method of ['DELETE', 'OPTIONS', 'GE', 'GETT', '']) {
      expect(found(rules, 'http://a', method)).toBeUndefined()
    }
  })

  it('by all the headers asked for, whatever their case', () => {
    const rules = [rule({ allowedHeaders: ['Content-Type', 'x-cos-meta-*', '*-md5'] })]
    expect(found(rules, 'o', 'GET', [])).toBe(rules[0])
    expect(found(rules, 'o', 'GET', ['content-type', 'X-COS-META-a', 'Content-MD5'])).toBe(rules[0])
    expect(found(rules, 'o', 'GET', ['content-type', 'authorization'])).toBeUndefined()
    expect(found(rules, 'o', 'GET', ['x-cos-meta'])).toBeUndefined()
    expect(found([rule()], 'o', 'GET', ['range'])).toBeUndefined()
    expect(found([rule({ allowedHeaders: ['*'] })], 'o', 'GET', ['range', 'any-thing'])).toBeDefined()
  })

  it('in their order', () => {
    const rules = [
      rule({ id: 'other', allowedOrigins: ['http://b'] }),
      rule({ id: 'put', allowedMethods: ['PUT'] }),
      rule({ id: 'headers', allowedHeaders: ['range'] }),
      rule({ id: 'last', allowedHeaders: ['*'] }),
    ]
    expect(found(rules, 'http://a')?.id).toBe('headers')
    expect(found(rules, 'http://b')?.id).toBe('other')
    expect(found(rules, 'http://a', 'PUT')?.id).toBe('put')
    expect(found(rules, 'http://b', 'GET', ['x'])?.id).toBe('last')
  })
})

describe('a configuration', () => {
  const refusal = (...rules: CorsRule[]) => {
    try {
      checkedCors(configured(...rules))
      return 'taken'
    } catch (error) {
      return (error as { code: string }).code
    }
  }

  it('keeps what it was given, methods in capitals and without empty names', () => {
    const given = rule({
      id: 'i',
      allowedOrigins: ['http://A.com'],
      allowedMethods: ['get', 'Put'],
      allowedHeaders: ['', 'X-A'],
      exposedHeaders: ['', 'ETag'],
      maxAgeSeconds: 5,
    })
    expect(checkedCors({ rules: [given], responseVary: true })).toEqual({
      rules: [
        { ...given, allowedMethods: ['GET', 'PUT'], allowedHeaders: ['X-A'], exposedHeaders: ['ETag'] },
      ],
      responseVary: true,
    })
  })

  it('has one to a hundred rules', () => {
    const many = (count: number) => Array.from({ length: count }, () => rule())
    expect(refusal()).toBe('MalformedXML')
    expect(refusal(...many(LIMITS.corsRulesMax))).toBe('taken')
    expect(refusal(...many(LIMITS.corsRulesMax + 1))).toBe('MalformedXML')
  })

  const REFUSED: Readonly<Record<string, Partial<CorsRule>>> = {
    'no origin': { allowedOrigins: [] },
    'an empty origin': { allowedOrigins: [''] },
    'two wildcards in an origin': { allowedOrigins: ['http://*.*.com'] },
    'a line break in an origin': { allowedOrigins: ['http://a\r\nx: y'] },
    'a letter beyond ASCII in an origin': { allowedOrigins: ['http://é.com'] },
    'no method': { allowedMethods: [] },
    'the method OPTIONS': { allowedMethods: ['OPTIONS'] },
    'the method PATCH': { allowedMethods: ['GET', 'PATCH'] },
    'the method *': { allowedMethods: ['*'] },
    'two wildcards in a header': { allowedHeaders: ['x-*-*'] },
    'no name of a header': { allowedHeaders: ['a b'] },
    'an exposed wildcard': { exposedHeaders: ['*'] },
    'an exposed line break': { exposedHeaders: ['a\r\nb'] },
    'a long id': { id: 'i'.repeat(LIMITS.corsRuleIdLengthMax + 1) },
  }
  it.each(Object.entries(REFUSED))('is refused with %s', (_name, input) => {
    expect(refusal(rule(), rule(input))).toBe('InvalidRequest')
  })
})
