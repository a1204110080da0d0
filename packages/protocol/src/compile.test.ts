import { FAULTS } from '@coset/model'
import { describe, expect, it } from 'vitest'
import { compileOperation } from './compile.js'
import type { Operation } from './operation.js'
import * as operations from './registry.js'

const TABLE: Readonly<Record<string, Operation>> = operations

describe.each(Object.entries(TABLE))('%s', (method, operation) => {
  const { input, output } = compileOperation(operation, 'x-cos-')

  it('has its resource in its input', () => {
    expect(input.bucket !== undefined).toBe(operation.resource !== 'service')
    expect(input.key !== undefined).toBe(operation.resource === 'object')
  })

  it('names each header and parameter once, in lower case where it is a header', () => {
    for (const { headers, queries } of [input, output]) {
      const names = headers.map(({ name }) => name)
      expect(names).toEqual([...new Set(names)])
      expect(names).toEqual(names.map((name) => name.toLowerCase()))
      const params = queries.map(({ name }) => name)
      expect(params).toEqual([...new Set(params)])
    }
    // What selects the operation may have a value, and then it is a member as well.
    expect(operation.query).toEqual([...new Set(operation.query)])
  })

  it('has a root for its elements, and elements for its root', () => {
    const places = (members: Operation['input']) =>
      Object.values(members).filter(({ place }) => place.in === 'element' || place.in === 'document')
    expect(places(operation.input).length > 0).toBe(operation.inputRoot !== undefined)
    expect(places(operation.output).length > 0).toBe(operation.outputRoot !== undefined)
  })

  it('fails only in ways that are known', () => {
    for (const code of operation.faults) expect(FAULTS).toHaveProperty(code)
  })

  it('is called in camel case, and tells what it does in a sentence', () => {
    expect(method).toMatch(/^[a-z]+(?:[A-Z][a-z]+)*$/)
    expect(operation.summary).toMatch(/^[A-Z].*\.$/)
  })
})

describe('a document', () => {
  it('may be absent when nothing in it has to be there', () => {
    const optional = (operation: Operation) => compileOperation(operation, 'x-cos-').input.document?.optional
    expect(optional(operations.putBucket)).toBe(true)
    expect(optional(operations.putBucketVersioning)).toBe(false)
    expect(optional(operations.deleteObjects)).toBe(false)
    expect(optional(operations.putObject)).toBeUndefined()
  })
})
