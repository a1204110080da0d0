// Patterns for paths, such as `**/*.log`: matched by walking all their states at once, so that no pattern is slow.
import { CosClientError } from '../../errors.js'

/**
 * What a pattern says of a path relative to the folder, with `/` between names:
 * - `*` stands for any characters but `/`, `?` for one of them, `[a-z]` and `[!a-z]` for one of a set;
 * - `**` stands for any characters, and `**` between slashes for any number of folders, none too;
 * - `\` takes the next character as it is;
 * - a pattern without `/`, but for one at its end, is for names at any depth; with one it begins at the folder itself;
 * - with a `/` at its end it is for folders only.
 *
 * A pattern that matches a folder matches all that is in it.
 */
export type Glob = string

/** Takes the path of a file; of a folder with `/` at its end. */
export type PathTest = (path: string) => boolean

type Token =
  | { readonly kind: 'one'; readonly test: (character: string) => boolean }
  /** Any number of characters but `/`. */
  | { readonly kind: 'name' }
  /** Any number of characters. */
  | { readonly kind: 'any' }
  /** Any number of whole folders. */
  | { readonly kind: 'folders' }

const LENGTH_MAX = 1000

/** Throws a CosClientError of kind `validation`. */
export function compileGlob(glob: Glob): PathTest {
  if (typeof glob !== 'string' || glob === '' || glob.length > LENGTH_MAX) {
    throw invalid(`A pattern must be text of 1 to ${LENGTH_MAX} characters.`)
  }
  const isForFolders = glob.endsWith('/') && !glob.endsWith('\\/')
  const body = isForFolders ? glob.slice(0, -1) : glob
  const isAnchored = body.includes('/')
  const tokens = tokensOf(body.startsWith('/') ? body.slice(1) : body)
  const program: readonly Token[] = isAnchored ? tokens : [{ kind: 'folders' }, ...tokens]
  return (path) => matches(program, path, isForFolders)
}

function tokensOf(glob: string): Token[] {
  const characters = [...glob]
  const tokens: Token[] = []
  for (let at = 0; at < characters.length; ) {
    const { token, length } = tokenAt(characters, at)
    tokens.push(token)
    at += length
  }
  return tokens
}

function tokenAt(
  characters: readonly string[],
  at: number,
): { readonly token: Token; readonly length: number } {
  const character = characters[at] ?? ''
  if (character === '*') return starsAt(characters, at)
  if (character === '?') return { token: { kind: 'one', test: (given) => given !== '/' }, length: 1 }
  if (character === '[') return setAt(characters, at)
  if (character !== '\\') return literal(character, 1)
  const escaped = characters[at + 1]
  if (escaped === undefined) throw invalid('A pattern must not end in a single \\.')
  return literal(escaped, 2)
}

function literal(character: string, length: number) {
  return { token: { kind: 'one', test: (given: string) => given === character }, length } as const
}

function starsAt(characters: readonly string[], at: number) {
  let end = at
  while (characters[end] === '*') end++
  if (end - at === 1) return { token: { kind: 'name' }, length: 1 } as const
  const isWhole = (at === 0 || characters[at - 1] === '/') && characters[end] === '/'
  if (isWhole) return { token: { kind: 'folders' }, length: end - at + 1 } as const
  return { token: { kind: 'any' }, length: end - at } as const
}

function setAt(characters: readonly string[], at: number) {
  const isNegated = characters[at + 1] === '!' || characters[at + 1] === '^'
  const first = at + (isNegated ? 2 : 1)
  // A bracket that stands first is one of the set.
  const end = characters.indexOf(']', first + 1)
  if (end < 0) throw invalid('A pattern has a [ without its ].')
  const ranges = rangesOf(characters.slice(first, end))
  const test = (given: string) =>
    given !== '/' && ranges.some(([low, high]) => given >= low && given <= high) !== isNegated
  return { token: { kind: 'one', test }, length: end - at + 1 } as const
}

function rangesOf(set: readonly string[]): readonly (readonly [low: string, high: string])[] {
  const ranges: [string, string][] = []
  for (let at = 0; at < set.length; at++) {
    const low = set[at] ?? ''
    const high = set[at + 1] === '-' ? set[at + 2] : undefined
    ranges.push([low, high ?? low])
    if (high !== undefined) at += 2
  }
  return ranges
}

/** The states are those tokens that may take the next character; one past the last is the end of the pattern. */
function matches(program: readonly Token[], path: string, isForFolders: boolean): boolean {
  let states = reached(program, [0], true)
  for (const character of path) {
    if (character === '/' && states.includes(program.length)) return true
    const next: number[] = []
    for (const state of states) {
      const after = program[state] && step(program[state], state, character)
      if (after !== undefined && !next.includes(after)) next.push(after)
    }
    if (next.length === 0) return false
    states = reached(program, next, character === '/')
  }
  return !isForFolders && states.includes(program.length)
}

function step(token: Token, state: number, character: string): number | undefined {
  if (token.kind === 'one') return token.test(character) ? state + 1 : undefined
  return token.kind === 'name' && character === '/' ? undefined : state
}

/** With what stands for nothing here. */
function reached(program: readonly Token[], states: number[], isNameStart: boolean): number[] {
  for (const state of states) {
    const token = program[state]
    if (!token || token.kind === 'one' || (token.kind === 'folders' && !isNameStart)) continue
    if (!states.includes(state + 1)) states.push(state + 1)
  }
  return states
}

function invalid(message: string): CosClientError {
  return new CosClientError('validation', message)
}
