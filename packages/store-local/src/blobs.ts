// The blob port over one folder of files.
import { randomBytes } from 'node:crypto'
import { unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobId, type BlobStore, blobIdPrefix } from '@coset/core'
import { BlobFolder } from './blob-folder.js'
import { isBlobId } from './blob-format.js'
import { listBlobs } from './blob-list.js'
import { readBlob } from './blob-reader.js'
import { writeBlob } from './blob-writer.js'
import { errorCode } from './disk-faults.js'
import { mapLimited } from './map-limited.js'

const RANDOM_BYTES = 10
const DELETES_MAX = 8

export async function localBlobStore(
  dir: string,
  { now }: { readonly now: () => number },
): Promise<BlobStore> {
  const folder = await BlobFolder.open(join(dir, 'blobs'))
  return {
    async write(body, { sizeMax, signal }) {
      const id = `${blobIdPrefix(now())}${randomBytes(RANDOM_BYTES).toString('hex')}` as BlobId
      const size = await writeBlob(folder, { id, body, sizeMax, signal })
      return { id, size }
    },

    read: (id, range, { signal }) => readBlob({ folder, id, range, signal }),

    async delete(ids) {
      await mapLimited(ids.filter(isBlobId), DELETES_MAX, (id) => removeBlob(folder.pathOf(id)))
    },

    list: (options) => listBlobs(folder, options),

    close: () => folder.close(),
  }
}

async function removeBlob(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error
  }
}
