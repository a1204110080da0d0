// From an object's bytes to its content.
import type { Compression } from '../request.js'
import { bunzip2 } from './bzip2.js'
import { gunzip } from './gzip.js'

/** Nothing is read ahead but what one block takes. Throws GzipDecompressError, Bzip2DecompressError. */
export function decompress(
  compression: Compression,
  chunks: AsyncIterable<Uint8Array>,
): AsyncIterable<Buffer> {
  if (compression === 'GZIP') return gunzip(chunks)
  return compression === 'BZIP2' ? bunzip2(chunks) : plain(chunks)
}

async function* plain(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
