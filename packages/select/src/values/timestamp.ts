// Moments with the precision and the offset they were written with.

export type Precision = 'year' | 'month' | 'day' | 'minute' | 'second'

const SECONDS_PER_DAY = 86_400
const FRACTION_DIGITS_MAX = 9
const DATE = /^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?/
const TIME = /^T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/

interface Parts {
  /** Seconds from 1970 by the clock on the wall, not corrected by the offset. */
  readonly localSeconds: number
  readonly nanoseconds: number
  /** Undefined where it is not known: the time is UTC then, written with -00:00. */
  readonly offsetMinutes: number | undefined
  readonly precision: Precision
  readonly fractionDigits: number
}

export class Timestamp implements Parts {
  readonly localSeconds: number
  readonly nanoseconds: number
  readonly offsetMinutes: number | undefined
  readonly precision: Precision
  readonly fractionDigits: number

  constructor(parts: Parts) {
    this.localSeconds = parts.localSeconds
    this.nanoseconds = parts.nanoseconds
    this.offsetMinutes = parts.offsetMinutes
    this.precision = parts.precision
    this.fractionDigits = parts.fractionDigits
  }

  /** Seconds from 1970 in UTC, without the fraction. */
  get seconds(): number {
    return this.localSeconds - (this.offsetMinutes ?? 0) * 60
  }

  /** The local time's fields, in the methods for UTC. */
  get local(): Date {
    return new Date(this.localSeconds * 1000)
  }

  with(parts: Partial<Parts>): Timestamp {
    return new Timestamp({ ...this, ...parts })
  }

  /** As a literal is written, at its precision. */
  toString(): string {
    const text = this.local.toISOString()
    if (this.precision === 'year') return `${text.slice(0, 4)}T`
    if (this.precision === 'month') return `${text.slice(0, 7)}T`
    if (this.precision === 'day') return text.slice(0, 10)
    const length = this.precision === 'minute' ? 16 : 19
    return text.slice(0, length) + this.#fraction() + this.#offset()
  }

  #fraction(): string {
    if (this.precision !== 'second' || this.fractionDigits === 0) return ''
    return `.${this.nanoseconds.toString().padStart(9, '0').slice(0, this.fractionDigits)}`
  }

  #offset(): string {
    if (this.offsetMinutes === undefined) return '-00:00'
    return this.offsetMinutes === 0 ? 'Z' : offsetText(this.offsetMinutes, ':')
  }
}

/** `+07:30`, with what stands between hours and minutes. */
export function offsetText(minutes: number, separator: string): string {
  const size = Math.abs(minutes)
  const hours = `${Math.floor(size / 60)}`.padStart(2, '0')
  return `${minutes < 0 ? '-' : '+'}${hours}${separator}${`${size % 60}`.padStart(2, '0')}`
}

/** Undefined where the text is no such moment. Years count from 0001 to 9999. */
export function parseTimestamp(text: string): Timestamp | undefined {
  const date = DATE.exec(text)
  if (date === null) return undefined
  const [dateText, year, month, day] = date
  const localDay = dayOf(Number(year), Number(month ?? 1), Number(day ?? 1))
  if (localDay === undefined) return undefined
  const rest = text.slice(dateText.length)
  const parts = {
    localSeconds: localDay * SECONDS_PER_DAY,
    nanoseconds: 0,
    fractionDigits: 0,
    offsetMinutes: undefined,
  }
  if (rest === 'T' || (rest === '' && day !== undefined)) {
    return new Timestamp({ ...parts, precision: datePrecision(month, day) })
  }
  const time = day === undefined ? null : TIME.exec(rest)
  return time === null ? undefined : withTime(parts, time)
}

function datePrecision(month: string | undefined, day: string | undefined): Precision {
  if (day !== undefined) return 'day'
  return month === undefined ? 'year' : 'month'
}

function withTime(date: Omit<Parts, 'precision'>, time: RegExpExecArray): Timestamp | undefined {
  const [, hour, minute, second, fraction = '', offset] = time
  const offsetMinutes = parseOffset(offset)
  const fields = [Number(hour), Number(minute), Number(second ?? 0)] as const
  if (fields[0] > 23 || fields[1] > 59 || fields[2] > 59 || offsetMinutes === false) return undefined
  return new Timestamp({
    localSeconds: date.localSeconds + fields[0] * 3600 + fields[1] * 60 + fields[2],
    nanoseconds: Number(fraction.padEnd(FRACTION_DIGITS_MAX, '0')),
    fractionDigits: fraction.length,
    offsetMinutes,
    precision: second === undefined ? 'minute' : 'second',
  })
}

/** False where there is no such offset. */
function parseOffset(text: string | undefined): number | undefined | false {
  if (text === undefined || text === '-00:00') return undefined
  if (text === 'Z') return 0
  const hours = Number(text.slice(1, 3))
  const minutes = Number(text.slice(4))
  if (hours > 23 || minutes > 59) return false
  return (hours * 60 + minutes) * (text.startsWith('-') ? -1 : 1)
}

/** Days from 1970; undefined where the calendar has no such day. */
export function dayOf(year: number, month: number, day: number): number | undefined {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getTime() / (SECONDS_PER_DAY * 1000)
}

export function daysIn(year: number, month: number): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month, 0)
  return date.getUTCDate()
}

export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return Math.sign(a.seconds - b.seconds) || Math.sign(a.nanoseconds - b.nanoseconds)
}

/** In UTC, to the millisecond. */
export function timestampOfDate(date: Date): Timestamp {
  const milliseconds = date.getTime()
  const seconds = Math.floor(milliseconds / 1000)
  return new Timestamp({
    localSeconds: seconds,
    nanoseconds: (milliseconds - seconds * 1000) * 1_000_000,
    offsetMinutes: 0,
    precision: 'second',
    fractionDigits: 3,
  })
}
