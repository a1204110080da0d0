// Whether a local file and an object have the same content, without fetching the object.
import { createHash } from 'node:crypto'
import { open, stat } from 'node:fs/promises'
import { loadCrc64 } from '@coset/protocol'
import { bucketName } from '../../addressing.js'
import type { Context } from '../../context.js'
import { CosClientError, throwIfAborted } from '../../errors.js'
import type { ListedObject } from '../../pages.js'
import { call } from '../call.js'

const CHUNK_BYTES = 512 * 1024

/** What a list tells that is of use here; of many objects, the rest would be a burden. */
export type KnownObject = Pick<ListedObject, 'Key' | 'Size' | 'ETag' | 'LastModified'>

export function knownObject({ Key, Size, ETag, LastModified }: ListedObject): KnownObject {
  return { Key, Size, ETag, LastModified }
}

export interface Pair {
  readonly Bucket: string
  readonly object: KnownObject
  readonly path: string
  /** Bytes of the local file. */
  readonly bytes: number
  readonly compare: 'content' | 'size'
  /** Which of the two would be replaced by the other. */
  readonly replaced: 'file' | 'object'
  readonly signal: AbortSignal
}

export async function isEqual(context: Context, pair: Pair): Promise<boolean> {
  // Folders have no content to encrypt.
  if (context.coding && !pair.object.Key.endsWith('/')) return isEqualByTime(context, pair)
  const { object, bytes, compare, signal } = pair
  if (object.Size !== bytes) return false
  if (compare === 'size' || bytes === 0) return true
  const md5 = /^"?([0-9a-f]{32})"?$/i.exec(object.ETag)?.[1]
  // The ETag of an encrypted object looks like an MD5 but is none: the file is then transferred once too often.
  if (md5 !== undefined) return (await md5Of(pair)) === md5.toLowerCase()
  const { Bucket } = pair
  const { Crc64 } = await call(context, 'headObject', { Bucket, Key: object.Key }, { signal })
  return Crc64 !== undefined && (await crc64Of(pair)) === Crc64
}

/**
 * Of content that is stored otherwise, no checksum is known: what has the same length, and was written after the other, is
 * taken for the same. What can not be looked into is not equal.
 */
async function isEqualByTime(context: Context, pair: Pair): Promise<boolean> {
  const { Bucket, object, path, bytes, compare, replaced, signal } = pair
  const { Key } = object
  const head = await call(context, 'headObject', { Bucket, Key }, { signal })
  const name = { Bucket: bucketName(Bucket, context.settings.appId), Key }
  try {
    const content = await context.coding?.open(head, name, { signal })
    if ((content?.size ?? head.ContentLength) !== bytes) return false
  } catch (error) {
    if (error instanceof CosClientError) return false
    throw error
  }
  if (compare === 'size') return true
  const { mtimeMs } = await stat(path)
  const writtenMs = object.LastModified.getTime()
  if (replaced === 'object') return writtenMs >= mtimeMs
  // Servers tell whole seconds. A file that was given the object's own time was fetched.
  return Math.abs(mtimeMs - writtenMs) < 1 || mtimeMs >= writtenMs + 1000
}

async function md5Of(pair: Pair): Promise<string> {
  const hash = createHash('md5')
  await readChunks(pair, (chunk) => hash.update(chunk))
  return hash.digest('hex')
}

async function crc64Of(pair: Pair): Promise<bigint> {
  const crc = (await loadCrc64()).create()
  await readChunks(pair, (chunk) => crc.update(chunk))
  return crc.digest()
}

async function readChunks(
  { path, bytes, signal }: Pair,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  try {
    const file = await open(path, 'r')
    try {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, bytes))
      for (;;) {
        throwIfAborted(signal)
        const { bytesRead } = await file.read(buffer, 0, buffer.length)
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
