// The files below a folder in the order in which lists give keys, with no more of the tree in memory than is open.
import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { sep } from 'node:path'
import { CosClientError, throwIfAborted } from '../../errors.js'
import { compareKeys } from '../../key-order.js'
import { isTemporary } from '../temporary-file.js'
import type { Filter } from './filter.js'
import type { SkipReason } from './result.js'

export interface WalkOptions {
  readonly filter: Filter
  readonly symlinks: 'follow' | 'skip'
  /** Whether folders without any entry that is wanted are told too. */
  readonly emptyFolders: boolean
  readonly signal: AbortSignal | undefined
}

interface Place {
  /** With `/` between names, on every system; of a folder with one at its end. */
  readonly relative: string
  readonly path: string
}

export type WalkedEntry =
  | (Place & { readonly kind: 'file'; readonly size: number })
  | (Place & { readonly kind: 'empty-folder' })
  | (Place & { readonly kind: 'skipped'; readonly reason: SkipReason })
  | (Place & { readonly kind: 'failed'; readonly error: CosClientError })

type Child = WalkedEntry | (Place & { readonly kind: 'folder' }) | (Place & { readonly kind: 'unseen' })

interface OpenFolder {
  /** Device and number: what tells a folder from all others. */
  readonly identity: string
  readonly children: readonly Child[]
  next: number
}

const DEPTH_MAX = 512
/** A tree of links into each other can have more files than any disk. */
const ENTRIES_MAX = 20_000_000
/** Files that are looked at together. */
const STATS_MAX = 32

/** Rejects with kind `file` when the folder itself can not be read; everything below is told in its place. */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<WalkedEntry> {
  const first = await openFolder({ relative: '', path: root }, options)
  const open: OpenFolder[] = [first]
  let entries = 0
  for (let top = open.at(-1); top; top = open.at(-1)) {
    throwIfAborted(options.signal)
    const batch = takeBatch(top)
    if (batch.length === 0) open.pop()
    for (const child of await Promise.all(batch.map(look))) {
      if (++entries > ENTRIES_MAX) throw tooMany(root)
      if (child.kind === 'folder') yield* enter(child, open, options)
      else if (child.kind !== 'unseen') yield child
    }
  }
}

/** Up to the next folder, as what is in there comes before what stands behind it. */
function takeBatch(folder: OpenFolder): readonly Child[] {
  const start = folder.next
  while (folder.next < folder.children.length && folder.next - start < STATS_MAX) {
    if (folder.children[folder.next++]?.kind === 'folder') break
  }
  return folder.children.slice(start, folder.next)
}

async function* enter(place: Place, open: OpenFolder[], options: WalkOptions): AsyncGenerator<WalkedEntry> {
  try {
    if (open.length >= DEPTH_MAX) throw new CosClientError('file', `${place.path} is too many folders deep.`)
    const folder = await openFolder(place, options)
    if (open.some(({ identity }) => identity === folder.identity)) {
      yield { ...place, kind: 'skipped', reason: 'cycle' }
      return
    }
    const isEmpty = folder.children.length === 0 && options.filter.takes(place.relative)
    if (isEmpty && options.emptyFolders) yield { ...place, kind: 'empty-folder' }
    open.push(folder)
  } catch (error) {
    if (!(error instanceof CosClientError) || error.kind !== 'file') throw error
    yield { ...place, kind: 'failed', error }
  }
}

async function openFolder(place: Place, options: WalkOptions): Promise<OpenFolder> {
  try {
    const { dev, ino } = await stat(place.path, { bigint: true })
    const known = await childrenOf(place, options)
    return {
      identity: `${dev}:${ino}`,
      children: known.sort((a, b) => compareKeys(a.relative, b.relative)),
      next: 0,
    }
  } catch (cause) {
    // What a caller's own filter throws is theirs.
    if (!(cause instanceof Error && 'syscall' in cause)) throw cause
    throw new CosClientError('file', `The folder ${place.path} can not be read.`, { cause })
  }
}

interface Entry {
  readonly name: string
  readonly isText: boolean
  readonly type: Pick<Dirent, 'isFile' | 'isDirectory' | 'isSymbolicLink'>
}

async function entriesOf(path: string): Promise<readonly Entry[]> {
  const found = await readdir(path, { withFileTypes: true })
  // Bytes that are no UTF-8 turn into this character, which may also stand in a name rightly.
  if (!found.some(({ name }) => name.includes('\ufffd'))) {
    return found.map((type) => ({ name: type.name, isText: true, type }))
  }
  const raw = await readdir(path, { withFileTypes: true, encoding: 'buffer' })
  return raw.map((type) => {
    const name = type.name.toString()
    return { name, isText: type.name.equals(Buffer.from(name)), type }
  })
}

/** Those that a filter leaves in, in any order. */
async function childrenOf(folder: Place, options: WalkOptions): Promise<Child[]> {
  const { filter } = options
  const children: Child[] = []
  const links: Place[] = []
  for (const entry of await entriesOf(folder.path)) {
    const child = childOf(folder, entry, options)
    if (child.kind === 'link') links.push(child)
    else if (isWanted(child, filter)) children.push(child)
  }
  // Whether a link is one to a folder decides its place in the order.
  for (let start = 0; start < links.length; start += STATS_MAX) {
    throwIfAborted(options.signal)
    const followed = await Promise.all(links.slice(start, start + STATS_MAX).map(follow))
    children.push(...followed.filter((child) => isWanted(child, filter)))
  }
  return children
}

function childOf(
  folder: Place,
  { name, isText, type }: Entry,
  { symlinks }: WalkOptions,
): Child | (Place & { readonly kind: 'link' }) {
  const relative = folder.relative + name
  const place = { relative, path: `${folder.path}${folder.path.endsWith(sep) ? '' : sep}${name}` }
  if (!isText) {
    const error = new CosClientError(
      'file',
      `The name of ${place.path} is not UTF-8, so it can not be a key.`,
    )
    return { ...place, kind: 'failed', error }
  }
  if (type.isSymbolicLink()) {
    return symlinks === 'follow'
      ? { ...place, kind: 'link' }
      : { ...place, kind: 'skipped', reason: 'symlink' }
  }
  if (type.isDirectory()) return { ...place, relative: `${relative}/`, kind: 'folder' }
  if (!type.isFile()) return { ...place, kind: 'skipped', reason: 'special' }
  if (isTemporary(name)) return { ...place, kind: 'skipped', reason: 'temporary' }
  return { ...place, kind: 'unseen' }
}

function isWanted({ kind, relative }: Child, filter: Filter): boolean {
  return kind === 'folder' ? !filter.prunes(relative.slice(0, -1)) : filter.takes(relative)
}

async function follow(place: Place): Promise<Child> {
  try {
    const found = await stat(place.path)
    if (found.isDirectory()) return { ...place, relative: `${place.relative}/`, kind: 'folder' }
    if (found.isFile()) return { ...place, kind: 'file', size: found.size }
    return { ...place, kind: 'skipped', reason: 'special' }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { ...place, kind: 'skipped', reason: 'broken-link' }
    if (code === 'ELOOP') return { ...place, kind: 'skipped', reason: 'cycle' }
    return { ...place, kind: 'failed', error: unreadable(place, cause) }
  }
}

/** A file that is gone since its folder was read is told as unseen, and then not at all. */
async function look(child: Child): Promise<Child> {
  if (child.kind !== 'unseen') return child
  const { relative, path } = child
  try {
    const found = await stat(path)
    if (found.isFile()) return { relative, path, kind: 'file', size: found.size }
    return { relative, path, kind: 'skipped', reason: 'special' }
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return child
    return { relative, path, kind: 'failed', error: unreadable(child, cause) }
  }
}

function unreadable({ path }: Place, cause: unknown): CosClientError {
  return new CosClientError('file', `The file ${path} can not be read.`, { cause })
}

function tooMany(root: string): CosClientError {
  return new CosClientError('file', `${root} has more than ${ENTRIES_MAX} entries.`)
}
