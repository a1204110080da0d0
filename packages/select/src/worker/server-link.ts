// The pipe to the server, as the process of a query sees it.
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { type Frame, type FrameKind, FrameReader, frameHead, jsonFrame } from '../frames.js'

export class ServerLink {
  readonly #pipe: Duplex
  readonly #frames: Frame[] = []
  #waiting: ((frame: Frame) => void) | undefined
  #onTaken: (frame: Frame) => void = () => undefined

  /** `lost` is called when the server is gone: nobody needs an answer then. */
  constructor(pipe: Duplex, lost: () => void) {
    this.#pipe = pipe
    const reader = new FrameReader()
    // Always read: what comes is little, and that the server is gone is seen at once.
    pipe.on('data', (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) this.#receive(frame)
    })
    pipe.on('error', lost)
    pipe.on('end', lost)
    pipe.on('close', lost)
  }

  /** Who is told that a piece of the result was read: it stands in no order with the other frames. */
  onTaken(take: (frame: Frame) => void): void {
    this.#onTaken = take
  }

  /** The next frame. */
  next(): Promise<Frame> {
    const frame = this.#frames.shift()
    if (frame) return Promise.resolve(frame)
    return new Promise((resolve) => {
      this.#waiting = resolve
    })
  }

  /** Resolves when more may be sent. */
  send(kind: FrameKind, content?: unknown): Promise<void> {
    return this.#write(jsonFrame(kind, content))
  }

  /** At most RECORDS_BYTES_MAX. Their memory is not needed any more. */
  sendRecords(bytes: Uint8Array): Promise<void> {
    return this.#write(Buffer.concat([frameHead('records', bytes.length), bytes]))
  }

  async #write(bytes: Uint8Array): Promise<void> {
    if (!this.#pipe.write(bytes)) await once(this.#pipe, 'drain')
  }

  #receive(frame: Frame): void {
    if (frame.kind === 'taken') {
      this.#onTaken(frame)
      return
    }
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting) waiting(frame)
    else this.#frames.push(frame)
  }
}
