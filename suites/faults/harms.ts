// What can happen to the file of a blob, and what the log says of it.
import { open, rm, stat, truncate } from 'node:fs/promises'

export const BLOCK = 64 * 1024
const FOOTER = 32
const CHECKSUM = 4

export interface Harm {
  readonly name: string
  readonly harm: (path: string) => Promise<void>
  readonly reason: RegExp
}

/** Each is found before the first byte of a blob of some megabytes is given. */
export const HARMS_AT_START: readonly Harm[] = [
  {
    name: 'a flipped bit of the first block',
    harm: (path) => flip(path, 100),
    reason: /Block 0 of the blob/,
  },
  {
    name: 'a flipped bit of the seventh block',
    harm: (path) => flip(path, 6 * BLOCK),
    reason: /Block 6 of the blob/,
  },
  { name: 'a flipped bit of a checksum', harm: flipChecksum, reason: /Block 0 of the blob/ },
  { name: 'a flipped bit of the footer', harm: (path) => flip(path, -20), reason: /footer is damaged/ },
  { name: 'a file cut in the middle', harm: (path) => truncate(path, 16 * BLOCK), reason: /is cut/ },
  { name: 'a file without its footer', harm: cutFooter, reason: /is cut/ },
  { name: 'an empty file', harm: (path) => truncate(path, 0), reason: /is cut/ },
  { name: 'a missing file', harm: (path) => rm(path), reason: /is missing/ },
]

/** One bit; a position below 0 counts from the end. */
export async function flip(path: string, position: number): Promise<void> {
  const file = await open(path, 'r+')
  const byte = Buffer.alloc(1)
  const at = position < 0 ? (await file.stat()).size + position : position
  await file.read(byte, 0, 1, at)
  byte[0] = (byte[0] ?? 0) ^ 0x10
  await file.write(byte, 0, 1, at)
  await file.close()
}

/** That of the first block. */
async function flipChecksum(path: string): Promise<void> {
  const { size } = await stat(path)
  const blocks = Math.ceil((size - FOOTER) / (BLOCK + CHECKSUM))
  await flip(path, size - FOOTER - CHECKSUM * blocks + 1)
}

async function cutFooter(path: string): Promise<void> {
  await truncate(path, (await stat(path)).size - FOOTER)
}
