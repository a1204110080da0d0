// LIKE: patterns of % and _ over whole characters.
import { SelectError } from '../errors.js'

const PATTERN_LENGTH_MAX = 1024
const ANY = 0x110000

/** Whether a text is like the pattern. */
export type IsLike = (text: string) => boolean

interface Segments {
  /** Code points between the % signs; ANY stands for _. */
  readonly segments: readonly (readonly number[])[]
}

/** Throws SQLParsingError where the escape character stands before anything but %, _ or itself. */
export function compileLike(pattern: string, mark: string | undefined): IsLike {
  if (pattern.length > PATTERN_LENGTH_MAX) {
    throw new SelectError(
      'SQLParsingError',
      `A pattern of LIKE has at most ${PATTERN_LENGTH_MAX} characters.`,
    )
  }
  const { segments } = parsePattern(pattern, mark)
  return simpleLike(segments) ?? ((text) => matches(Array.from(text, codePoint), segments))
}

function codePoint(character: string): number {
  return character.codePointAt(0) ?? 0
}

function parsePattern(pattern: string, mark: string | undefined): Segments {
  const segments: number[][] = [[]]
  let isEscaped = false
  for (const character of pattern) {
    if (isEscaped) checkEscaped(character, mark, pattern)
    if (!isEscaped && character === mark) {
      isEscaped = true
      continue
    }
    if (!isEscaped && character === '%') segments.push([])
    else segments.at(-1)?.push(!isEscaped && character === '_' ? ANY : codePoint(character))
    isEscaped = false
  }
  if (isEscaped) checkEscaped('', mark, pattern)
  return { segments }
}

function checkEscaped(character: string, mark: string | undefined, pattern: string): void {
  if (character === '%' || character === '_' || character === mark) return
  const shown = JSON.stringify(pattern.slice(0, 100))
  throw new SelectError(
    'SQLParsingError',
    `In the pattern ${shown} the escape character stands before no %, _ or itself.`,
  )
}

/** Patterns without _ need no code points. */
function simpleLike(segments: readonly (readonly number[])[]): IsLike | undefined {
  if (segments.some((segment) => segment.includes(ANY))) return undefined
  const texts = segments.map((segment) => String.fromCodePoint(...segment))
  const [first = '', last = ''] = [texts[0], texts.at(-1)]
  if (texts.length === 1) return (text) => text === first
  const middle = texts.slice(1, -1).filter((part) => part !== '')
  return (text) => {
    const fits = text.length >= first.length + last.length && text.startsWith(first) && text.endsWith(last)
    return fits && containsInOrder(text.slice(first.length, text.length - last.length), middle)
  }
}

function containsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0
  for (const part of parts) {
    const found = text.indexOf(part, from)
    if (found === -1) return false
    from = found + part.length
  }
  return true
}

/** Each segment is taken where it first fits, which never has to be taken back. */
function matches(text: readonly number[], segments: readonly (readonly number[])[]): boolean {
  const [first = [], last = []] = [segments[0], segments.at(-1)]
  if (segments.length === 1) return text.length === first.length && fitsAt(text, first, 0)
  const end = text.length - last.length
  if (end < first.length || !fitsAt(text, first, 0) || !fitsAt(text, last, end)) return false
  let from = first.length
  for (const segment of segments.slice(1, -1)) {
    const found = search(text, segment, { from, end })
    if (found === -1) return false
    from = found + segment.length
  }
  return true
}

function search(
  text: readonly number[],
  segment: readonly number[],
  range: { readonly from: number; readonly end: number },
): number {
  for (let start = range.from; start + segment.length <= range.end; start++) {
    if (fitsAt(text, segment, start)) return start
  }
  return -1
}

function fitsAt(text: readonly number[], segment: readonly number[], start: number): boolean {
  return segment.every((point, index) => point === ANY || point === text[start + index])
}
