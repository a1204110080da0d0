// Lists blobs folder by folder and shard by shard, each in order of id: a page reads the shards it covers and no more.
import { open } from 'node:fs/promises'
import type { BlobId } from '@coset/core'
import type { BlobFolder } from './blob-folder.js'
import type { BlobFolders } from './blob-folders.js'
import { FOOTER_SIZE, isBlobId, parseFooter, shardOf } from './blob-format.js'
import { errorCode } from './disk-faults.js'
import { mapLimited } from './map-limited.js'

const FILES_OPEN_MAX = 16

interface ListedBlob {
  readonly id: BlobId
  readonly size: number
}

export async function listBlobs(
  folders: BlobFolders,
  { after, limit }: { readonly after?: BlobId; readonly limit: number },
): Promise<readonly ListedBlob[]> {
  const ids: BlobId[] = []
  for (const folder of folders.from(after)) {
    const start = after !== undefined && folders.of(after) === folder ? after : undefined
    const isIn = (name: string): name is BlobId => isBlobId(name) && folders.of(name) === folder
    ids.push(...(await idsAfter(folder, start, { limit: limit - ids.length, isIn })))
  }
  const listed = await mapLimited(ids, FILES_OPEN_MAX, async (id) => {
    const size = await sizeOf(folders.of(id).pathOf(id))
    return size === undefined ? undefined : { id, size }
  })
  return listed.filter((blob) => blob !== undefined)
}

interface IdOptions {
  readonly limit: number
  /** Which names of files are those of blobs in this folder. */
  readonly isIn: (name: string) => name is BlobId
}

async function idsAfter(
  folder: BlobFolder,
  after: BlobId | undefined,
  { limit, isIn }: IdOptions,
): Promise<readonly BlobId[]> {
  const ids: BlobId[] = []
  if (limit <= 0) return ids
  const from = after === undefined ? '' : shardOf(after)
  for (const shard of await folder.shardNames()) {
    if (shard < from) continue
    if (ids.length >= limit) break
    const found = (await folder.namesIn(shard)).filter(isIn).sort()
    const later = after === undefined || shard > from ? found : found.filter((id) => id > after)
    ids.push(...later.slice(0, limit - ids.length))
  }
  return ids
}

/** The data's length, or the file's when a crash left it without a footer; undefined once deleted. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      const { size } = await file.stat()
      const footer = Buffer.alloc(FOOTER_SIZE)
      if (size < FOOTER_SIZE) return size
      await file.read(footer, 0, FOOTER_SIZE, size - FOOTER_SIZE)
      return parseFooter(footer, size)?.dataLength ?? size
    } finally {
      await file.close()
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
