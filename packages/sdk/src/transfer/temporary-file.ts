// Names of files that are not whole yet: beside their destination, hidden, and recognisable.
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const PATTERN = new RegExp(`^\\..{0,200}\\.${UUID}\\.part$`, 's')
/** File systems take names of 255 bytes; the ending needs some of them. */
const NAME_BYTES_MAX = 180

/** A new name in the folder of `path`, so that a rename within one file system completes it. */
export function temporaryPath(path: string): string {
  return join(dirname(path), `.${shortened(basename(path))}.${randomUUID()}.part`)
}

export function isTemporary(path: string): boolean {
  return PATTERN.test(basename(path))
}

/** Deletes such a file, and never anything that is named otherwise. */
export async function removeTemporary(path: string): Promise<void> {
  if (isTemporary(path)) await rm(path, { force: true }).catch(() => undefined)
}

function shortened(name: string): string {
  let short = name
  while (Buffer.byteLength(short) > NAME_BYTES_MAX) short = short.slice(0, -8)
  return short
}
