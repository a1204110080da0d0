// Whether a local file and an object have the same content, without fetching the object.
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { loadCrc64 } from '@coset/protocol'
import type { Context } from '../../context.js'
import { CosClientError, throwIfAborted } from '../../errors.js'
import type { ListedObject } from '../../pages.js'
import { call } from '../call.js'

const CHUNK_BYTES = 512 * 1024

export interface Pair {
  readonly Bucket: string
  readonly object: Pick<ListedObject, 'Key' | 'Size' | 'ETag'>
  readonly path: string
  /** Bytes of the local file. */
  readonly bytes: number
  readonly compare: 'content' | 'size'
  readonly signal: AbortSignal
}

export async function isEqual(context: Context, pair: Pair): Promise<boolean> {
  const { object, path, bytes, compare, signal } = pair
  if (object.Size !== bytes) return false
  if (compare === 'size' || bytes === 0) return true
  const md5 = /^"?([0-9a-f]{32})"?$/i.exec(object.ETag)?.[1]
  // The ETag of an encrypted object looks like an MD5 but is none: the file is then transferred once too often.
  if (md5 !== undefined) return (await md5Of(path, signal)) === md5.toLowerCase()
  const { Bucket } = pair
  const { Crc64 } = await call(context, 'headObject', { Bucket, Key: object.Key }, { signal })
  return Crc64 !== undefined && (await crc64Of(path, signal)) === Crc64
}

async function md5Of(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('md5')
  await readChunks(path, signal, (chunk) => hash.update(chunk))
  return hash.digest('hex')
}

async function crc64Of(path: string, signal: AbortSignal): Promise<bigint> {
  const crc = (await loadCrc64()).create()
  await readChunks(path, signal, (chunk) => crc.update(chunk))
  return crc.digest()
}

async function readChunks(
  path: string,
  signal: AbortSignal,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  try {
    const file = await open(path, 'r')
    try {
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES)
      for (;;) {
        throwIfAborted(signal)
        const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES)
        if (bytesRead === 0) return
        onChunk(buffer.subarray(0, bytesRead))
      }
    } finally {
      await file.close()
    }
  } catch (cause) {
    if (cause instanceof CosClientError) throw cause
    throw new CosClientError('file', `The file ${path} can not be read.`, { cause })
  }
}
