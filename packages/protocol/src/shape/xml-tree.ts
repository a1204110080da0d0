// Reads an XML document into a small tree. It knows no schema: that is xml-read.ts's business.
import { Fault, utf8Length } from '@coset/model'
import { SaxesParser, type SaxesTagPlain } from 'saxes'

export interface XmlElement {
  /** Without its prefix. */
  readonly name: string
  /** By name without prefix; declarations of namespaces are left out. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** All text directly in the element, white space included. */
  readonly text: string
}

export interface XmlLimits {
  readonly bytesMax: number
  readonly depthMax: number
  readonly elementsMax: number
}

/** Attributes of one element, declarations of namespaces included; no schema of ours has more than three. */
const ATTRIBUTES_MAX = 32
const ATTRIBUTE_LENGTH_MAX = 1024

/**
 * Throws `XMLSizeLimit` for a document with too many bytes, elements or attributes, and `MalformedXML` for one that is not
 * well-formed UTF-8 XML, is nested deeper than any schema of ours, or brings a DOCTYPE, and so its own entities.
 */
export function parseXml(source: Uint8Array | string, limits: XmlLimits): XmlElement {
  const length = typeof source === 'string' ? utf8Length(source) : source.byteLength
  if (length > limits.bytesMax) throw new Fault('XMLSizeLimit')
  try {
    return readTree(typeof source === 'string' ? source : decodeUtf8(source), limits)
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('MalformedXML', {}, { cause })
  }
}

function decodeUtf8(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

/** An element that is still being read. */
interface OpenElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: OpenElement[]
  text: string
}

/** Without an error handler the parser throws at the first fault. */
function readTree(text: string, limits: XmlLimits): XmlElement {
  // Version 1.1 would let control characters in, so it is read as 1.0 whatever the declaration says.
  const parser = new SaxesParser({
    xmlns: false,
    position: false,
    forceXMLVersion: true,
    defaultXMLVersion: '1.0',
  })
  const open: OpenElement[] = []
  let root: OpenElement | undefined
  let elements = 0
  const addText = (part: string) => {
    const parent = open.at(-1)
    if (parent) parent.text += part
  }
  parser.on('doctype', () => {
    throw new Fault('MalformedXML')
  })
  parser.on('opentag', (tag) => {
    if (++elements > limits.elementsMax) throw new Fault('XMLSizeLimit')
    if (open.length >= limits.depthMax) throw new Fault('MalformedXML')
    const element = openElement(tag)
    open.at(-1)?.children.push(element)
    root ??= element
    open.push(element)
  })
  parser.on('closetag', () => void open.pop())
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.write(text).close()
  if (!root) throw new Fault('MalformedXML')
  return root
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

function openElement(tag: SaxesTagPlain): OpenElement {
  return { name: localName(tag.name), attributes: readAttributes(tag.attributes), children: [], text: '' }
}

function readAttributes(source: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  let attributes: Map<string, string> | undefined
  let count = 0
  for (const name in source) {
    const text = source[name] ?? ''
    if (++count > ATTRIBUTES_MAX || text.length > ATTRIBUTE_LENGTH_MAX) throw new Fault('XMLSizeLimit')
    if (name === 'xmlns' || name.startsWith('xmlns:')) continue
    attributes ??= new Map()
    attributes.set(localName(name), text)
  }
  return attributes ?? NO_ATTRIBUTES
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}
