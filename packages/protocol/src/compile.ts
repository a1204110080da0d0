// A declaration with a dialect's names filled in, ready for the codecs to walk without looking anything up.
import type { FieldTwin, HeaderName, Members, Operation, Place } from './operation.js'
import { type Field, type RecordShape, record, type ScalarShape, type Shape } from './shape/shape.js'

export interface HeaderMember {
  readonly member: string
  readonly optional: boolean
  /** Lower case. */
  readonly name: string
  /** As COS writes it in replies: the Python SDK hands headers out by the very letters they came in. */
  readonly writtenName: string
  readonly shape: ScalarShape
  readonly orQuery: boolean
}
export interface PrefixMember {
  readonly member: string
  readonly prefix: string
}
export interface QueryMember {
  readonly member: string
  readonly optional: boolean
  readonly name: string
  readonly shape: ScalarShape
}
export interface FieldMember {
  readonly member: string
  readonly optional: boolean
  /** As it is written; fields are told apart without regard to case. */
  readonly name: string
  readonly shape: ScalarShape
  readonly or: FieldTwin
  /** The name behind the vendor prefix. */
  readonly vendorName: string
}
/** The fields of a multipart/form-data body. */
export interface FormLayout {
  readonly fields: readonly FieldMember[]
  readonly prefixes: readonly PrefixMember[]
}
export interface DocumentForm {
  readonly root: string
  readonly xmlns: string | undefined
  /** The member that is the whole document, or undefined when its children are members. */
  readonly member: string | undefined
  readonly shape: Shape
  /** Nothing in it must be there, so the document may be absent. */
  readonly optional: boolean
}

/** One side of an operation: its input or its output. */
export interface Layout {
  readonly bucket: string | undefined
  readonly key: string | undefined
  readonly stream: string | undefined
  /** The stream is one of events. */
  readonly hasEvents: boolean
  readonly headers: readonly HeaderMember[]
  /** Elements that are written as headers too. */
  readonly echoes: readonly HeaderMember[]
  readonly prefixes: readonly PrefixMember[]
  readonly queries: readonly QueryMember[]
  readonly document: DocumentForm | undefined
  /** Undefined for an operation that takes no form. */
  readonly form: FormLayout | undefined
  /** The member that is the reply's status. */
  readonly status: string | undefined
  readonly encodable: boolean
}

export interface CompiledOperation {
  readonly operation: Operation
  readonly input: Layout
  readonly output: Layout
}

export function compileOperation(operation: Operation, vendorPrefix: string): CompiledOperation {
  return {
    operation,
    input: layoutOf(operation.input, documentForm(operation.input, operation.inputRoot), vendorPrefix),
    output: layoutOf(
      operation.output,
      documentForm(operation.output, operation.outputRoot, operation.outputXmlns),
      vendorPrefix,
    ),
  }
}

export function headerText(header: HeaderName, vendorPrefix: string): string {
  return header.vendor ? `${vendorPrefix}${header.name}` : header.name
}

function writtenName(name: string): string {
  if (name.startsWith('x-')) return name
  return name === 'etag' ? 'ETag' : name.replace(/(?<=^|-)[a-z]/g, (letter) => letter.toUpperCase())
}

function layoutOf(members: Members, document: DocumentForm | undefined, vendorPrefix: string): Layout {
  const entries = Object.entries(members)
  const places = entries.map(([member, { place, optional }]) => ({ member, optional, place }))
  const named = (kind: Place['in']) => places.find(({ place }) => place.in === kind)?.member
  return {
    bucket: named('bucket'),
    key: named('key'),
    stream: named('stream') ?? named('events'),
    hasEvents: named('events') !== undefined,
    headers: places.flatMap(({ member, optional, place }) =>
      place.in === 'header' ? [headerMember({ member, optional, ...place }, vendorPrefix)] : [],
    ),
    echoes: places.flatMap(({ member, optional, place }) =>
      place.in === 'element' && place.echo
        ? [
            headerMember(
              { member, optional, header: place.echo, shape: place.shape as ScalarShape, orQuery: false },
              vendorPrefix,
            ),
          ]
        : [],
    ),
    prefixes: places.flatMap(({ member, place }) =>
      place.in === 'headers' ? [{ member, prefix: headerText(place.header, vendorPrefix) }] : [],
    ),
    queries: places.flatMap(({ member, optional, place }) =>
      place.in === 'query' ? [{ member, optional, name: place.name, shape: place.shape }] : [],
    ),
    document,
    form: formLayout(members, vendorPrefix),
    status: named('status'),
    encodable: 'EncodingType' in members,
  }
}

function formLayout(members: Members, vendorPrefix: string): FormLayout | undefined {
  const fields: FieldMember[] = []
  const prefixes: PrefixMember[] = []
  for (const [member, { place, optional }] of Object.entries(members)) {
    if (place.in === 'fields') prefixes.push({ member, prefix: headerText(place.field, vendorPrefix) })
    if (place.in !== 'field') continue
    const { shape, or, field } = place
    const name = headerText(field, vendorPrefix)
    fields.push({ member, optional, name, shape, or, vendorName: `${vendorPrefix}${field.name}` })
  }
  return fields.length === 0 ? undefined : { fields, prefixes }
}

type Declared = Pick<HeaderMember, 'member' | 'optional' | 'shape' | 'orQuery'> & {
  readonly header: HeaderName
}

function headerMember(
  { member, optional, header, shape, orQuery }: Declared,
  vendorPrefix: string,
): HeaderMember {
  const name = headerText(header, vendorPrefix)
  return { member, optional, name, writtenName: writtenName(name), shape, orQuery }
}

function documentForm(
  members: Members,
  root: string | undefined,
  xmlns: string | undefined = undefined,
): DocumentForm | undefined {
  if (root === undefined) return undefined
  const fields: Record<string, Field> = {}
  for (const [member, { place, optional }] of Object.entries(members)) {
    if (place.in === 'document') return { root, xmlns, member, shape: place.shape, optional }
    if (place.in === 'element') fields[member] = { shape: place.shape, optional }
  }
  const shape: RecordShape = { ...record({}), fields }
  const allOptional = Object.values(fields).every((field) => field.optional)
  return { root, xmlns, member: undefined, shape, optional: allOptional }
}
