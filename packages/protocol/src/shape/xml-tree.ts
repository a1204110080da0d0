// Reads an XML document into a small tree. It knows no schema: that is xml-read.ts's business. A reader of our own, as
// those that are as strict are larger than all else that a browser needs of this repository.
import { Fault, utf8Length } from '@coset/model'

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
  return new Reader(typeof source === 'string' ? source : decodeUtf8(source), limits).read()
}

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new Fault('MalformedXML', {}, { cause })
  }
}

/** An element that is still being read. */
interface OpenElement {
  readonly name: string
  readonly attributes: ReadonlyMap<string, string>
  readonly children: OpenElement[]
  text: string
}

/** Of XML 1.0, whatever version the declaration names: 1.1 would let control characters in. */
const NO_CHARACTER = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u
const NAME_START =
  ':A-Z_a-z\\xC0-\\xD6\\xD8-\\xF6\\xF8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD\\u{10000}-\\u{EFFFF}'
const NAME_SOURCE = `[${NAME_START}][-.0-9\\xB7\\u0300-\\u036F\\u203F-\\u2040${NAME_START}]*`
const DECLARATION =
  /<\?xml[ \t\n]+version[ \t\n]*=[ \t\n]*(?:"1\.\d+"|'1\.\d+')(?:[ \t\n]+encoding[ \t\n]*=[ \t\n]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[ \t\n]+standalone[ \t\n]*=[ \t\n]*(?:"(?:yes|no)"|'(?:yes|no)'))?[ \t\n]*\?>/y
const REFERENCE = /&(?:(amp|lt|gt|quot|apos);|#(\d+);|#x([0-9a-fA-F]+);)?/g
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

/** Reads strictly and in one pass: every character is looked at a bounded number of times. */
class Reader {
  readonly #text: string
  readonly #limits: XmlLimits
  readonly #name = new RegExp(NAME_SOURCE, 'uy')
  readonly #open: OpenElement[] = []
  /** The names of open elements, as their end tags have to repeat them. */
  readonly #tags: string[] = []
  #root: OpenElement | undefined
  #elements = 0
  #at = 0

  constructor(text: string, limits: XmlLimits) {
    if (NO_CHARACTER.test(text)) throw malformed()
    const plain = text.startsWith('\ufeff') ? text.slice(1) : text
    this.#text = plain.includes('\r') ? plain.replaceAll(/\r\n?/g, '\n') : plain
    this.#limits = limits
  }

  read(): XmlElement {
    const text = this.#text
    DECLARATION.lastIndex = 0
    if (DECLARATION.test(text)) this.#at = DECLARATION.lastIndex
    while (this.#at < text.length) {
      const found = text.indexOf('<', this.#at)
      const end = found < 0 ? text.length : found
      this.#addText(text.slice(this.#at, end))
      this.#at = end
      if (found >= 0) this.#readMarkup()
    }
    if (!this.#root || this.#open.length > 0) throw malformed()
    return this.#root
  }

  #readMarkup(): void {
    const text = this.#text
    if (text.startsWith('</', this.#at)) this.#closeTag()
    else if (text.startsWith('<!--', this.#at)) this.#skipComment()
    else if (text.startsWith('<![CDATA[', this.#at)) this.#readCdata()
    else if (text.startsWith('<?', this.#at)) this.#skipInstruction()
    else this.#openTag()
  }

  #addText(raw: string): void {
    const parent = this.#open.at(-1)
    if (!parent) {
      if (/[^ \t\n]/.test(raw)) throw malformed()
      return
    }
    if (raw.includes(']]>')) throw malformed()
    parent.text += resolved(raw)
  }

  #readCdata(): void {
    const parent = this.#open.at(-1)
    const start = this.#at + 9
    const end = this.#text.indexOf(']]>', start)
    if (!parent || end < 0) throw malformed()
    parent.text += this.#text.slice(start, end)
    this.#at = end + 3
  }

  #skipComment(): void {
    const end = this.#text.indexOf('--', this.#at + 4)
    if (end < 0 || this.#text[end + 2] !== '>') throw malformed()
    this.#at = end + 3
  }

  #skipInstruction(): void {
    this.#at += 2
    const target = this.#readName()
    const end = this.#text.indexOf('?>', this.#at)
    const isApart = end === this.#at || this.#skipSpace()
    if (end < 0 || !isApart || target.toLowerCase() === 'xml') throw malformed()
    this.#at = end + 2
  }

  #openTag(): void {
    this.#at++
    const tag = this.#readName()
    if (++this.#elements > this.#limits.elementsMax) throw new Fault('XMLSizeLimit')
    if (this.#open.length >= this.#limits.depthMax) throw malformed()
    const parent = this.#open.at(-1)
    if (!parent && this.#root) throw malformed()
    const attributes = this.#readAttributes()
    const element = { name: localName(tag), attributes, children: [], text: '' }
    parent?.children.push(element)
    this.#root ??= element
    const isEmpty = this.#take('/')
    if (!this.#take('>')) throw malformed()
    if (isEmpty) return
    this.#open.push(element)
    this.#tags.push(tag)
  }

  #closeTag(): void {
    const tag = this.#tags.pop()
    if (tag === undefined || !this.#text.startsWith(tag, this.#at + 2)) throw malformed()
    this.#open.pop()
    this.#at += 2 + tag.length
    this.#skipSpace()
    if (!this.#take('>')) throw malformed()
  }

  #readAttributes(): ReadonlyMap<string, string> {
    let attributes: Map<string, string> | undefined
    let names: Set<string> | undefined
    while (this.#skipSpace() && !/[/>]/.test(this.#text[this.#at] ?? '>')) {
      const name = this.#readName()
      const value = this.#readValue()
      names ??= new Set()
      if (names.has(name)) throw malformed()
      names.add(name)
      if (names.size > ATTRIBUTES_MAX || value.length > ATTRIBUTE_LENGTH_MAX) throw new Fault('XMLSizeLimit')
      if (name === 'xmlns' || name.startsWith('xmlns:')) continue
      attributes ??= new Map()
      attributes.set(localName(name), value)
    }
    return attributes ?? NO_ATTRIBUTES
  }

  #readValue(): string {
    this.#skipSpace()
    if (!this.#take('=')) throw malformed()
    this.#skipSpace()
    const quote = this.#text[this.#at] ?? ''
    const start = this.#at + 1
    const end = quote === '"' || quote === "'" ? this.#text.indexOf(quote, start) : -1
    const raw = this.#text.slice(start, end)
    if (end < 0 || raw.includes('<')) throw malformed()
    this.#at = end + 1
    return resolved(raw.replaceAll(/[\t\n]/g, ' '))
  }

  #readName(): string {
    this.#name.lastIndex = this.#at
    const [name] = this.#name.exec(this.#text) ?? []
    if (name === undefined) throw malformed()
    this.#at += name.length
    return name
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at++
    return true
  }

  /** Whether there was any. */
  #skipSpace(): boolean {
    const start = this.#at
    for (let next = this.#text[start]; next === ' ' || next === '\n' || next === '\t'; )
      next = this.#text[++this.#at]
    return this.#at > start
  }
}

function resolved(raw: string): string {
  if (!raw.includes('&')) return raw
  return raw.replaceAll(REFERENCE, (_all, entity?: string, decimal?: string, hexadecimal?: string) => {
    if (entity !== undefined) return ENTITIES[entity] ?? ''
    if (decimal === undefined && hexadecimal === undefined) throw malformed()
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number.parseInt(decimal, 10)
    const character = code <= 0x10ffff ? String.fromCodePoint(code) : '\0'
    if (NO_CHARACTER.test(character)) throw malformed()
    return character
  })
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

function malformed(): Fault {
  return new Fault('MalformedXML')
}
