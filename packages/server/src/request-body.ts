// The request's body, pulled by whoever stores it: nothing is read before it is asked for.

import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Body } from '@coset/core'
import { Fault, LIMITS } from '@coset/model'
import { type DocumentFaults, parseXml, type XmlElement } from '@coset/protocol'
import type { Exchange } from './exchange.js'
import { headerOf } from './target.js'

/** Chunks held for a slow reader before the socket is paused. */
const QUEUED_BYTES_MAX = 256 * 1024

/** Bytes announced; undefined for chunked bodies. Throws `MissingContentLength` where there is neither. */
export function announcedLength(request: IncomingMessage): number | undefined {
  const length = request.headers['content-length']
  if (length !== undefined) return Number(length)
  if (request.headers['transfer-encoding'] !== undefined) return undefined
  throw new Fault('MissingContentLength')
}

export function hasBody(request: IncomingMessage): boolean {
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers
  return encoding !== undefined || (length !== undefined && Number(length) > 0)
}

export function requestBody(exchange: Exchange): Body {
  return { length: announcedLength(exchange.request), stream: new BodyStream(exchange) }
}

class BodyStream implements AsyncIterableIterator<Uint8Array> {
  readonly #request: IncomingMessage
  readonly #exchange: Exchange
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #started = false
  #ended = false
  #failure: Fault | undefined
  #waiting: ((result: Promise<IteratorResult<Uint8Array>>) => void) | undefined

  constructor(exchange: Exchange) {
    this.#request = exchange.request
    this.#exchange = exchange
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#started) this.#start()
    const settled = this.#settle()
    if (settled) return settled
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#ended = true
    this.#queue = []
    this.#request.pause()
    return Promise.resolve({ done: true, value: undefined })
  }

  #start(): void {
    this.#started = true
    const request = this.#request
    this.#exchange.stopReading = () => void this.return()
    if (this.#exchange.expectsContinue) this.#exchange.response.writeContinue()
    request.on('data', (chunk: Buffer) => {
      if (this.#ended) return
      this.#queue.push(chunk)
      this.#queuedBytes += chunk.length
      if (this.#queuedBytes > QUEUED_BYTES_MAX) request.pause()
      this.#wake()
    })
    request.on('end', () => {
      // Node reports a body that was cut short as an abort, so an end is always a whole body.
      this.#ended = true
      this.#wake()
    })
    const fail = (cause?: unknown) => {
      if (this.#ended) return
      this.#failure ??= cause instanceof Fault ? cause : new Fault('IncompleteBody', {}, { cause })
      this.#wake()
    }
    // A client that leaves and a server that stops both end the connection, and with it the request.
    request.on('error', fail)
    request.on('close', () => fail())
  }

  #wake(): void {
    if (!this.#waiting) return
    const settled = this.#settle()
    if (!settled) return
    this.#waiting(settled)
    this.#waiting = undefined
  }

  #settle(): Promise<IteratorResult<Uint8Array>> | undefined {
    const chunk = this.#queue.shift()
    if (chunk) {
      this.#queuedBytes -= chunk.length
      if (this.#queuedBytes <= QUEUED_BYTES_MAX / 2 && this.#request.isPaused()) this.#request.resume()
      return Promise.resolve({ done: false, value: chunk })
    }
    if (this.#failure) return Promise.reject(this.#failure)
    return this.#ended ? Promise.resolve({ done: true, value: undefined }) : undefined
  }
}

export interface DocumentRule {
  readonly digestRequired: boolean
  readonly inputBytesMax?: number
  readonly documentFaults?: DocumentFaults
}

/** The body as an XML document, undefined when there is none. Throws what parseXml throws, and `BadDigest`. */
export async function readDocument(exchange: Exchange, rule: DocumentRule): Promise<XmlElement | undefined> {
  const { request } = exchange
  const md5 = headerOf(request, 'content-md5')
  if (rule.digestRequired && md5 === undefined) {
    throw new Fault('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' })
  }
  if (!hasBody(request)) return undefined
  const bytes = await readWhole(exchange, rule.inputBytesMax ?? LIMITS.xmlBytesMax)
  if (md5 !== undefined) assertMd5(md5, bytes)
  if (bytes.length === 0) return undefined
  return parseDocument(bytes, rule.documentFaults)
}

function parseDocument(bytes: Uint8Array, faults: DocumentFaults | undefined): XmlElement {
  try {
    return parseXml(bytes, {
      bytesMax: LIMITS.xmlBytesMax,
      depthMax: LIMITS.xmlDepthMax,
      elementsMax: LIMITS.xmlElementsMax,
    })
  } catch (cause) {
    const isMalformed = cause instanceof Fault && cause.code === 'MalformedXML'
    throw faults && isMalformed ? new Fault(faults.malformed, {}, { cause }) : cause
  }
}

async function readWhole(exchange: Exchange, bytesMax: number): Promise<Buffer> {
  const announced = announcedLength(exchange.request)
  if (announced !== undefined && announced > bytesMax) throw new Fault('XMLSizeLimit')
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of new BodyStream(exchange)) {
    chunks.push(chunk)
    length += chunk.length
    if (length > bytesMax) throw new Fault('XMLSizeLimit')
  }
  return Buffer.concat(chunks)
}

function assertMd5(header: string, bytes: Uint8Array): void {
  if (!/^[A-Za-z0-9+/]{22}==$/.test(header)) throw new Fault('InvalidDigest')
  if (createHash('md5').update(bytes).digest('base64') !== header) throw new Fault('BadDigest')
}
