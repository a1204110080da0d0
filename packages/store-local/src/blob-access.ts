// How another process finds what reads blobs there.
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { BlobAccess } from '@coset/core'
import type { BlobPaths } from './blob-folders.js'

/** Absolute paths: the other process stands elsewhere. */
export function blobAccess({ main, cold }: BlobPaths): BlobAccess {
  const options = { main: resolve(main), cold: cold === undefined ? undefined : resolve(cold) }
  return { module: moduleUrl(), options }
}

/** Other processes run built code only; sources are those of tests, beside which the build stands. */
function moduleUrl(): string {
  const beside = new URL('./local-blobs.js', import.meta.url)
  if (existsSync(beside)) return beside.href
  return beside.href.replace(/\/src\/local-blobs\.js$/, '/dist/local-blobs.js')
}
