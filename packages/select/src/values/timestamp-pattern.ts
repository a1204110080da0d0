// The patterns of TO_STRING.
import { SelectError } from '../errors.js'
import { offsetText, type Timestamp } from './timestamp.js'

type Write = (timestamp: Timestamp) => string

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
)
const PATTERN = /'(?:[^']|'')*'|''|([a-zA-Z])\1*|[^a-zA-Z']+/gy

const FIELDS: ReadonlyMap<string, Write> = new Map<string, Write>([
  ['yy', ({ local }) => padded(local.getUTCFullYear() % 100, 2)],
  ['y', ({ local }) => `${local.getUTCFullYear()}`],
  ['yyyy', ({ local }) => padded(local.getUTCFullYear(), 4)],
  ['M', ({ local }) => `${local.getUTCMonth() + 1}`],
  ['MM', ({ local }) => padded(local.getUTCMonth() + 1, 2)],
  ['MMM', ({ local }) => monthName(local).slice(0, 3)],
  ['MMMM', ({ local }) => monthName(local)],
  ['MMMMM', ({ local }) => monthName(local).slice(0, 1)],
  ['d', ({ local }) => `${local.getUTCDate()}`],
  ['dd', ({ local }) => padded(local.getUTCDate(), 2)],
  ['a', ({ local }) => (local.getUTCHours() < 12 ? 'AM' : 'PM')],
  ['h', ({ local }) => `${hourOfTwelve(local)}`],
  ['hh', ({ local }) => padded(hourOfTwelve(local), 2)],
  ['H', ({ local }) => `${local.getUTCHours()}`],
  ['HH', ({ local }) => padded(local.getUTCHours(), 2)],
  ['m', ({ local }) => `${local.getUTCMinutes()}`],
  ['mm', ({ local }) => padded(local.getUTCMinutes(), 2)],
  ['s', ({ local }) => `${local.getUTCSeconds()}`],
  ['ss', ({ local }) => padded(local.getUTCSeconds(), 2)],
  ['n', ({ nanoseconds }) => `${nanoseconds}`],
  ...offsets('X', (offset) => offset === 0),
  ...offsets('x', () => false),
])

function padded(value: number, length: number): string {
  return `${value}`.padStart(length, '0')
}

function monthName(local: Date): string {
  return MONTHS[local.getUTCMonth()] ?? ''
}

function hourOfTwelve(local: Date): number {
  return local.getUTCHours() % 12 || 12
}

/** One letter: hours, minutes where there are any; two and four: `+0700`; three and five: `+07:00`. */
function offsets(letter: string, isZ: (minutes: number) => boolean): readonly (readonly [string, Write])[] {
  const write = (separator: string, isShort: boolean): Write => {
    return ({ offsetMinutes = 0 }) => {
      if (isZ(offsetMinutes)) return 'Z'
      const text = offsetText(offsetMinutes, separator)
      return isShort && offsetMinutes % 60 === 0 ? text.slice(0, 3) : text
    }
  }
  return [1, 2, 3, 4, 5].map((count) => [
    letter.repeat(count),
    write(count === 3 || count === 5 ? ':' : '', count === 1),
  ])
}

/** Throws SQLParsingError where the pattern has a letter that means nothing. */
export function compilePattern(pattern: string): Write {
  const writes: Write[] = []
  PATTERN.lastIndex = 0
  let length = 0
  for (const [text, letter] of pattern.matchAll(PATTERN)) {
    length += text.length
    writes.push(letter === undefined ? constant(text) : fieldOf(text, pattern))
  }
  if (length < pattern.length) throw refusal(pattern, 'a quote in it is not closed')
  return (timestamp) => writes.map((write) => write(timestamp)).join('')
}

function constant(text: string): Write {
  const isQuoted = text.startsWith("'")
  const inside = isQuoted && text !== "''" ? text.slice(1, -1).replaceAll("''", "'") : text
  const written = text === "''" ? "'" : inside
  return () => written
}

function fieldOf(letters: string, pattern: string): Write {
  const field = FIELDS.get(letters)
  if (field !== undefined) return field
  if (/^S{1,9}$/.test(letters)) return ({ nanoseconds }) => padded(nanoseconds, 9).slice(0, letters.length)
  throw refusal(pattern, `${letters} means nothing in it`)
}

function refusal(pattern: string, reason: string): SelectError {
  return new SelectError(
    'SQLParsingError',
    `The pattern ${JSON.stringify(pattern.slice(0, 100))} can not be used: ${reason}.`,
  )
}
