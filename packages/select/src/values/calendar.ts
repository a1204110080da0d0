// Time added, counted and taken apart.
import { SelectError } from '../errors.js'
import type { DatePart } from '../language/ast.js'
import { dayOf, daysIn, type Precision, type Timestamp } from './timestamp.js'

const SECONDS = { day: 86_400, hour: 3600, minute: 60, second: 1 } as const
const ORDER: readonly Precision[] = ['year', 'month', 'day', 'minute', 'second']

/** The precision grows to that of the part. Throws CastFailed where years leave 0001 to 9999. */
export function addToTimestamp(part: DatePart, count: bigint, timestamp: Timestamp): Timestamp {
  const precision = finer(timestamp.precision, precisionOf(part))
  const localSeconds = addToSeconds(part, count, timestamp)
  const year = Number.isFinite(localSeconds) ? new Date(localSeconds * 1000).getUTCFullYear() : Number.NaN
  if (!(year >= 1 && year <= 9999))
    throw new SelectError('CastFailed', 'DATE_ADD leaves the years 0001 to 9999.')
  return timestamp.with({ localSeconds, precision })
}

function precisionOf(part: DatePart): Precision {
  return part === 'hour' ? 'minute' : (ORDER.find((precision) => precision === part) ?? 'second')
}

function finer(a: Precision, b: Precision): Precision {
  return ORDER.indexOf(a) > ORDER.indexOf(b) ? a : b
}

function addToSeconds(part: DatePart, count: bigint, timestamp: Timestamp): number {
  if (part === 'year') return addMonths(timestamp, Number(count) * 12)
  if (part === 'month') return addMonths(timestamp, Number(count))
  const unit = part === 'day' || part === 'hour' || part === 'minute' ? SECONDS[part] : SECONDS.second
  return timestamp.localSeconds + Number(count) * unit
}

/** The day stays, or becomes the month's last. */
function addMonths({ local, localSeconds }: Timestamp, count: number): number {
  const months = local.getUTCFullYear() * 12 + local.getUTCMonth() + count
  const year = Math.floor(months / 12)
  const month = months - year * 12 + 1
  if (!(year >= 1 && year <= 9999)) return Number.NaN
  const day = dayOf(year, month, Math.min(local.getUTCDate(), daysIn(year, month))) ?? Number.NaN
  const inDay = localSeconds - Math.floor(localSeconds / SECONDS.day) * SECONDS.day
  return day * SECONDS.day + inDay
}

/** Whole units from the first moment to the second, negative where that is earlier. */
export function differenceOfTimestamps(part: DatePart, from: Timestamp, to: Timestamp): bigint {
  if (part === 'year') return BigInt(Math.trunc(monthsBetween(from, to) / 12))
  if (part === 'month') return BigInt(monthsBetween(from, to))
  const unit = part === 'day' || part === 'hour' || part === 'minute' ? SECONDS[part] : SECONDS.second
  return BigInt(Math.trunc(wholeSeconds(from, to) / unit))
}

/** In integers, as a float can not tell a nanosecond among centuries. */
function wholeSeconds(from: Timestamp, to: Timestamp): number {
  const seconds = to.seconds - from.seconds
  const rest = to.nanoseconds - from.nanoseconds
  if (seconds > 0 && rest < 0) return seconds - 1
  return seconds < 0 && rest > 0 ? seconds + 1 : seconds
}

function monthsBetween(from: Timestamp, to: Timestamp): number {
  const [a, b] = [inUtc(from), inUtc(to)]
  const months = b.months - a.months
  const rest = b.rest - a.rest || to.nanoseconds - from.nanoseconds
  if (months > 0 && rest < 0) return months - 1
  return months < 0 && rest > 0 ? months + 1 : months
}

/** Months from year 0, and milliseconds from the start of the month. */
function inUtc(timestamp: Timestamp): { readonly months: number; readonly rest: number } {
  const date = new Date(timestamp.seconds * 1000)
  const start = new Date(timestamp.seconds * 1000)
  start.setUTCDate(1)
  start.setUTCHours(0, 0, 0, 0)
  return {
    months: date.getUTCFullYear() * 12 + date.getUTCMonth(),
    rest: date.getTime() - start.getTime(),
  }
}

/** Of the local time. */
export function partOfTimestamp(part: DatePart, timestamp: Timestamp): bigint {
  const { local, offsetMinutes = 0 } = timestamp
  const parts: Record<DatePart, () => number> = {
    year: () => local.getUTCFullYear(),
    month: () => local.getUTCMonth() + 1,
    day: () => local.getUTCDate(),
    hour: () => local.getUTCHours(),
    minute: () => local.getUTCMinutes(),
    second: () => local.getUTCSeconds(),
    timezone_hour: () => Math.trunc(offsetMinutes / 60),
    timezone_minute: () => offsetMinutes % 60,
  }
  return BigInt(parts[part]())
}
