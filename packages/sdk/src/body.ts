// Bodies on their way out: every kind of source as bytes or as one stream of bytes.
import { CosClientError } from './errors.js'

/**
 * Content to send. Text goes as UTF-8. Text, bytes, Blobs and arrays can be sent again when a try fails; streams
 * and iterators are read once. A stream whose length is not given goes with `Transfer-Encoding: chunked`.
 */
export type BodyInput =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>

export interface Body {
  /** Bytes, where that is known. */
  readonly length: number | undefined
  /** Whether `open` may be called again after it was read from. */
  readonly rewindable: boolean
  /** Whether anything was read that can not be read again. */
  readonly spent: boolean
  open(): Uint8Array | AsyncIterable<Uint8Array>
  /** The content as one value, where it is one: some transports send that without reading it here. */
  readonly whole?: Uint8Array | Blob | undefined
  /** Told when `whole` was sent, and not read here, so that nobody saw it move. */
  readonly onWholeSent?: () => void
  /** Closes a source that will not be read again, or never was. */
  release(): void
}

/** Bytes above this go in slices, so that timeouts see them move and checksums do not hold the thread. */
const WHOLE_BYTES_MAX = 256 * 1024

const encoder = new TextEncoder()

export function bodyOf(input: unknown): Body {
  if (typeof input === 'string') return bytesBody(encoder.encode(input))
  if (input instanceof ArrayBuffer || ArrayBuffer.isView(input)) return bytesBody(viewOf(input))
  if (input instanceof Blob) return blobBody(input)
  if (Array.isArray(input)) return arrayBody(input)
  if (isReadableStream(input)) return onceBody(readWebStream(input))
  if (isAsyncIterable(input)) {
    // A file stream may fail before anything reads from it, and an error that nobody listens to ends the process.
    // Whoever reads it later is told all the same.
    if ('on' in input && typeof input.on === 'function') input.on('error', () => undefined)
    return onceBody(chunksOf(input))
  }
  if (isIterable(input)) return onceBody(chunksOf(input))
  throw new CosClientError(
    'validation',
    'Body must be text, bytes, a Blob, a stream or an iterable of bytes.',
  )
}

export function bytesBody(bytes: Uint8Array): Body {
  const open = () => (bytes.length <= WHOLE_BYTES_MAX ? bytes : slices(bytes))
  return {
    length: bytes.length,
    rewindable: true,
    spent: false,
    open,
    whole: bytes,
    release: () => undefined,
  }
}

function blobBody(blob: Blob): Body {
  return { ...sourceBody(blob.size, () => blobChunks(blob)), whole: blob }
}

export function blobChunks(blob: Blob): AsyncIterable<Uint8Array> {
  return readWebStream(blob.stream())
}

/** A source that can be opened as often as needed. */
export function sourceBody(length: number, open: () => AsyncIterable<Uint8Array>): Body {
  return { length, rewindable: true, spent: false, open, release: () => undefined }
}

function arrayBody(input: readonly unknown[]): Body {
  const chunks = input.map(chunkOf)
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  return sourceBody(length, () => chunksOf(chunks))
}

function onceBody(source: AsyncIterable<Uint8Array>): Body {
  let spent = false
  const iterator = source[Symbol.asyncIterator]()
  const release = () => {
    // A source that fails to close has nobody left to tell.
    iterator.return?.().catch(() => undefined)
  }
  const once: AsyncIterator<Uint8Array> = {
    next() {
      spent = true
      return iterator.next()
    },
    async return() {
      // What was not read from is still good for another try.
      if (spent) release()
      return DONE
    },
  }
  return {
    length: undefined,
    rewindable: false,
    get spent() {
      return spent
    },
    open: () => ({ [Symbol.asyncIterator]: () => once }),
    release,
  }
}

async function* slices(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < bytes.length; offset += WHOLE_BYTES_MAX) {
    yield bytes.subarray(offset, offset + WHOLE_BYTES_MAX)
  }
}

/**
 * No generator, as one that waits for its source can not be ended: the source would be held until it gives
 * something, which may be never.
 */
function chunksOf(source: AsyncIterable<unknown> | Iterable<unknown>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = isAsyncIterable(source) ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
      return {
        next: async () => toChunk(await iterator.next()),
        async return() {
          // Node's streams iterate by such a generator.
          if ('destroy' in source && typeof source.destroy === 'function') source.destroy()
          else await iterator.return?.()
          return DONE
        },
      }
    },
  }
}

/** By its reader, as not every browser iterates streams. */
function readWebStream(stream: ReadableStream<unknown>): AsyncIterable<Uint8Array> {
  return {
    [Symbol.asyncIterator]() {
      const reader = stream.getReader()
      return {
        next: async () => toChunk(await reader.read()),
        async return() {
          await reader.cancel()
          return DONE
        },
      }
    },
  }
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined }

function toChunk(read: {
  readonly done?: boolean | undefined
  readonly value?: unknown
}): IteratorResult<Uint8Array> {
  return read.done ? DONE : { done: false, value: chunkOf(read.value) }
}

function chunkOf(chunk: unknown): Uint8Array {
  if (typeof chunk === 'string') return encoder.encode(chunk)
  if (chunk instanceof ArrayBuffer || ArrayBuffer.isView(chunk)) return viewOf(chunk)
  throw new CosClientError('body', `A body's stream gave a ${typeof chunk}; it must give bytes or text.`)
}

function viewOf(source: ArrayBuffer | ArrayBufferView): Uint8Array {
  if (source instanceof Uint8Array) return source
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
}

function isReadableStream(input: unknown): input is ReadableStream<unknown> {
  return typeof input === 'object' && input !== null && 'getReader' in input
}

function isAsyncIterable(input: unknown): input is AsyncIterable<unknown> {
  return typeof input === 'object' && input !== null && Symbol.asyncIterator in input
}

function isIterable(input: unknown): input is Iterable<unknown> {
  return typeof input === 'object' && input !== null && Symbol.iterator in input
}
