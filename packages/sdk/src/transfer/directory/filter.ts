// Which files of a folder a caller wants.
import { CosClientError } from '../../errors.js'
import { compileGlob, type Glob, type PathTest } from './globs.js'

/** Patterns, one of which has to match, or a function that is given the relative path of each file. */
export type PathFilter = Glob | readonly Glob[] | PathTest

export interface FilterOptions {
  /** Only these files. Default: all. */
  readonly include?: PathFilter | undefined
  /** Not these files, nor what is in folders that a pattern matches. */
  readonly exclude?: PathFilter | undefined
}

export interface Filter {
  /** Whether a file is wanted; its path is relative, with `/` between names. */
  takes(path: string): boolean
  /** Whether nothing below this folder can be wanted. */
  prunes(folder: string): boolean
}

/** Throws a CosClientError of kind `validation`. */
export function filterOf({ include, exclude }: FilterOptions): Filter {
  const isIncluded = include === undefined ? () => true : testOf('include', include)
  const isExcluded = exclude === undefined ? () => false : testOf('exclude', exclude)
  // A function is asked for files only: what it would say of a folder nobody told it to think of.
  const prunes: PathTest = typeof exclude === 'function' ? () => false : isExcluded
  return { takes: (path) => isIncluded(path) && !isExcluded(path), prunes: (folder) => prunes(`${folder}/`) }
}

function testOf(name: string, filter: PathFilter): PathTest {
  if (typeof filter === 'function') return filter
  const globs = typeof filter === 'string' ? [filter] : filter
  if (!Array.isArray(globs)) {
    throw new CosClientError('validation', `${name} must be a pattern, an array of patterns or a function.`)
  }
  const tests = globs.map((glob: Glob) => compileGlob(glob))
  return (path) => tests.some((test) => test(path))
}
