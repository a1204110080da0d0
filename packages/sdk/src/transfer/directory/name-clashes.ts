// Keys that can not all be files: where one is a folder of another, or where file systems take them for the same.
import { CosClientError } from '../../errors.js'
import { foldName } from './names.js'

/** Asked of each relative path in the order of a list; the first of those that clash wins. */
export class NameClashes {
  readonly #foldsNames: boolean
  /** Files whose name the path asked for last began with, the shortest first. */
  readonly #files: string[] = []
  /** Only where file systems fold names, and then of every file. */
  readonly #seen = new Map<string, string>()

  constructor(foldsNames: boolean) {
    this.#foldsNames = foldsNames
  }

  /** Throws a CosClientError of kind `file`. A path with `/` at its end is a folder's. */
  check(path: string): void {
    // Paths that begin alike stand together in a list, so what this one does not begin with no later one will.
    while (this.#files.length > 0 && !path.startsWith(this.#files.at(-1) ?? '')) this.#files.pop()
    const file = this.#files.find((name) => path.startsWith(`${name}/`))
    if (file !== undefined) {
      throw clash(path, `the object ${JSON.stringify(file)} is a file, so it can not be a folder too`)
    }
    if (path.endsWith('/') || path === '') return
    this.#files.push(path)
    if (this.#foldsNames) this.#checkFolded(path)
  }

  #checkFolded(path: string): void {
    const folded = foldName(path)
    const other = this.#seen.get(folded)
    if (other !== undefined) {
      throw clash(path, `here it is the same name as ${JSON.stringify(other)}`)
    }
    this.#seen.set(folded, path)
  }
}

function clash(path: string, why: string): CosClientError {
  return new CosClientError('file', `${JSON.stringify(path)} can not be a file: ${why}.`)
}
