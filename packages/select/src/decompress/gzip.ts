// GZIP, also of several members one behind the other.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { SelectError } from '../errors.js'

const CHUNK_SIZE = 256 * 1024

/**
 * Whatever follows the last member and is no member is left alone, as gzip does. Throws GzipDecompressError for
 * what is damaged, cut short or no GZIP at all.
 */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const stream = createGunzip({ chunkSize: CHUNK_SIZE })
  const feeding = pipeline(Readable.from(chunks), stream)
  // Its failure is told by the stream as well.
  feeding.catch(() => undefined)
  try {
    for await (const chunk of stream) yield chunk
  } catch (cause) {
    throw isDamage(cause) ? damaged(cause) : cause
  }
  // Nothing at all is no GZIP, though zlib does not mind.
  if (stream.bytesWritten === 0) throw damaged(undefined)
}

function isDamage(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && `${cause.code}`.startsWith('Z_')
}

function damaged(cause: unknown): SelectError {
  return new SelectError('GzipDecompressError', 'The object is no GZIP, is damaged, or ends too early.', {
    cause,
  })
}
