// What a server and the process of a query say to each other: frames of one byte for the kind, four for the length.

export const FRAME_KINDS = [
  // To the process.
  'start',
  'file',
  'end',
  'taken',
  // From it.
  'ready',
  'need',
  'records',
  'stored',
  'written',
  'used',
  'counts',
  'enough',
  'finished',
  'failed',
] as const
export type FrameKind = (typeof FRAME_KINDS)[number]

export interface Frame {
  readonly kind: FrameKind
  readonly payload: Uint8Array
}

const HEAD_BYTES = 5
export const FRAME_BYTES_MAX = 1024 * 1024
/** Results go in frames up to this size; larger pieces of them go through a file. */
export const RECORDS_BYTES_MAX = 64 * 1024

export function frameHead(kind: FrameKind, length: number): Uint8Array {
  const head = Buffer.allocUnsafe(HEAD_BYTES)
  head[0] = FRAME_KINDS.indexOf(kind)
  head.writeUInt32BE(length, 1)
  return head
}

/** `content` is written as JSON. */
export function jsonFrame(kind: FrameKind, content: unknown = null): Uint8Array {
  const payload = Buffer.from(JSON.stringify(content))
  return Buffer.concat([frameHead(kind, payload.length), payload])
}

export function readJson(frame: Frame): unknown {
  return JSON.parse(Buffer.from(frame.payload).toString())
}

/** Frames out of chunks of any size. Throws for what is none. */
export class FrameReader {
  #chunks: Uint8Array[] = []
  #held = 0
  /** Of the frame that has begun, as far as that is known. */
  #needed = HEAD_BYTES

  push(chunk: Uint8Array): readonly Frame[] {
    this.#chunks.push(chunk)
    this.#held += chunk.length
    // A large frame is put together once, not with each chunk of it.
    if (this.#held < this.#needed) return []
    const bytes = Buffer.concat(this.#chunks, this.#held)
    const frames: Frame[] = []
    let at = 0
    for (;;) {
      this.#needed = HEAD_BYTES
      if (bytes.length - at < HEAD_BYTES) break
      const kind = FRAME_KINDS[bytes[at] ?? -1]
      const length = bytes.readUInt32BE(at + 1)
      if (kind === undefined || length > FRAME_BYTES_MAX) throw new Error('This is no frame.')
      this.#needed = HEAD_BYTES + length
      const end = at + this.#needed
      if (bytes.length < end) break
      frames.push({ kind, payload: bytes.subarray(at + HEAD_BYTES, end) })
      at = end
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : []
    this.#held = bytes.length - at
    return frames
  }
}
