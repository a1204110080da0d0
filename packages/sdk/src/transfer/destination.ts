// Where a downloaded file shall stand, found before anything is transferred.
import type { Stats } from 'node:fs'
import { lstat, open, realpath, rename, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { CosClientError } from '../errors.js'

export interface Destination {
  /** Absolute, and no link itself. */
  readonly path: string
  /** Permissions of the file that is there already, which its successor keeps. */
  readonly mode: number | undefined
}

/**
 * A link is followed: its target is replaced, and the link stays. Rejects with a CosClientError of kind `file`
 * where no file can be put.
 */
export async function findDestination(path: string): Promise<Destination> {
  if (/[/\\]$/.test(path) && !(await exists(path))) throw unusable(path, 'names a folder, not a file')
  const full = resolve(path)
  const found = await lstat(full).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return undefined
    throw unusable(path, 'can not be looked at', cause)
  })
  if (!found) return { path: full, mode: undefined }
  if (!found.isSymbolicLink()) {
    assertFile(path, found)
    return { path: full, mode: found.mode & 0o777 }
  }
  try {
    const [target, behind] = await Promise.all([realpath(full), stat(full)])
    assertFile(path, behind)
    return { path: target, mode: behind.mode & 0o777 }
  } catch (cause) {
    if (cause instanceof CosClientError) throw cause
    throw unusable(path, 'is a link that leads nowhere', cause)
  }
}

/** With all links followed, so that whoever means the same file has the same path. The folder must exist. */
export async function canonical({ path, mode }: Destination): Promise<Destination> {
  return { path: join(await folderOf(path), basename(path)), mode }
}

/** Puts a finished file in its place. Readers see the old file or the new one. */
export async function moveInto({ path }: Destination, temporary: string): Promise<void> {
  await rename(temporary, path).catch((cause: unknown) => {
    throw new CosClientError('file', `The finished file could not be renamed to ${path}.`, { cause })
  })
}

/** Makes a rename outlive a crash of the machine, where the system can sync folders. */
export async function syncFolder({ path }: Destination): Promise<void> {
  const folder = await open(dirname(path), 'r').catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

async function folderOf(path: string): Promise<string> {
  const folder = dirname(path)
  return realpath(folder).catch((cause: unknown) => {
    throw unusable(folder, 'is not there; make the folder first', cause)
  })
}

function assertFile(path: string, found: Stats): void {
  if (found.isDirectory()) throw unusable(path, 'is a folder')
  if (!found.isFile()) throw unusable(path, 'is no regular file; for pipes and devices use getObject')
}

function unusable(path: string, why: string, cause?: unknown): CosClientError {
  return new CosClientError('file', `${path} ${why}.`, cause === undefined ? {} : { cause })
}
