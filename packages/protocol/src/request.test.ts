// Each operation's requests and replies, there and back: what one side encodes, the other decodes unchanged.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileOperation, type Layout } from './compile.js'
import type { Members, Operation, Place } from './operation.js'
import * as operations from './registry.js'
import { decodeRequest, encodeRequest, type RequestHead } from './request.js'
import { decodeResponse, encodeResponse } from './response.js'
import type { Shape } from './shape/shape.js'
import { parseXml } from './shape/xml-tree.js'

const TABLE: Readonly<Record<string, Operation>> = operations
const compiled = Object.values(TABLE).map((operation) => compileOperation(operation, 'x-cos-'))
const LIMITS = { bytesMax: 1 << 24, depthMax: 12, elementsMax: 20_000 }

/** Any text that XML 1.0 can hold. */
const text = fc
  .string({ unit: 'binary', maxLength: 12 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what XML can not hold.
  .map((string) => string.replace(/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '�'))

function wholeSeconds(): fc.Arbitrary<Date> {
  return fc.integer({ min: 0, max: 253_402_300_799 }).map((seconds) => new Date(seconds * 1000))
}

const copySource = fc
  .record({
    Bucket: fc.constantFrom('a-1250000000', 'some-bucket-1'),
    // Keys begin with something that is no white space: header values are trimmed.
    Key: fc.string({ unit: 'binary', maxLength: 12 }).map((key) => `k${key}`),
    Region: fc.constantFrom('ap-guangzhou', 'eu-frankfurt'),
    VersionId: fc.constantFrom(undefined, 'null', 'MTg0NDUxNTc1NjIzMTQ1MDAwODg'),
  })
  .map((source) => ({ ...source, Host: `${source.Bucket.toLowerCase()}.cos.${source.Region}.myqcloud.com` }))

function arbitraryOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'text':
      return text
    case 'percent':
      return text.filter((value) => value !== '')
    case 'integer':
      return fc.maxSafeInteger().map((value) => Math.max(shape.min, Math.min(shape.max, value)))
    case 'unsigned':
      return fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })
    case 'boolean':
      return fc.boolean()
    case 'timestamp':
      return shape.format === 'iso-ms'
        ? fc.integer({ min: 0, max: 253_402_300_799_999 }).map((ms) => new Date(ms))
        : wholeSeconds()
    case 'choice':
      return fc.constantFrom(...shape.values)
    case 'copy-source':
      return copySource
    case 'list':
      return fc.array(arbitraryOf(shape.of), { maxLength: 4 })
    case 'record':
      return fc.record(
        Object.fromEntries(
          Object.entries(shape.fields).map(([name, field]) => [name, arbitraryOf(field.shape)]),
        ),
        { requiredKeys: requiredOf(Object.entries(shape.fields)) },
      )
  }
}

/** Lists are always arrays, so one that may be absent is generated all the same. */
function requiredOf(
  fields: readonly (readonly [string, { readonly optional: boolean; readonly shape?: Shape }])[],
) {
  return fields.filter(([, { optional, shape }]) => !optional || shape?.kind === 'list').map(([name]) => name)
}

const metadata = fc.dictionary(fc.stringMatching(/^[a-z0-9-]{1,12}$/), text, { minKeys: 1, maxKeys: 4 })

function arbitraryAt(place: Place): fc.Arbitrary<unknown> | undefined {
  switch (place.in) {
    case 'stream':
    case 'events':
    case 'client':
      return undefined
    case 'bucket':
    case 'key':
      return text
    case 'headers':
    case 'fields':
      return metadata
    case 'status':
      return fc.constantFrom(200, 204, 303)
    default:
      return arbitraryOf(place.shape)
  }
}

function membersOf(members: Members): fc.Arbitrary<Record<string, unknown>> {
  const arbitraries: Record<string, fc.Arbitrary<unknown>> = {}
  const required: string[] = []
  for (const [name, { place, optional }] of Object.entries(members)) {
    const arbitrary = name === 'EncodingType' ? fc.constant('url') : arbitraryAt(place)
    if (!arbitrary) continue
    if (!optional) required.push(name)
    arbitraries[name] = arbitrary
  }
  return fc.record(arbitraries, { requiredKeys: required })
}

function headOf(pairs: readonly (readonly [string, string])[]) {
  return {
    header: (name: string) => pairs.find(([given]) => given === name)?.[1],
    headersWithPrefix: (prefix: string) => pairs.filter(([name]) => name.startsWith(prefix)),
  }
}

function formOf(fields: readonly (readonly [string, string])[]) {
  const pairs = fields.map(([name, value]) => [name.toLowerCase(), value] as const)
  return {
    field: (name: string) => pairs.find(([given]) => given === name.toLowerCase())?.[1],
    fieldsWithPrefix: (prefix: string) => pairs.filter(([name]) => name.startsWith(prefix)),
  }
}

function documentOf(source: string | undefined) {
  return source === undefined ? undefined : parseXml(source, LIMITS)
}

describe.each(
  compiled.map((operation) => [operation.operation.name, operation] as const),
)('%s', (_name, form) => {
  it('decodes the requests it encodes', () => {
    const property = fc.property(membersOf(form.operation.input), (input) => {
      const { bucket, key, query, headers, document, form: fields } = encodeRequest(form, input)
      const head: RequestHead = {
        bucket,
        key,
        query: (name) => query.find(([given]) => given === name)?.[1],
        ...headOf(headers),
        form: fields && formOf(fields),
      }
      expect(decodeRequest(form, head, documentOf(document))).toEqual(input)
    })
    fc.assert(property, { numRuns: 200 })
  })

  it('decodes the replies it encodes', () => {
    const property = fc.property(membersOf(form.operation.output), (output) => {
      const { status, headers, document } = encodeResponse(form, output)
      const pairs = headers.flatMap((name, at) =>
        at % 2 === 0 ? [[name.toLowerCase(), headers[at + 1] ?? ''] as const] : [],
      )
      const decoded = decodeResponse(form, { status, ...headOf(pairs) }, documentOf(document))
      expect(decoded).toEqual({ ...emptyMaps(form.output), ...output })
    })
    fc.assert(property, { numRuns: 200 })
  })
})

/** A reply's header maps are there even when they are empty. */
function emptyMaps({ prefixes }: Layout): Record<string, unknown> {
  return Object.fromEntries(prefixes.map(({ member }) => [member, {}]))
}

describe('a request', () => {
  const put = compileOperation(operations.putObject, 'x-cos-')
  const list = compileOperation(operations.listObjects, 'x-cos-')
  const remove = compileOperation(operations.deleteObjects, 'x-cos-')
  const versioning = compileOperation(operations.putBucketVersioning, 'x-cos-')
  const head = (headers: Record<string, string>, query: Record<string, string> = {}): RequestHead => ({
    bucket: 'b',
    key: 'k',
    query: (name) => query[name],
    ...headOf(Object.entries(headers)),
  })
  const refused = (code: string) => expect.objectContaining({ code })

  it('takes metadata names with their prefix or without', () => {
    const { headers } = encodeRequest(put, {
      Bucket: 'b',
      Key: 'k',
      Metadata: { A: '1', 'X-Cos-Meta-B': '2' },
    })
    expect(headers).toEqual([
      ['x-cos-meta-a', '1'],
      ['x-cos-meta-b', '2'],
    ])
  })

  it('takes values as text, as examples of COS write them', () => {
    const { headers } = encodeRequest(put, {
      Bucket: 'b',
      Key: 'k',
      ForbidOverwrite: 'true',
      TrafficLimit: '819200',
    })
    expect(headers).toEqual([
      ['x-cos-traffic-limit', '819200'],
      ['x-cos-forbid-overwrite', 'true'],
    ])
  })

  it('prefers the header where the query would do', () => {
    const both = decodeRequest(
      put,
      head({ 'x-cos-traffic-limit': '1' }, { 'x-cos-traffic-limit': '2' }),
      undefined,
    )
    expect(both.TrafficLimit).toBe(1)
    expect(decodeRequest(put, head({}, { 'x-cos-traffic-limit': '2' }), undefined).TrafficLimit).toBe(2)
  })

  it('counts an empty value as absent, but for texts', () => {
    const input = decodeRequest(
      list,
      head({}, { 'max-keys': '', prefix: '', 'encoding-type': '' }),
      undefined,
    )
    expect(input).toEqual({ Bucket: 'b', Prefix: '' })
  })

  it.each([
    [{ 'x-cos-forbid-overwrite': 'yes' }, 'InvalidArgument'],
    [{ 'x-cos-traffic-limit': '1.5' }, 'InvalidArgument'],
    [{ 'x-cos-storage-class': 'WARM' }, 'NotSupportedStorageClass'],
  ])('refuses %o', (headers, code) => {
    expect(() => decodeRequest(put, head(headers), undefined)).toThrow(refused(code))
  })

  it('passes over times of conditions that it can not read', () => {
    const get = compileOperation(operations.getObject, 'x-cos-')
    const input = decodeRequest(get, head({ 'if-modified-since': 'soon' }), undefined)
    expect(input.IfModifiedSince).toBeUndefined()
  })

  it('needs its document, of its root, with what must stand in it', () => {
    const decode = (source: string | undefined) => decodeRequest(versioning, head({}), documentOf(source))
    expect(() => decode(undefined)).toThrow(refused('MissingRequestBodyError'))
    expect(() => decode('<Versioning/>')).toThrow(refused('MalformedXML'))
    expect(() => decode('<VersioningConfiguration/>')).toThrow(refused('MalformedXML'))
    expect(() => decode('<VersioningConfiguration><Status/></VersioningConfiguration>')).toThrow(
      refused('MalformedXML'),
    )
    expect(() => decode('<VersioningConfiguration><Status>On</Status></VersioningConfiguration>')).toThrow(
      refused('MalformedXML'),
    )
    expect(decode('<VersioningConfiguration><Status> Enabled\n</Status></VersioningConfiguration>')).toEqual({
      Bucket: 'b',
      Status: 'Enabled',
    })
  })

  it('takes a form field by its name in any case, and what may stand in for it', () => {
    const post = compileOperation(operations.postObject, 'x-cos-')
    const decode = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      decodeRequest(post, { ...head(headers), form: formOf(Object.entries(fields)) }, undefined)
    expect(decode({ KEY: 'a', 'CONTENT-type': 'b' })).toMatchObject({ Key: 'a', ContentType: 'b' })
    expect(decode({ key: 'a', 'x-cos-acl': 'private' }).ACL).toBe('private')
    expect(decode({ key: 'a', acl: 'default', 'x-cos-acl': 'private' }).ACL).toBe('default')
    expect(decode({ key: 'a' }, { 'x-cos-traffic-limit': '819200' }).TrafficLimit).toBe(819200)
    expect(decode({ key: 'a' }, { 'cache-control': 'x' }).CacheControl).toBeUndefined()
    expect(() => decode({})).toThrow(expect.objectContaining({ message: 'key is missing.' }))
  })

  it('encodes keys in headers, and refuses what can not be decoded', () => {
    const link = compileOperation(operations.putSymlink, 'x-cos-')
    const { headers } = encodeRequest(link, { Bucket: 'b', Key: 'k', SymlinkTarget: 'a b/中' })
    expect(headers).toEqual([['x-cos-symlink-target', 'a%20b%2F%E4%B8%AD']])
    const decode = (target: string) =>
      decodeRequest(link, head({ 'x-cos-symlink-target': target }), undefined)
    expect(decode('a/b%20c').SymlinkTarget).toBe('a/b c')
    expect(() => decode('%ff')).toThrow(refused('InvalidArgument'))
  })

  it('bounds its lists', () => {
    const of = (count: number) =>
      documentOf(`<Delete>${'<Object><Key>k</Key></Object>'.repeat(count)}</Delete>`)
    expect(decodeRequest(remove, head({}), of(1000))).toHaveProperty('Delete')
    expect(() => decodeRequest(remove, head({}), of(1001))).toThrow(refused('MalformedXML'))
  })
})
