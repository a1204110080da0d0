// What can be wrong with a blob: what the client is told, and the reason, which names the blob, for the log.
import type { BlobId } from '@coset/core'
import { damagedContent, type Fault, missingContent } from '@coset/model/faults'
import { BLOCK_SIZE, FOOTER_SIZE, isBlobId, parseFooter } from './blob-format.js'

/** Also keeps a malformed id from naming a file elsewhere. */
export function assertBlobId(id: BlobId): void {
  if (!isBlobId(id)) throw missingContent('A blob has an id that no blob can have.')
}

export function openFailure(id: BlobId, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT' ? missingContent(`The file of the blob ${id} is missing.`) : error
}

/** What the footer says. `tail`: the last bytes of a file of `size` bytes, all that a footer takes if it has so many. */
export function dataLengthOf(id: BlobId, tail: Buffer, size: number): number {
  const footer = size < FOOTER_SIZE ? undefined : parseFooter(tail.subarray(tail.length - FOOTER_SIZE), size)
  if (footer !== undefined) return footer.dataLength
  throw damagedContent(`The file of the blob ${id} is cut or its footer is damaged: it has ${size} bytes.`)
}

export function assertHolds(id: BlobId, dataLength: number, end: number): void {
  if (end > dataLength) throw damagedContent(`The blob ${id} holds ${dataLength} bytes and not ${end}.`)
}

export function fileEnded(id: BlobId, position: number): Fault {
  return damagedContent(`The file of the blob ${id} ends at byte ${position}.`)
}

export function assertChecksum(
  id: BlobId,
  block: number,
  { expected, found }: { readonly expected: number; readonly found: number },
): void {
  if (found === expected) return
  const at = block * BLOCK_SIZE
  throw damagedContent(`Block ${block} of the blob ${id}, at byte ${at}, does not have its checksum.`)
}
