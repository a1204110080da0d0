// The blob port over folders of files.
import { randomBytes } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { type BlobId, type BlobStore, blobIdPrefix } from '@coset/core'
import { blobAccess } from './blob-access.js'
import { BlobFolders, type BlobPlaces } from './blob-folders.js'
import { isBlobId } from './blob-format.js'
import { listBlobs } from './blob-list.js'
import { readBlob } from './blob-reader.js'
import { writeBlob } from './blob-writer.js'
import { errorCode } from './disk-faults.js'
import { mapLimited } from './map-limited.js'

const RANDOM_BYTES = 10
const DELETES_MAX = 8

export interface LocalBlobOptions extends BlobPlaces {
  readonly now: () => number
}

export async function localBlobStore({ now, ...places }: LocalBlobOptions): Promise<BlobStore> {
  const folders = await BlobFolders.open(places)
  return {
    access: blobAccess(folders.paths),

    async write(body, { sizeMax, signal, cold = false }) {
      const id = newBlobId(now(), cold && folders.hasCold)
      const size = await writeBlob(folders.of(id), { id, body, sizeMax, signal })
      return { id, size }
    },

    read: (id, range, { signal, lentBytes }) =>
      readBlob({ folder: folders.of(id), id, range, signal, lentBytes }),

    async delete(ids) {
      await mapLimited(ids.filter(isBlobId), DELETES_MAX, (id) => removeBlob(folders.of(id).pathOf(id)))
    },

    list: (options) => listBlobs(folders, options),

    close: () => folders.close(),
  }
}

/** Behind the time, random digits; behind them, a letter when the blob is in the cold folder. */
function newBlobId(timeMs: number, cold: boolean): BlobId {
  const random = randomBytes(RANDOM_BYTES).toString('hex')
  return `${blobIdPrefix(timeMs)}${random}${cold ? 'c' : ''}` as BlobId
}

async function removeBlob(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}
