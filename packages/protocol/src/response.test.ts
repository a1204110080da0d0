import { describe, expect, it } from 'vitest'
import { compileOperation } from './compile.js'
import { bucket, element, operation } from './operation.js'
import * as operations from './registry.js'
import { decodeResponse, encodeResponse } from './response.js'
import { list as listOf, text } from './shape/shape.js'
import { parseXml } from './shape/xml-tree.js'

const get = compileOperation(operations.getObject, 'x-cos-')
const list = compileOperation(operations.listObjects, 'x-cos-')

const headOf = (pairs: readonly (readonly [string, string])[]) => ({
  header: (name: string) => pairs.find(([given]) => given === name)?.[1],
  headersWithPrefix: (prefix: string) => pairs.filter(([name]) => name.startsWith(prefix)),
})
const parse = (source: string) => parseXml(source, { bytesMax: 10_000, depthMax: 10, elementsMax: 100 })

describe('a reply', () => {
  const attributes = { ETag: '"e"', LastModified: new Date(0) }

  it('has another status when it is a part', () => {
    expect(encodeResponse(get, attributes).status).toBe(200)
    expect(encodeResponse(get, { ...attributes, ContentRange: 'bytes 0-0/1' }).status).toBe(206)
    expect(encodeResponse(compileOperation(operations.deleteObject, 'x-cos-'), {}).status).toBe(204)
  })

  it('names its headers by the dialect, in the letters of COS', () => {
    const amz = compileOperation(operations.getObject, 'x-amz-')
    const output = {
      ...attributes,
      Crc64: 2n ** 64n - 1n,
      Metadata: { a: 'b' },
      ContentDisposition: 'inline',
    }
    const { headers } = encodeResponse(amz, output)
    const names = headers.filter((_, at) => at % 2 === 0)
    expect([...names].sort()).toEqual([
      'Content-Disposition',
      'ETag',
      'Last-Modified',
      'x-amz-hash-crc64ecma',
      'x-amz-meta-a',
    ])
    expect(headers[headers.indexOf('x-amz-hash-crc64ecma') + 1]).toBe('18446744073709551615')
    expect(headers[headers.indexOf('Last-Modified') + 1]).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
  })

  it('has its length behind the headers of the object, as Node needs it', () => {
    const output = { ...attributes, ContentLength: 1, ContentDisposition: 'inline' }
    const { headers } = encodeResponse(get, output)
    expect(headers.indexOf('Content-Length')).toBeGreaterThan(headers.indexOf('Content-Disposition'))
  })

  it('is read as far as its headers make sense, and choices of a newer server as they are', () => {
    const pairs = [
      ['content-length', 'many'],
      ['x-cos-storage-class', 'WARM'],
      ['etag', '"e"'],
    ] as const
    expect(decodeResponse(get, headOf(pairs), undefined)).toEqual({
      ETag: '"e"',
      StorageClass: 'WARM',
      Metadata: {},
    })
  })

  it('keeps metadata of any name', () => {
    const { Metadata } = decodeResponse(get, headOf([['x-cos-meta-__proto__', 'x']]), undefined)
    expect(Object.entries(Metadata as object)).toEqual([['__proto__', 'x']])
  })
})

describe('a list', () => {
  const page = (more: string) =>
    parse(
      `<ListBucketResult xmlns="http://cos.example/"><Name>b</Name>${more}<MaxKeys>1</MaxKeys>` +
        '<IsTruncated>true</IsTruncated><NextMarker>a%2Fb</NextMarker><Unknown>1</Unknown></ListBucketResult>',
    )

  it('is decoded when it says that it is encoded, unless that is not wanted', () => {
    const nextMarker = (more: string, options = {}) =>
      decodeResponse(list, headOf([]), page(more), options).NextMarker
    expect(nextMarker('<EncodingType>url</EncodingType>')).toBe('a/b')
    expect(nextMarker('<EncodingType>url</EncodingType>', { decodeKeys: false })).toBe('a%2Fb')
    expect(nextMarker('')).toBe('a%2Fb')
  })

  it('has arrays where nothing is listed', () => {
    expect(decodeResponse(list, headOf([]), page(''))).toMatchObject({ Contents: [], CommonPrefixes: [] })
  })

  it('misses an element that must be there', () => {
    expect(() =>
      decodeResponse(list, headOf([]), parse('<ListBucketResult><Name>b</Name></ListBucketResult>')),
    ).toThrow(expect.objectContaining({ code: 'MalformedXML' }))
  })
})

describe('a namespace of the reply', () => {
  const output = { Name: element(text()), Entries: element(listOf(text(), { wrapped: 'Entry' })) }
  const declared = operation({
    name: 'GetThing',
    action: 'GetThing',
    method: 'GET',
    resource: 'bucket',
    status: 200,
    summary: 'Get a thing.',
    input: { Bucket: bucket() },
    outputRoot: 'Thing',
    outputXmlns: 'http://example.com/thing',
    output,
    faults: [],
  })
  const compiled = compileOperation(declared, 'x-cos-')

  it('is declared by the root element alone, and passed over by readers', () => {
    const value = { Name: 'n', Entries: ['a'] }
    const { document = '' } = encodeResponse(compiled, value)
    expect(document).toContain(
      '?><Thing xmlns="http://example.com/thing"><Name>n</Name><Entries><Entry>a</Entry></Entries></Thing>',
    )
    expect(decodeResponse(compiled, headOf([]), parse(document))).toEqual(value)
  })

  it('is declared by an empty root too', () => {
    expect(encodeResponse(compiled, {}).document).toMatch(/<Thing xmlns="http:\/\/example.com\/thing"\/>$/)
  })
})
