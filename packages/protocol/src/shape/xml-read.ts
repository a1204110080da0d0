// XML to values, by their shapes. Unknown elements are passed over: newer peers may send more.
import { Fault } from '@coset/model'
import type { DocumentFaults } from '../operation.js'
import { decodePercent } from './percent.js'
import { openChoice, parseScalar } from './scalar.js'
import type { Field, ListShape, RecordShape, ScalarShape, Shape } from './shape.js'
import type { XmlElement } from './xml-tree.js'

export interface XmlReadOptions {
  /** Percent-decode the encodable texts (`EncodingType` `url`). */
  readonly decode: boolean
  /** Pass on choices that the shape does not name. */
  readonly openChoices: boolean
  /** Instead of `MalformedXML`. */
  readonly faults?: DocumentFaults | undefined
}

export function readElement(shape: Shape, element: XmlElement, options: XmlReadOptions): unknown {
  switch (shape.kind) {
    case 'record':
      return readRecord(shape, element, options)
    case 'list':
      return readEntries(shape, wrappedEntries(shape, [element]), options)
    default:
      return readText(shape, element, options)
  }
}

export function readRecord(
  shape: RecordShape,
  element: XmlElement,
  options: XmlReadOptions,
): Readonly<Record<string, unknown>> {
  const value: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(shape.fields)) {
    const read = readField(name, field, element, options)
    if (read !== undefined) value[name] = read
  }
  return value
}

/** The children called `name`, read as the field's shape; lists are always arrays. */
export function readField(name: string, field: Field, parent: XmlElement, options: XmlReadOptions): unknown {
  if (field.attribute) return readAttribute(field.shape, parent, field.attribute.name, options)
  const found = parent.children.filter((child) => child.name === name)
  if (field.shape.kind === 'list') {
    // A list with an element of its own is empty only when it says so: replies may leave it out, requests may not.
    const mayBeMissing = field.optional || options.openChoices || field.shape.wrapped === undefined
    if (!mayBeMissing && found.length === 0) throw missing(name, parent, options)
    return readEntries(field.shape, wrappedEntries(field.shape, found), options)
  }
  const [first] = found
  // Empty counts as missing, but for texts.
  const value = first && readElement(field.shape, first, options)
  if (value === undefined && !field.optional) throw missing(name, parent, options)
  return value
}

/** By its name without prefix: clients declare the namespace under any prefix, or forget to. */
function readAttribute(shape: Shape, { attributes }: XmlElement, name: string, options: XmlReadOptions) {
  const text = attributes.get(name)
  return text === undefined
    ? undefined
    : readElement(shape, { name, attributes: NO_ATTRIBUTES, children: [], text }, options)
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

function missing(name: string, parent: XmlElement, { faults }: XmlReadOptions): Fault {
  const code = faults ? (faults.missing[name] ?? faults.missingAny) : 'MalformedXML'
  return new Fault(code, { message: `The element ${name} is missing in ${parent.name}.` })
}

function wrappedEntries(shape: ListShape, found: readonly XmlElement[]): readonly XmlElement[] {
  if (shape.wrapped === undefined) return found
  return found.flatMap((element) => element.children.filter((child) => child.name === shape.wrapped))
}

function readEntries(
  shape: ListShape,
  elements: readonly XmlElement[],
  options: XmlReadOptions,
): readonly unknown[] {
  if (elements.length > shape.max) {
    throw new Fault('MalformedXML', { message: `At most ${shape.max} entries are allowed.` })
  }
  return elements.map((element) => readElement(shape.of, element, options))
}

function readText(shape: ScalarShape, element: XmlElement, options: XmlReadOptions): unknown {
  const plain = shape.kind === 'text' ? element.text : element.text.trim()
  if (options.decode && shape.kind === 'text' && shape.encodable) return decodePercent(plain) ?? plain
  const value = parseScalar(shape, plain) ?? (options.openChoices ? openChoice(shape, plain) : undefined)
  if (value === undefined && plain !== '') {
    const { faults } = options
    const code = faults ? (faults.invalid[element.name] ?? faults.invalidAny) : 'MalformedXML'
    throw new Fault(code, {
      message: `The element ${element.name} has a value that is not allowed.`,
    })
  }
  return value
}
