// The folder itself: created when missing, recognised by its `format` file, refused when it is not ours.
import { randomBytes } from 'node:crypto'
import { access, constants, mkdir, open, readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from './disk-faults.js'
import { StoreFormatError, StoreUnusableError, unusable } from './errors.js'

const FORMAT_VERSION = 1
const FORMAT_FILE = 'format'
/** What a fresh mount or a process that is just creating the format file may have left. */
const HARMLESS = /^(lost\+found|format\.[0-9a-f]+\.new)$/

/** Must run before LMDB touches the folder. */
export async function prepareFolder(dir: string): Promise<void> {
  try {
    await createFolder(dir)
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    if (!(await recognise(dir))) await initialise(dir)
  } catch (error) {
    throw asStoreError(dir, error)
  }
}

/** As prepareFolder, but creates nothing. */
export async function findFolder(dir: string): Promise<void> {
  try {
    if (!(await isThere(dir))) throw new StoreUnusableError(`There is no data folder at ${dir}.`)
    await access(dir, constants.R_OK | constants.W_OK | constants.X_OK)
    if (!(await recognise(dir))) throw new StoreUnusableError(`The folder ${dir} is no data folder of coset.`)
  } catch (error) {
    throw asStoreError(dir, error)
  }
}

function asStoreError(dir: string, error: unknown): unknown {
  const isOurs = error instanceof StoreFormatError || error instanceof StoreUnusableError
  return isOurs ? error : unusable(dir, error)
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

/** False: there is no format file. */
async function recognise(dir: string): Promise<boolean> {
  let text: string
  try {
    text = await readFile(join(dir, FORMAT_FILE), 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
  const version = versionOf(text)
  if (version === undefined) {
    throw new StoreUnusableError(`The data folder ${dir} cannot be used: its format file is not coset's.`)
  }
  if (version > FORMAT_VERSION) {
    throw new StoreFormatError(
      `The data folder ${dir} has format ${version}; this version reads up to ${FORMAT_VERSION}.`,
    )
  }
  return true
}

function versionOf(text: string): number | undefined {
  try {
    const { format, version } = JSON.parse(text) as { format?: unknown; version?: unknown }
    if (format === 'coset' && Number.isSafeInteger(version)) return version as number
  } catch {
    // Not JSON, hence not ours: the same answer as for other JSON.
  }
  return undefined
}

async function initialise(dir: string): Promise<void> {
  const foreign = (await readdir(dir)).filter((name) => !HARMLESS.test(name))
  if (foreign.length > 0) {
    // Another process may have finished creating the folder since we looked for the format file.
    if (await recognise(dir)) return
    throw new StoreUnusableError(`The data folder ${dir} cannot be used: it holds files of something else.`)
  }
  await writeFormat(dir)
}

/** Renamed into place, so that nobody ever reads half of it. */
async function writeFormat(dir: string): Promise<void> {
  const draft = join(dir, `${FORMAT_FILE}.${randomBytes(8).toString('hex')}.new`)
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(`${JSON.stringify({ format: 'coset', version: FORMAT_VERSION })}\n`)
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
