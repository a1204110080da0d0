// The reply of SELECT on the wire: binary messages, each with a checksum of its lengths and one of all of it. Integers
// are big-endian:
//
//   u32 length of all, u32 length of the headers, u32 CRC-32 of those two, headers, payload, u32 CRC-32 of all before
//
// and a header is a name behind its length in one byte, 7 for text, and a value behind its length in two.
import { crc32 } from './crc32.js'

export interface EventMessage {
  /** In the order they are written. */
  readonly headers: ReadonlyMap<string, string>
  /** In pieces, one behind the other: a large one comes in many, and putting them together would cost more than reading it. */
  readonly payload: readonly Uint8Array[]
}

/** A stream that is not one of messages, or was damaged or cut on its way. */
export class EventStreamError extends Error {
  override readonly name = 'EventStreamError'
}

/** Of a whole message. COS splits records into pieces far below it. */
const MESSAGE_BYTES_MAX = 16 * 1024 * 1024
const HEADERS_BYTES_MAX = 128 * 1024
const PRELUDE_BYTES = 12
const CHECKSUM_BYTES = 4
/** Lengths and checksums: all but headers and payload. */
const FRAME_BYTES = PRELUDE_BYTES + CHECKSUM_BYTES
const TEXT_TYPE = 7
const NAME_BYTES_MAX = 255
const VALUE_BYTES_MAX = 0x7fff

/** As crc32 above, or one that is faster. */
export type Checksum = (bytes: Uint8Array, before?: number) => number

/** Throws a RangeError for headers that are too long to be written. */
export function encodeEventMessage(
  headers: Iterable<readonly [name: string, value: string]>,
  payload: Uint8Array,
  checksum: Checksum = crc32,
): Uint8Array {
  const draft = new EventMessageDraft(headers, payload.length, checksum)
  draft.add(payload)
  return draft.take()
}

/** Messages of the same headers whose payload comes piece by piece, one after the other in the same memory. */
export class EventMessageDraft {
  readonly #memory: Uint8Array
  readonly #start: number
  readonly #end: number
  readonly #checksum: Checksum
  #filled: number

  /** Throws a RangeError for headers that are too long to be written. */
  constructor(
    headers: Iterable<readonly [name: string, value: string]>,
    payloadBytesMax: number,
    checksum: Checksum = crc32,
  ) {
    const head = encodeHeaders(headers)
    this.#start = PRELUDE_BYTES + head.length
    this.#end = this.#start + payloadBytesMax
    this.#memory = new Uint8Array(this.#end + CHECKSUM_BYTES)
    this.#memory.set(head, PRELUDE_BYTES)
    this.#checksum = checksum
    this.#filled = this.#start
  }

  /** Of the payload so far. */
  get length(): number {
    return this.#filled - this.#start
  }

  get isFull(): boolean {
    return this.#filled === this.#end
  }

  /** Copies as many of the bytes as there is room for, and tells how many. */
  add(bytes: Uint8Array): number {
    const taken = bytes.subarray(0, this.#end - this.#filled)
    this.#memory.set(taken, this.#filled)
    this.#filled += taken.length
    return taken.length
  }

  /** The message, valid until something is added to the next. */
  take(): Uint8Array {
    const message = this.#memory.subarray(0, this.#filled + CHECKSUM_BYTES)
    const view = viewOf(message)
    view.setUint32(0, message.length)
    view.setUint32(4, this.#start - PRELUDE_BYTES)
    view.setUint32(8, this.#checksum(message.subarray(0, 8)))
    view.setUint32(this.#filled, this.#checksum(message.subarray(0, this.#filled)))
    this.#filled = this.#start
    return message
  }
}

function encodeHeaders(headers: Iterable<readonly [string, string]>): Uint8Array {
  const encoder = new TextEncoder()
  const parts: number[] = []
  for (const [name, value] of headers) {
    const nameBytes = encoder.encode(name)
    const valueBytes = encoder.encode(value)
    if (nameBytes.length > NAME_BYTES_MAX || valueBytes.length > VALUE_BYTES_MAX) {
      throw new RangeError('A header of an event is too long.')
    }
    parts.push(nameBytes.length, ...nameBytes, TEXT_TYPE)
    parts.push(valueBytes.length >> 8, valueBytes.length & 0xff, ...valueBytes)
  }
  return Uint8Array.from(parts)
}

interface Prelude {
  readonly headersLength: number
  readonly payloadLength: number
  /** Of the prelude itself. */
  readonly checksum: number
}

/** Payloads whose pieces are smaller than this on average come in one. */
const PIECE_BYTES_MIN = 16 * 1024

/** Messages out of chunks of any size. */
export class EventStreamDecoder {
  readonly #chunks: Uint8Array[] = []
  /** Bytes in the chunks. */
  #held = 0
  /** Of the message that has begun, once it has come. */
  #prelude: Prelude | undefined
  readonly #checksum: Checksum

  constructor(checksum: Checksum = crc32) {
    this.#checksum = checksum
  }

  /** The messages that end in this chunk. Payloads may be parts of the chunks that brought them. Throws an EventStreamError. */
  push(chunk: Uint8Array): readonly EventMessage[] {
    if (chunk.length === 0) return []
    this.#chunks.push(chunk)
    this.#held += chunk.length
    const messages: EventMessage[] = []
    for (;;) {
      this.#prelude ??= this.#readPrelude()
      const message = this.#prelude && this.#readMessage(this.#prelude)
      if (!message) return messages
      messages.push(message)
      this.#prelude = undefined
    }
  }

  /** Throws an EventStreamError when the stream ended within a message. */
  end(): void {
    if (this.#held > 0 || this.#prelude) throw new EventStreamError('The stream ended within a message.')
  }

  #readPrelude(): Prelude | undefined {
    if (this.#held < PRELUDE_BYTES) return undefined
    const prelude = this.#take(PRELUDE_BYTES)
    const view = viewOf(prelude)
    if (view.getUint32(8) !== this.#checksum(prelude.subarray(0, 8))) {
      throw new EventStreamError('The checksum of a message’s lengths is wrong.')
    }
    const length = view.getUint32(0)
    const headersLength = view.getUint32(4)
    const payloadLength = length - headersLength - FRAME_BYTES
    if (length > MESSAGE_BYTES_MAX || headersLength > HEADERS_BYTES_MAX || payloadLength < 0) {
      throw new EventStreamError('The lengths of a message are beyond what is allowed.')
    }
    return { headersLength, payloadLength, checksum: this.#checksum(prelude) }
  }

  #readMessage({ headersLength, payloadLength, checksum }: Prelude): EventMessage | undefined {
    if (this.#held < headersLength + payloadLength + CHECKSUM_BYTES) return undefined
    const headers = this.#take(headersLength)
    const pieces = this.#takePieces(payloadLength)
    let found = this.#checksum(headers, checksum)
    for (const piece of pieces) found = this.#checksum(piece, found)
    if (viewOf(this.#take(CHECKSUM_BYTES)).getUint32(0) !== found) {
      throw new EventStreamError('The checksum of a message is wrong.')
    }
    const isSmall = payloadLength <= PIECE_BYTES_MIN * pieces.length
    return { headers: decodeHeaders(headers), payload: isSmall ? [joined(pieces)] : pieces }
  }

  /** The first bytes held, in one piece. */
  #take(length: number): Uint8Array {
    return joined(this.#takePieces(length))
  }

  /** The first bytes held, as they came. */
  #takePieces(length: number): readonly Uint8Array[] {
    const pieces: Uint8Array[] = []
    this.#held -= length
    for (let left = length; left > 0; ) {
      const chunk = this.#chunks.shift()
      if (!chunk) throw new EventStreamError('The stream ended within a message.')
      const piece = chunk.subarray(0, left)
      pieces.push(piece)
      left -= piece.length
      if (piece.length < chunk.length) this.#chunks.unshift(chunk.subarray(piece.length))
    }
    return pieces
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces
  if (first && pieces.length === 1) return first
  const bytes = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}

function decodeHeaders(bytes: Uint8Array): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  const view = viewOf(bytes)
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let at = 0
  const text = (length: number) => {
    if (at + length > bytes.length) throw new EventStreamError('A header of a message is cut off.')
    at += length
    return decoder.decode(bytes.subarray(at - length, at))
  }
  while (at < bytes.length) {
    const nameLength = bytes[at++] ?? 0
    const name = text(nameLength)
    if (at + 3 > bytes.length) throw new EventStreamError('A header of a message is cut off.')
    if (bytes[at] !== TEXT_TYPE) throw new EventStreamError('A header of a message is no text.')
    const valueLength = view.getUint16(at + 1)
    at += 3
    headers.set(name, text(valueLength))
  }
  return headers
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength)
}
