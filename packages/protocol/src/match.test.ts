import { describe, expect, it } from 'vitest'
import { createMatcher } from './match.js'
import { type Operation, operation, vendor } from './operation.js'
import * as operations from './registry.js'

const declared = (method: 'GET' | 'PUT', ...query: string[]): Operation =>
  operation({
    name: 'Test',
    action: 'Test',
    method,
    resource: 'object',
    query,
    status: 200,
    summary: '',
    input: {},
    output: {},
    faults: [],
  })

const asked = (...names: string[]) => ({
  method: 'GET',
  resource: 'object' as const,
  has: (name: string) => names.includes(name),
  hasHeader: (name: string) => names.includes(name),
})

describe('createMatcher', () => {
  it('takes the most specific declaration, in whatever order they stand', () => {
    const matcher = createMatcher(
      {
        plain: declared('GET'),
        both: declared('GET', 'uploadId', 'partNumber'),
        one: declared('GET', 'uploadId'),
        other: declared('GET', 'acl'),
      },
      'x-cos-',
    )
    expect(matcher.match(asked())).toBe('plain')
    expect(matcher.match(asked('x'))).toBe('plain')
    expect(matcher.match(asked('uploadId'))).toBe('one')
    expect(matcher.match(asked('partNumber', 'uploadId'))).toBe('both')
    expect(matcher.match(asked('partNumber'))).toBe('plain')
    expect(matcher.match(asked('acl', 'versionId'))).toBe('other')
  })

  it('takes the one that a header selects, when it is there', () => {
    const copying = { ...declared('GET'), selectedBy: vendor('copy-source') }
    const copyingPart = { ...declared('GET', 'uploadId'), selectedBy: vendor('copy-source') }
    const matcher = createMatcher(
      { plain: declared('GET'), part: declared('GET', 'uploadId'), copying, copyingPart },
      'x-cos-',
    )
    expect(matcher.match(asked())).toBe('plain')
    expect(matcher.match(asked('x-cos-copy-source'))).toBe('copying')
    expect(matcher.match(asked('uploadId'))).toBe('part')
    expect(matcher.match(asked('uploadId', 'x-cos-copy-source'))).toBe('copyingPart')
  })

  it('finds nothing where nothing is declared', () => {
    const matcher = createMatcher({ acl: declared('GET', 'acl') }, 'x-cos-')
    expect(matcher.match(asked())).toBeUndefined()
    expect(matcher.match({ ...asked('acl'), method: 'PUT' })).toBeUndefined()
    expect(matcher.match({ ...asked('acl'), resource: 'bucket' })).toBeUndefined()
  })

  it('does not start with two that match the same requests', () => {
    expect(() => createMatcher({ a: declared('GET'), b: declared('GET') }, 'x-cos-')).toThrow(
      'The operations a and b match the same requests.',
    )
    const turned = { a: declared('GET', 'x', 'y'), b: declared('GET', 'y', 'x') }
    expect(() => createMatcher(turned, 'x-cos-')).toThrow('a and b')
    expect(() => createMatcher({ a: declared('GET'), b: declared('PUT') }, 'x-cos-')).not.toThrow()
  })

  it('starts with the operations there are, and finds each', () => {
    const table: Readonly<Record<string, Operation>> = operations
    const matcher = createMatcher(table, 'x-cos-')
    for (const [name, { method, resource, query, selectedBy }] of Object.entries(table)) {
      const has = (given: string) => query.includes(given)
      const hasHeader = (given: string) => given === `x-cos-${selectedBy?.name}`
      expect(matcher.match({ method, resource, has, hasHeader })).toBe(name)
    }
  })
})
