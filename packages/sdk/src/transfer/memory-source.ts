// Bytes and Blobs as sources of uploads: there whole, and read anywhere.
import { CosClientError } from '../errors.js'
import type { UploadSource } from './upload-source.js'

const CHUNK_BYTES = 256 * 1024

/** The source, if any slice of the body can be read at any time; undefined for streams and iterables. */
export function sourceOf(body: unknown): UploadSource | undefined {
  if (typeof body === 'string') return bytesSource(new TextEncoder().encode(body))
  if (body instanceof ArrayBuffer) return bytesSource(new Uint8Array(body))
  if (ArrayBuffer.isView(body)) {
    return bytesSource(new Uint8Array(body.buffer, body.byteOffset, body.byteLength))
  }
  return body instanceof Blob ? blobSource(body) : undefined
}

function bytesSource(bytes: Uint8Array): UploadSource {
  return {
    ...unchanging(bytes.length),
    async *read(offset, length) {
      const end = offset + length
      for (let at = offset; at < end; at += CHUNK_BYTES)
        yield bytes.subarray(at, Math.min(end, at + CHUNK_BYTES))
    },
  }
}

export function blobSource(blob: Blob): UploadSource {
  return {
    ...unchanging(blob.size),
    slice: (offset, length) => blob.slice(offset, offset + length),
    async *read(offset, length) {
      const end = offset + length
      for (let at = offset; at < end; at += CHUNK_BYTES) {
        const slice = blob.slice(at, Math.min(end, at + CHUNK_BYTES))
        yield new Uint8Array(await slice.arrayBuffer().catch(throwUnreadable))
      }
    },
  }
}

/** A Blob that stands for a file can not be read any more once that file was changed. */
function throwUnreadable(cause: unknown): never {
  throw new CosClientError('changed', 'The Blob can not be read any more: its file may have changed.', {
    cause,
  })
}

function unchanging(size: number): Omit<UploadSource, 'read'> {
  return { size, identity: {}, verify: async () => undefined, close: async () => undefined }
}
