// The folders that blobs are in: one, or two of which the second lies on cheaper storage. An id tells which is meant.
import { join } from 'node:path'
import type { BlobId } from '@coset/core'
import { BlobFolder } from './blob-folder.js'
import { folderOf } from './blob-format.js'

const BLOBS = 'blobs'

export interface BlobPlaces {
  readonly dir: string
  readonly coldDir?: string | undefined
}

/** Where blobs are, for readers without a BlobFolders of their own. */
export interface BlobPaths {
  readonly main: string
  readonly cold?: string | undefined
}

export class BlobFolders {
  readonly #main: BlobFolder
  readonly #cold: BlobFolder | undefined

  private constructor(main: BlobFolder, cold: BlobFolder | undefined) {
    this.#main = main
    this.#cold = cold
  }

  static async open({ dir, coldDir }: BlobPlaces): Promise<BlobFolders> {
    const main = await BlobFolder.open(join(dir, BLOBS))
    try {
      return new BlobFolders(
        main,
        coldDir === undefined ? undefined : await BlobFolder.open(join(coldDir, BLOBS)),
      )
    } catch (error) {
      await main.close()
      throw error
    }
  }

  /** Whether there is a second folder. */
  get hasCold(): boolean {
    return this.#cold !== undefined
  }

  get paths(): BlobPaths {
    return { main: this.#main.path, cold: this.#cold?.path }
  }

  of(id: BlobId): BlobFolder {
    return folderOf({ main: this.#main, cold: this.#cold }, id)
  }

  /** Lists go through the main folder first; these are left for one that goes on after `id`. */
  from(id: BlobId | undefined): readonly BlobFolder[] {
    const all = this.#cold ? [this.#main, this.#cold] : [this.#main]
    return id === undefined ? all : all.slice(all.indexOf(this.of(id)))
  }

  async close(): Promise<void> {
    await Promise.all([this.#main.close(), this.#cold?.close()])
  }
}
