// Values to XML, by their shapes.

import { encodeListedKey } from './percent.js'
import { formatScalar, type ScalarValue } from './scalar.js'
import type { RecordShape, ScalarShape, Shape } from './shape.js'
import { escapeXml } from './xml-text.js'

export interface XmlWriteOptions {
  /** Percent-encode the encodable texts (`EncodingType` `url`). */
  readonly encode: boolean
}

/** A value as the element `name`; undefined writes nothing, empty text writes `<Name/>`. */
export function writeElement(name: string, shape: Shape, value: unknown, options: XmlWriteOptions): string {
  if (value === undefined || value === null) return ''
  switch (shape.kind) {
    case 'record': {
      const fields = value as Readonly<Record<string, unknown>>
      const content = writeFields(shape, fields, options)
      return tagged(name, content, shape.attributed ? writeAttributes(shape, fields) : '')
    }
    case 'list': {
      const entries = value as readonly unknown[]
      const entryName = shape.wrapped ?? name
      const content = entries.map((entry) => writeElement(entryName, shape.of, entry, options)).join('')
      return shape.wrapped === undefined ? content : tagged(name, content)
    }
    default: {
      const plain = formatScalar(shape, value as ScalarValue)
      if (plain === '') return `<${name}/>`
      const encoded =
        options.encode && shape.kind === 'text' && shape.encodable ? encodeListedKey(plain) : plain
      return `<${name}>${escapeXml(encoded)}</${name}>`
    }
  }
}

function tagged(name: string, content: string, attributes = ''): string {
  return content === '' ? `<${name}${attributes}/>` : `<${name}${attributes}>${content}</${name}>`
}

export function writeFields(
  shape: RecordShape,
  value: Readonly<Record<string, unknown>>,
  options: XmlWriteOptions,
): string {
  let content = ''
  for (const name in shape.fields) {
    const field = shape.fields[name]
    if (field && !field.attribute) content += writeElement(name, field.shape, value[name], options)
  }
  return content
}

function writeAttributes(shape: RecordShape, value: Readonly<Record<string, unknown>>): string {
  let attributes = ''
  for (const name in shape.fields) {
    const { attribute, shape: scalar } = shape.fields[name] ?? {}
    const given = value[name]
    if (!attribute || !scalar || !isScalar(scalar) || given === undefined || given === null) continue
    const { prefix, namespace } = attribute
    const text = escapeXml(formatScalar(scalar, given as ScalarValue))
    attributes += ` xmlns:${prefix}="${namespace}" ${prefix}:${attribute.name}="${text}"`
  }
  return attributes
}

function isScalar(shape: Shape): shape is ScalarShape {
  return shape.kind !== 'record' && shape.kind !== 'list'
}
