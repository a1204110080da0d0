// Random keys, sizes and metadata with the shapes that have broken object stores before.
import { LIMITS } from '@coset/model'
import fc from 'fast-check'

/** Apart in UTF-8 and UTF-16 order: the last of the BMP is above every surrogate, but below U+10000 in UTF-8. */
const PIECES = [
  'a',
  'b',
  'ab',
  'a/',
  '/',
  '//',
  './',
  '../',
  '.',
  '-',
  '0',
  ' ',
  '+',
  '%',
  '%2F',
  '~',
  '\u0001',
  '\u007f',
  '\u0080',
  'é',
  '中',
  '中文/',
  '\ud7ff',
  '\ue000',
  '\uff21',
  '\ufffd',
  '\uffff',
  '\u{10000}',
  '😀',
  '😀/',
  '\u{10ffff}',
]

/** Valid object keys, mostly short, so that many share prefixes. */
export const objectKey: fc.Arbitrary<string> = fc
  .array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 5 })
  .map((pieces) => pieces.join(''))
  .filter((key) => !key.startsWith('/'))

export const DELIMITERS = ['', '/', '/', 'a', '中', '😀', '%', '\uffff'] as const

export const delimiter: fc.Arbitrary<string> = fc.constantFrom(...DELIMITERS)

/** Prefixes and markers that meet some keys at their edges: pieces, and pieces of pieces. */
export const keyFragment: fc.Arbitrary<string> = fc.oneof(
  fc.constant(''),
  fc.constantFrom(...PIECES),
  objectKey,
  objectKey.map((key) => [...key].slice(0, -1).join('')),
)

export const pageKeys: fc.Arbitrary<number | undefined> = fc.oneof(
  fc.constantFrom(undefined, 0, 1, 2, 3, 1000, 5000),
  fc.integer({ min: 1, max: 12 }),
)

const INLINE = LIMITS.inlineBytesMax

/** Around the limit up to which content lives in the metadata row. */
export const objectSize: fc.Arbitrary<number> = fc.constantFrom(
  0,
  1,
  100,
  INLINE - 1,
  INLINE,
  INLINE + 1,
  70 * 1024,
)

export const userMetadata: fc.Arbitrary<Record<string, string>> = fc.dictionary(
  fc.stringMatching(/^[a-z0-9-]{1,12}$/),
  fc.string({ maxLength: 20, unit: 'grapheme' }),
  { maxKeys: 4, noNullPrototype: true },
)
