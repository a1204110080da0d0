// Replies: the client decodes what the server encodes, both from the same declaration.
import type { CompiledOperation, DocumentForm, Layout } from './compile.js'
import type { Operation } from './operation.js'
import { formatScalar, openChoice, parseScalar, type ScalarValue } from './shape/scalar.js'
import { readElement } from './shape/xml-read.js'
import type { XmlElement } from './shape/xml-tree.js'
import { writeElement } from './shape/xml-write.js'

export type Output = Readonly<Record<string, unknown>>

export const XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

export interface EncodedResponse {
  readonly status: number
  /** Name, value, name, value: the form Node writes without copying. */
  readonly headers: string[]
  readonly document: string | undefined
}

export function encodeResponse({ operation, output }: CompiledOperation, value: Output): EncodedResponse {
  const headers: string[] = []
  for (const { member, writtenName, shape } of output.headers) {
    const given = value[member]
    if (given !== undefined) headers.push(writtenName, formatScalar(shape, given as ScalarValue))
  }
  for (const { member, writtenName, shape } of output.echoes) {
    const given = value[member]
    if (given !== undefined) headers.push(writtenName, formatScalar(shape, given as ScalarValue))
  }
  for (const { member, prefix } of output.prefixes) {
    const map = value[member] as Readonly<Record<string, string>> | undefined
    for (const name in map) headers.push(`${prefix}${name}`, map[name] ?? '')
  }
  return {
    status: statusOf(operation, output, value),
    headers,
    document: output.document && encodeDocument(output.document, output.encodable, value),
  }
}

function statusOf({ status, statusWhen }: Operation, layout: Layout, value: Output): number {
  if (layout.status !== undefined) return Number(value[layout.status])
  return statusWhen && value[statusWhen.member] !== undefined ? statusWhen.status : status
}

function encodeDocument(form: DocumentForm, encodable: boolean, value: Output): string {
  const encode = encodable && value.EncodingType === 'url'
  const content = form.member === undefined ? value : value[form.member]
  return `${XML_DECLARATION}${declare(form, writeElement(form.root, form.shape, content, { encode }))}`
}

/** A document begins with its root's name, behind which the namespace is put in. */
function declare({ root, xmlns }: DocumentForm, written: string): string {
  return xmlns === undefined ? written : `<${root} xmlns="${xmlns}"${written.slice(root.length + 1)}`
}

export interface ResponseHead {
  readonly status?: number
  /** By lower-case name. */
  header(name: string): string | undefined
  headersWithPrefix(prefix: string): Iterable<readonly [name: string, value: string]>
}

export interface DecodeOptions {
  /** Undo the percent-encoding of keys when the document says `url`. Default true. */
  readonly decodeKeys?: boolean
}

/** The members of a reply. What a server leaves out or garbles in a header is absent, not an error. */
export function decodeResponse(
  { output }: CompiledOperation,
  head: ResponseHead,
  document: XmlElement | undefined,
  options: DecodeOptions = {},
): Output {
  const value: Record<string, unknown> = {}
  if (output.status !== undefined && head.status !== undefined) value[output.status] = head.status
  for (const { member, name, shape } of output.headers) {
    const text = head.header(name)
    const read = text === undefined ? undefined : (parseScalar(shape, text) ?? openChoice(shape, text))
    if (read !== undefined) value[member] = read
  }
  for (const { member, prefix } of output.prefixes) {
    const named = Array.from(head.headersWithPrefix(prefix), ([name, text]) => [
      name.slice(prefix.length),
      text,
    ])
    value[member] = Object.fromEntries(named)
  }
  if (output.document && document) Object.assign(value, decodeDocument(output, document, options))
  return value
}

function decodeDocument(
  { document: form, encodable }: CompiledOperation['output'],
  document: XmlElement,
  { decodeKeys = true }: DecodeOptions,
): Output {
  if (!form) return {}
  const encoded = document.children.some((child) => child.name === 'EncodingType' && child.text === 'url')
  const decode = decodeKeys && encodable && encoded
  const value = readElement(form.shape, document, { decode, openChoices: true })
  return form.member === undefined ? (value as Output) : { [form.member]: value }
}
