// Any JSON, spelled in any way, for tests.
import fc from 'fast-check'

const SPACES = fc.constantFrom('', '', '', '', '', ' ', '  ', '\t', '\r', ' \t ')
const CHARACTER = fc.constantFrom(
  ...['a', 'b', 'é', '€', '\u{1f600}', ' ', ',', '"', '\\', '\n', '\t', '\u0001', '\u2028', '{', '7', '\x7f'],
)
const TEXT = fc.oneof(
  { weight: 5, arbitrary: fc.string({ unit: CHARACTER, maxLength: 40 }).map((text) => JSON.stringify(text)) },
  { weight: 2, arbitrary: fc.string({ unit: CHARACTER, maxLength: 20 }).map(escapedText) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"\\/"', '"\\u00e9"', '"\\ud83d\\ude00"', '"\\u0000"', '"\\uD800"', '""'),
  },
)

/** Every character as an escape. */
function escapedText(text: string): string {
  const units = Array.from({ length: text.length }, (_none, at) => text.charCodeAt(at).toString(16))
  return `"${units.map((unit) => `\\u${unit.padStart(4, '0')}`).join('')}"`
}

const NUMBER = fc.oneof(
  fc.integer().map(String),
  fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }).map(String),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0', '-0', '-0.0', '0.50', '1e2', '1E-2', '10.00', '9223372036854775808', '1e5', '-1.25'),
  fc.integer({ min: -1000, max: 1000 }).map((cents) => (cents / 100).toFixed(2)),
)
const NAME = fc.constantFrom(
  'a',
  'A',
  'b',
  'place',
  'City',
  'city',
  'é',
  'long name of more than sixteen bytes',
  '',
)
const { value: VALUE } = fc.letrec<{ value: string; struct: string; list: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 4, arbitrary: TEXT },
    { weight: 4, arbitrary: NUMBER },
    { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null') },
    { weight: 1, arbitrary: tie('struct') },
    { weight: 1, arbitrary: tie('list') },
  ),
  struct: fc
    .array(fc.tuple(NAME, SPACES, tie('value'), SPACES), { maxLength: 4 })
    .map(
      (members) =>
        `{${members.map(([name, a, value, b]) => `${b}"${name}"${a}:${a}${value}${b}`).join(',')}}`,
    ),
  list: fc
    .array(fc.tuple(SPACES, tie('value'), SPACES), { maxLength: 4 })
    .map((values) => `[${values.map((parts) => parts.join('')).join(',')}]`),
}))
/** Some names in the same order, so that records are alike; and what may be anything. */
const RECORD = fc
  .tuple(VALUE, VALUE, fc.option(VALUE), SPACES, fc.array(fc.tuple(NAME, VALUE), { maxLength: 2 }))
  .map(([a, b, place, space, others]) => {
    const members = [`"a":${space}${a}`, `"b":${b}`]
    if (place !== null) members.push(`"place":${place}`)
    return `{${[...members, ...others.map(([name, value]) => `"${name}x":${value}`)].join(`,${space}`)}}`
  })
const LINE = fc.oneof(
  { weight: 20, arbitrary: RECORD },
  { weight: 1, arbitrary: VALUE },
  { weight: 1, arbitrary: SPACES },
)
const LINES = fc.array(fc.tuple(LINE, fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n')), { maxLength: 12 })
const BROKEN = fc.oneof(
  { weight: 4, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.tuple(fc.nat(), fc.constantFrom(...'"\\{}[],:0ex \n')) },
)

/** Lines of records that are much alike; blocks end anywhere, and one byte may be another. */
export const JSON_TEXT = fc.tuple(LINES, fc.nat(70), BROKEN).map(([lines, shift, broken]) => {
  const text = lines.flat().join('')
  if (broken === undefined) return `{"a":"${'x'.repeat(shift)}"}\n${text}`
  const at = broken[0] % (text.length + 1)
  return `{"a":"${'x'.repeat(shift)}"}\n${text.slice(0, at)}${broken[1]}${text.slice(at + 1)}`
})
