// A local folder that files are written into, and that nothing leads out of.
import type { Stats } from 'node:fs'
import { lstat, mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { CosClientError } from '../../errors.js'
import { temporaryPath } from '../temporary-file.js'

/** Folders that are known to be there. */
const KNOWN_MAX = 10_000

export class LocalFolder {
  readonly path: string
  /** Whether names that differ in case only are the same file. */
  readonly foldsNames: boolean
  readonly #realPath: string
  readonly #known = new Map<string, Promise<void>>()

  private constructor(path: string, realPath: string, foldsNames: boolean) {
    this.path = path
    this.#realPath = realPath
    this.foldsNames = foldsNames
  }

  /** Makes it where it is not there. Rejects with a CosClientError of kind `file`. */
  static async open(path: string): Promise<LocalFolder> {
    const full = resolve(path)
    try {
      await mkdir(full, { recursive: true })
      return new LocalFolder(path, await realpath(full), await foldsNames(full))
    } catch (cause) {
      throw new CosClientError('file', `The folder ${path} can not be made.`, { cause })
    }
  }

  /** The path of these names below it. They must be names, not paths. */
  pathOf(names: readonly string[]): string {
    return join(this.path, ...names)
  }

  /** Makes the folder of these names, and those above it. Rejects with a CosClientError of kind `file`. */
  async make(names: readonly string[]): Promise<void> {
    if (names.length === 0) return
    const path = this.pathOf(names)
    const known = this.#known.get(path)
    if (known) return known
    if (this.#known.size >= KNOWN_MAX) this.#known.clear()
    const making = this.#make(names, path)
    this.#known.set(path, making)
    // What failed may do better for the next file.
    making.catch(() => this.#known.delete(path))
    return making
  }

  /**
   * What stands at the path now; undefined for nothing. Rejects with a CosClientError of kind `file` for a folder, and
   * for a link that leads out of here or nowhere: what is written to a link goes where it leads.
   */
  async existing(path: string): Promise<Stats | undefined> {
    const found = await lstat(path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return undefined
      throw new CosClientError('file', `${path} can not be looked at.`, { cause })
    })
    if (!found?.isSymbolicLink()) return found && asFile(path, found)
    await this.#assertInside(path)
    return asFile(path, await stat(path))
  }

  async #make(names: readonly string[], path: string): Promise<void> {
    await this.make(names.slice(0, -1))
    try {
      await mkdir(path)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw new CosClientError('file', `The folder ${path} can not be made.`, { cause })
      }
      await this.#assertFolder(path)
    }
  }

  async #assertFolder(path: string): Promise<void> {
    const found = await lstat(path)
    if (found.isDirectory()) return
    if (!found.isSymbolicLink()) {
      throw new CosClientError('file', `${path} is a file, so no folder can have its name.`)
    }
    await this.#assertInside(path)
    if ((await stat(path)).isDirectory()) return
    throw new CosClientError('file', `${path} leads to a file, so no folder can have its name.`)
  }

  async #assertInside(path: string): Promise<void> {
    const target = await realpath(path).catch((cause: unknown) => {
      throw new CosClientError(
        'file',
        `${path} is a link that leads nowhere; nothing is written through it.`,
        {
          cause,
        },
      )
    })
    const inside = this.#realPath.endsWith(sep) ? this.#realPath : this.#realPath + sep
    if (target === this.#realPath || target.startsWith(inside)) return
    const message = `${path} is a link that leads out of ${this.path}; nothing is written through it.`
    throw new CosClientError('file', message)
  }
}

function asFile(path: string, found: Stats): Stats {
  if (!found.isDirectory()) return found
  throw new CosClientError('file', `${path} is a folder, so no file can have its name.`)
}

/** Tried out, as it is up to the file system and not to the operating system. Where nothing can be written, no. */
async function foldsNames(folder: string): Promise<boolean> {
  const probe = temporaryPath(join(folder, 'probe'))
  try {
    await writeFile(probe, '', { flag: 'wx' })
  } catch {
    return false
  }
  try {
    const other = join(dirname(probe), basename(probe).toUpperCase())
    return await lstat(other).then(
      () => true,
      () => false,
    )
  } finally {
    await rm(probe, { force: true })
  }
}
