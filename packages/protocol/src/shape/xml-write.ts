// Values to XML, by their shapes.

import { encodeListedKey } from './percent.js'
import { formatScalar, type ScalarValue } from './scalar.js'
import type { RecordShape, Shape } from './shape.js'
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
      const content = writeFields(shape, value as Readonly<Record<string, unknown>>, options)
      return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`
    }
    case 'list': {
      const entries = value as readonly unknown[]
      const entryName = shape.wrapped ?? name
      const content = entries.map((entry) => writeElement(entryName, shape.of, entry, options)).join('')
      if (shape.wrapped === undefined) return content
      return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`
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

export function writeFields(
  shape: RecordShape,
  value: Readonly<Record<string, unknown>>,
  options: XmlWriteOptions,
): string {
  let content = ''
  for (const name in shape.fields) {
    const field = shape.fields[name]
    if (field) content += writeElement(name, field.shape, value[name], options)
  }
  return content
}
