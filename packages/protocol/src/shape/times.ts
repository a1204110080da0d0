// The two ways COS writes a time: RFC 1123 in headers, ISO 8601 in XML.

/** `Thu, 10 Dec 2020 03:37:30 GMT`. */
export function formatHttpDate(date: Date): string {
  return `${httpDay(date)} ${clock(date)} GMT`
}

/** `2020-12-10T03:37:30.042Z`. */
export function formatIsoMs(date: Date): string {
  const ms = date.getUTCMilliseconds()
  return `${isoDay(date)}T${clock(date)}.${ms < 100 ? '0' : ''}${TWO_DIGITS[ms] ?? ms}Z`
}

/** `2020-12-10T03:37:30Z`, a fraction cut off. */
export function formatIsoSeconds(date: Date): string {
  return `${isoDay(date)}T${clock(date)}Z`
}

const TWO_DIGITS: readonly string[] = Array.from({ length: 100 }, (_, number) =>
  String(number).padStart(2, '0'),
)

function clock(date: Date): string {
  const hour = TWO_DIGITS[date.getUTCHours()]
  return `${hour}:${TWO_DIGITS[date.getUTCMinutes()]}:${TWO_DIGITS[date.getUTCSeconds()]}`
}

// A page of a list writes a thousand dates, most of them of one day, whose text is the slow part.
const httpDay = rememberDay((date) => date.toUTCString().slice(0, -13))
const isoDay = rememberDay((date) => date.toISOString().slice(0, -14))

/** Throws `RangeError` for an invalid date, as `toISOString` does. */
function rememberDay(format: (date: Date) => string): (date: Date) => string {
  let known = { day: Number.NaN, text: '' }
  return (date) => {
    const day = Math.floor(date.getTime() / 86_400_000)
    if (day !== known.day) {
      if (Number.isNaN(day)) throw new RangeError('Invalid time value')
      known = { day, text: format(date) }
    }
    return known.text
  }
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

const HTTP_DATES: readonly RegExp[] = [
  // Sun, 06 Nov 1994 08:49:37 GMT, the form to write
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) (?<time>[\d:]{8}) GMT$/,
  // Sunday, 06-Nov-94 08:49:37 GMT, of RFC 850
  /^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) (?<time>[\d:]{8}) GMT$/,
  // Sun Nov  6 08:49:37 1994, of C's asctime()
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) (?<time>[\d:]{8}) (?<year>\d{4})$/,
]

/** Reads the three forms of RFC 9110, 5.6.7. Whether the weekday fits the date is not asked. */
export function parseHttpDate(text: string): Date | undefined {
  for (const form of HTTP_DATES) {
    const groups = form.exec(text)?.groups
    if (!groups) continue
    const { day = '', month = '', year = '', time = '' } = groups
    return makeDate({ year: fullYear(year), month: MONTHS.indexOf(month), day: Number(day), time, ms: 0 })
  }
  return undefined
}

/** Two digits mean 1970 to 2069: RFC 9110's window of 50 years around now, without asking a clock. */
function fullYear(text: string): number {
  if (text.length === 4) return Number(text)
  return Number(text) + (Number(text) < 70 ? 2000 : 1900)
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):?(\d\d))$/

/** Reads ISO 8601 with seconds and a zone (`Z` or `+08:00`); digits below milliseconds are cut off. */
export function parseIso(text: string): Date | undefined {
  const match = ISO.exec(text)
  if (!match) return undefined
  const [, year, month, day, time = '', fraction = '', sign = '+', hours = '0', minutes = '0'] = match
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  const local = makeDate({ year: Number(year), month: Number(month) - 1, day: Number(day), time, ms })
  const offsetMs = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return local && new Date(local.getTime() - offsetMs)
}

interface DateParts {
  readonly year: number
  /** From 0. */
  readonly month: number
  readonly day: number
  /** `03:37:30`. */
  readonly time: string
  readonly ms: number
}

/** Undefined for what no calendar and no clock shows; second 60, a leap second, is the next minute's first. */
function makeDate({ year, month, day, time, ms }: DateParts): Date | undefined {
  const digits = /^(\d\d):(\d\d):(\d\d)$/.exec(time)
  if (!digits || month < 0 || month > 11) return undefined
  const [hour, minute, second] = [Number(digits[1]), Number(digits[2]), Number(digits[3])]
  if (hour > 23 || minute > 59 || second > 60) return undefined
  const date = new Date(0)
  // Not Date.UTC, which takes the years 0 to 99 for 1900 to 1999.
  date.setUTCFullYear(year, month, day)
  if (date.getUTCDate() !== day) return undefined
  date.setUTCHours(hour, minute, second, ms)
  return date
}
