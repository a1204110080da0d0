// The folders themselves: created when missing, recognised by their `format` file, refused when they are not ours.
import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from './disk-faults.js'
import { StoreFormatError, StoreUnusableError, unusable } from './errors.js'

const FORMAT_VERSION = 1
const FORMAT_FILE = 'format'
/** What a fresh mount or a process that is just creating the format file may have left. */
const HARMLESS = /^(lost\+found|format\.[0-9a-f]+\.new)$/

/** What a folder is for, and what its format file says. */
export interface FolderKind {
  readonly name: string
  readonly format: string
}

export const DATA_FOLDER: FolderKind = { name: 'The data folder', format: 'coset' }
export const COLD_FOLDER: FolderKind = { name: 'The cold folder', format: 'coset-cold' }

/** The format file's own words. */
export interface FormatRecord {
  readonly format: string
  readonly version: number
  /** Of a cold folder: the identity of the data folder it belongs to. */
  readonly data?: string
}

/**
 * Creates the folder when it is missing, with `mark` in its format file, and tells what the file says. Must run
 * before LMDB touches the folder. Throws `StoreFormatError`, `StoreUnusableError`.
 */
export function prepareFolder(
  dir: string,
  kind: FolderKind = DATA_FOLDER,
  mark: Pick<FormatRecord, 'data'> = {},
): Promise<FormatRecord> {
  return explained(dir, kind, async () => {
    await createFolder(dir)
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    return (await readFormat(dir, kind)) ?? (await initialise(dir, kind, mark))
  })
}

/** What the format file says; undefined when there is none, or no folder. Throws as prepareFolder does. */
export function recognise(dir: string, kind: FolderKind): Promise<FormatRecord | undefined> {
  return explained(dir, kind, () => readFormat(dir, kind))
}

async function explained<T>(dir: string, { name }: FolderKind, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof StoreFormatError || error instanceof StoreUnusableError) throw error
    throw unusable(`${name} ${dir}`, error)
  }
}

/** As prepareFolder for a data folder, but creates nothing. */
export function findFolder(dir: string): Promise<FormatRecord> {
  return explained(dir, DATA_FOLDER, async () => {
    if (!(await isThere(dir))) throw new StoreUnusableError(`There is no data folder at ${dir}.`)
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    const record = await readFormat(dir, DATA_FOLDER)
    if (record) return record
    throw new StoreUnusableError(`The folder ${dir} is no data folder of coset.`)
  })
}

async function createFolder(dir: string): Promise<void> {
  // Not mkdir's own recursion: where the system never lets a folder be made, as below /proc, it never ends.
  const parent = dirname(dir)
  if (parent !== dir && !(await isThere(parent))) await createFolder(parent)
  try {
    await mkdir(dir, { mode: 0o700 })
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return
    throw error
  }
  // A name that is new has to be durable in the folder above it.
  await syncFolder(parent)
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function readFormat(dir: string, kind: FolderKind): Promise<FormatRecord | undefined> {
  let text: string
  try {
    text = await readFile(join(dir, FORMAT_FILE), 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined
    throw error
  }
  const record = parseFormat(text, kind)
  if (record === undefined) throw unusable(`${kind.name} ${dir}`, 'its format file is of something else.')
  if (record.version > FORMAT_VERSION) {
    throw new StoreFormatError(
      `${kind.name} ${dir} has format ${record.version}; this version reads up to ${FORMAT_VERSION}.`,
    )
  }
  return record
}

function parseFormat(text: string, kind: FolderKind): FormatRecord | undefined {
  try {
    const record = JSON.parse(text) as { format?: unknown; version?: unknown }
    if (record.format === kind.format && Number.isSafeInteger(record.version)) return record as FormatRecord
  } catch {
    // Not JSON, hence not ours: the same answer as for other JSON.
  }
  return undefined
}

async function initialise(
  dir: string,
  kind: FolderKind,
  mark: Pick<FormatRecord, 'data'>,
): Promise<FormatRecord> {
  const foreign = (await readdir(dir)).filter((name) => !HARMLESS.test(name))
  if (foreign.length > 0) {
    // Another process may have finished creating the folder since we looked for the format file.
    const record = await readFormat(dir, kind)
    if (record) return record
    throw unusable(`${kind.name} ${dir}`, 'it holds files of something else.')
  }
  const record = { format: kind.format, version: FORMAT_VERSION, ...mark }
  await writeFormat(dir, record)
  return record
}

/** Renamed into place, so that nobody ever reads half of it. */
async function writeFormat(dir: string, record: FormatRecord): Promise<void> {
  const draft = join(dir, `${FORMAT_FILE}.${randomBytes(8).toString('hex')}.new`)
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify(record)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, join(dir, FORMAT_FILE))
  await syncFolder(dir)
}

export async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
