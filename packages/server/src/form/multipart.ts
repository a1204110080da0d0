// multipart/form-data (RFC 7578), pulled part by part and never further than asked: what a part holds is read only
// when someone wants it, and no more than a chunk is ever held.
import { Fault, LIMITS } from '@coset/model'
import type { PartHead } from './part-head.js'
import { parsePartHead } from './part-head.js'

const CRLF = Buffer.from('\r\n')
const HEAD_END = Buffer.from('\r\n\r\n')
const CR = 0x0d
const DASHES = Buffer.from('--')
/** White space that may stand between a boundary and the end of its line. */
const PADDING_BYTES_MAX = 64
const HEAD_BYTES_MAX = 4096
const CONTENT_TYPE =
  /^multipart\/form-data\s*;(?:.*;)?\s*boundary=(?:"([^"]{1,70})"|([^\s";,]{1,70}))\s*(?:;|$)/i

/** Throws `MalformedPOSTRequest` unless `contentType` is that of a form. */
export function boundaryOf(contentType: string | undefined): string {
  const match = CONTENT_TYPE.exec(contentType ?? '')
  const boundary = match?.[1] ?? match?.[2]
  if (boundary !== undefined) return boundary
  throw malformed('The Content-Type of a form is multipart/form-data with a boundary of 1 to 70 characters.')
}

export function malformed(message: string): Fault {
  return new Fault('MalformedPOSTRequest', { message })
}

/** Each of its methods throws `MalformedPOSTRequest` for what is no form, and what the source throws. */
export class MultipartReader {
  readonly #source: AsyncIterator<Uint8Array>
  readonly #delimiter: Buffer
  /** Read, but not taken yet. A line break in front, so that the first boundary is found as all others. */
  #bytes: Buffer = CRLF
  /** What heads and fields together may still take. */
  #bytesLeft: number = LIMITS.formBytesMax
  #begun = false
  #ended = false

  constructor(source: AsyncIterable<Uint8Array>, boundary: string) {
    this.#source = source[Symbol.asyncIterator]()
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  }

  /** The next part, once the one before was read; undefined behind the last, with the source at its end. */
  async next(): Promise<PartHead | undefined> {
    if (this.#ended) return undefined
    if (!this.#begun) await this.#take(this.#delimiter, HEAD_BYTES_MAX, 'What stands before the first part')
    this.#begun = true
    while (this.#bytes.length < DASHES.length) await this.#more()
    if (this.#bytes.subarray(0, DASHES.length).equals(DASHES)) return this.#finish()
    const padding = await this.#take(CRLF, PADDING_BYTES_MAX, 'The line of a boundary')
    if (!/^[\t ]*$/.test(padding.toString('latin1'))) throw malformed('A boundary is followed by other text.')
    return parsePartHead(await this.#take(HEAD_END, HEAD_BYTES_MAX, 'The head of a part'))
  }

  /** The part's content, whole; `what` names it in errors. */
  field(what: string): Promise<Buffer> {
    return this.#take(this.#delimiter, LIMITS.formFieldBytesMax, what)
  }

  /** The part's content as it comes. */
  async *content(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = this.#bytes.indexOf(this.#delimiter)
      const bytes = this.#bytes.subarray(0, at < 0 ? this.#openEnd() : at)
      this.#bytes = this.#bytes.subarray(bytes.length + (at < 0 ? 0 : this.#delimiter.length))
      if (bytes.length > 0) yield bytes
      if (at >= 0) return
      await this.#more()
    }
  }

  /** Lets the source go. */
  async stop(): Promise<void> {
    this.#ended = true
    await this.#source.return?.()
  }

  /** Up to where the bytes at hand are surely content: a delimiter may have begun behind. */
  #openEnd(): number {
    const at = this.#bytes.indexOf(CR, Math.max(0, this.#bytes.length - this.#delimiter.length + 1))
    return at < 0 ? this.#bytes.length : at
  }

  /** The bytes before `end`, which goes with them. */
  async #take(end: Buffer, bytesMax: number, what: string): Promise<Buffer> {
    const max = Math.min(bytesMax, this.#bytesLeft)
    for (let from = 0; ; ) {
      const at = this.#bytes.indexOf(end, from)
      const length = at < 0 ? this.#bytes.length - end.length + 1 : at
      if (length > max) throw this.#tooLarge(what, bytesMax)
      if (at >= 0) {
        const taken = this.#bytes.subarray(0, at)
        this.#bytes = this.#bytes.subarray(at + end.length)
        this.#bytesLeft -= at
        return taken
      }
      from = Math.max(0, length)
      await this.#more()
    }
  }

  #tooLarge(what: string, bytesMax: number): Fault {
    if (bytesMax <= this.#bytesLeft) return malformed(`${what} has more than ${bytesMax} bytes.`)
    return malformed(`All fields of a form together have at most ${LIMITS.formBytesMax} bytes.`)
  }

  async #more(): Promise<void> {
    const next = await this.#source.next()
    if (next.done) throw malformed('The form ends before its closing boundary.')
    const { buffer, byteOffset, length } = next.value
    const chunk = Buffer.from(buffer, byteOffset, length)
    this.#bytes = this.#bytes.length === 0 ? chunk : Buffer.concat([this.#bytes, chunk])
  }

  /** What follows the closing boundary means nothing, but the connection is read to the end of the body. */
  async #finish(): Promise<undefined> {
    this.#ended = true
    let bytes = this.#bytes.length
    while (bytes <= HEAD_BYTES_MAX) {
      const next = await this.#source.next()
      if (next.done) return undefined
      bytes += next.value.length
    }
    throw malformed('Too much stands behind the closing boundary.')
  }
}
