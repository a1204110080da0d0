// Requests: the server decodes what the client encodes, both from the same declaration.
import { Fault, type FaultCode } from '@coset/model'
import type { CompiledOperation, DocumentForm, FieldMember, FormLayout } from './compile.js'
import type { Operation } from './operation.js'
import { formatScalar, parseScalar, type ScalarValue } from './shape/scalar.js'
import type { ScalarShape } from './shape/shape.js'
import { readElement } from './shape/xml-read.js'
import type { XmlElement } from './shape/xml-tree.js'
import { writeElement } from './shape/xml-write.js'

export type Input = Readonly<Record<string, unknown>>

/** What of a request's head members are read from. */
export interface RequestHead {
  readonly bucket: string | undefined
  readonly key: string | undefined
  /** The decoded value of the first parameter of that name. */
  query(name: string): string | undefined
  /** By lower-case name. */
  header(name: string): string | undefined
  /** Names in lower case. */
  headersWithPrefix(prefix: string): Iterable<readonly [name: string, value: string]>
  /** Of an operation that takes a form. */
  readonly form?: FormHead | undefined
}

/** The fields of a form. */
export interface FormHead {
  /** By name, in any case. */
  field(name: string): string | undefined
  /** Names in lower case. */
  fieldsWithPrefix(prefix: string): Iterable<readonly [name: string, value: string]>
}

/** The members of a request, or a Fault that names the one that is wrong. Streams are the caller's to add. */
export function decodeRequest(
  { operation, input }: CompiledOperation,
  head: RequestHead,
  document: XmlElement | undefined,
): Input {
  const value: Record<string, unknown> = {}
  if (input.bucket !== undefined) value[input.bucket] = head.bucket
  if (input.key !== undefined) value[input.key] = head.key
  for (const { member, optional, name, shape, orQuery } of input.headers) {
    const text = head.header(name) ?? (orQuery ? head.query(name) : undefined)
    value[member] = decodeScalar(shape, name, text, optional)
  }
  for (const { member, optional, name, shape } of input.queries) {
    value[member] = decodeScalar(shape, name, head.query(name), optional)
  }
  for (const { member, prefix } of input.prefixes)
    value[member] = decodeMap(head.headersWithPrefix(prefix), prefix)
  if (input.form) Object.assign(value, decodeForm(input.form, head))
  assertQuery(operation, head)
  if (input.document) Object.assign(value, decodeDocument(input.document, document, operation))
  return value
}

function assertQuery({ queryValues = {} }: Operation, head: RequestHead): void {
  for (const [name, value] of Object.entries(queryValues)) {
    if (head.query(name) === value) continue
    throw new Fault('InvalidArgument', { message: `The value of ${name} must be ${value}.` })
  }
}

function decodeScalar(
  shape: ScalarShape,
  name: string,
  text: string | undefined,
  optional: boolean,
): ScalarValue | undefined {
  if (text === undefined || (text === '' && shape.kind !== 'text')) {
    if (optional) return undefined
    throw new Fault('InvalidArgument', { message: `${name} is missing.` })
  }
  const value = parseScalar(shape, text)
  if (value !== undefined) return value
  if (shape.kind === 'timestamp' && shape.lenient) return undefined
  const code = faultOf(shape)
  if (code !== 'InvalidArgument') throw new Fault(code)
  throw new Fault(code, { message: `The value of ${name} is not valid.` })
}

function decodeForm({ fields, prefixes }: FormLayout, head: RequestHead): Input {
  const value: Record<string, unknown> = {}
  for (const member of fields) {
    value[member.member] = decodeScalar(member.shape, member.name, fieldText(member, head), member.optional)
  }
  for (const { member, prefix } of prefixes) {
    value[member] = decodeMap(head.form?.fieldsWithPrefix(prefix) ?? [], prefix)
  }
  return value
}

function fieldText({ name, or, vendorName }: FieldMember, head: RequestHead): string | undefined {
  const own = head.form?.field(name)
  if (own !== undefined || or === 'none') return own
  return or === 'vendor' ? head.form?.field(vendorName) : (head.header(name) ?? head.query(name))
}

function faultOf(shape: ScalarShape): FaultCode {
  if (shape.kind === 'copy-source') return 'InvalidCopySource'
  return shape.kind === 'choice' ? shape.fault : 'InvalidArgument'
}

function decodeMap(
  named: Iterable<readonly [name: string, value: string]>,
  prefix: string,
): Readonly<Record<string, string>> | undefined {
  let map: Record<string, string> | undefined
  for (const [name, value] of named) {
    map ??= Object.create(null) as Record<string, string>
    map[name.slice(prefix.length)] = value
  }
  return map
}

function decodeDocument(
  form: DocumentForm,
  document: XmlElement | undefined,
  { name, documentFaults: faults }: Operation,
): Input {
  if (!document) {
    if (form.optional) return {}
    throw new Fault('MissingRequestBodyError')
  }
  if (document.name !== form.root) {
    const code = faults?.malformed ?? 'MalformedXML'
    throw new Fault(code, { message: `${name} takes a document whose root is ${form.root}.` })
  }
  const value = readElement(form.shape, document, { decode: false, openChoices: false, faults })
  return form.member === undefined ? (value as Input) : { [form.member]: value }
}

/** A request on its way out: header values may hold any text, the transport turns it to bytes. */
export interface EncodedRequest {
  readonly method: string
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly query: readonly (readonly [string, string])[]
  readonly headers: readonly (readonly [string, string])[]
  /** The XML document, if the operation has one. */
  readonly document: string | undefined
  /** The fields of its form, if the operation has one. */
  readonly form: readonly (readonly [string, string])[] | undefined
}

export function encodeRequest({ operation, input }: CompiledOperation, value: Input): EncodedRequest {
  const own = input.queries.map(({ name }) => name)
  const query: [string, string][] = operation.query
    .filter((name) => !own.includes(name))
    .map((name) => [name, operation.queryValues?.[name] ?? ''])
  for (const { member, name, shape } of input.queries) {
    const given = value[member]
    if (given !== undefined && given !== null) query.push([name, formatScalar(shape, given as ScalarValue)])
  }
  const headers: [string, string][] = []
  for (const { member, name, shape } of input.headers) {
    const given = value[member]
    if (given !== undefined && given !== null) headers.push([name, formatScalar(shape, given as ScalarValue)])
  }
  for (const { member, prefix } of input.prefixes) {
    headers.push(...encodeMap(prefix, value[member] as Readonly<Record<string, string>> | undefined))
  }
  return {
    method: operation.method,
    bucket: input.bucket === undefined ? undefined : (value[input.bucket] as string),
    key: input.key === undefined ? undefined : (value[input.key] as string),
    query,
    headers,
    document: input.document && encodeDocument(input.document, value),
    form: input.form && encodeForm(input.form, value),
  }
}

function encodeForm({ fields, prefixes }: FormLayout, value: Input): readonly (readonly [string, string])[] {
  const pairs: [string, string][] = []
  for (const { member, name, shape } of fields) {
    const given = value[member]
    if (given !== undefined && given !== null) pairs.push([name, formatScalar(shape, given as ScalarValue)])
  }
  for (const { member, prefix } of prefixes) {
    pairs.push(...encodeMap(prefix, value[member] as Readonly<Record<string, string>> | undefined))
  }
  return pairs
}

/** Names may be given with their prefix, as COS's own examples do, or without it. */
function encodeMap(prefix: string, map: Readonly<Record<string, string>> = {}): [string, string][] {
  return Object.entries(map).map(([name, value]) => {
    const lower = name.toLowerCase()
    return [lower.startsWith(prefix) ? lower : `${prefix}${lower}`, String(value)]
  })
}

function encodeDocument(form: DocumentForm, value: Input): string | undefined {
  const content = form.member === undefined ? value : value[form.member]
  if (form.optional && isEmpty(form, value)) return undefined
  return `<?xml version="1.0" encoding="UTF-8"?>${writeElement(form.root, form.shape, content, { encode: false })}`
}

function isEmpty({ member, shape }: DocumentForm, value: Input): boolean {
  if (member !== undefined) return value[member] === undefined
  return shape.kind === 'record' && Object.keys(shape.fields).every((name) => value[name] === undefined)
}
