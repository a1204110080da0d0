import { isUtf8 } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FOUND, type Marks, openScanner, PlainScanner, type Scanner } from './scanner.js'
import { Utf8Check } from './utf8-check.js'

const MARKS: Marks = { delimiter: 0x2c, quote: 0x22, starts: [0x23, -1] }

/** In pieces of whole blocks, as it is filled. */
function foundIn(scanner: Scanner, bytes: Buffer, marks: Marks, pieceBytes: number): number {
  let found = 0
  scanner.begin()
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const length = bytes.copy(scanner.piece, 0, at, at + pieceBytes)
    found = scanner.scan(length, marks)
  }
  return found
}

describe('a scan of a batch', () => {
  const scanner = openScanner()
  const plain = new PlainScanner()

  it('finds in words of 64 bytes what it finds byte by byte, wherever the batch is cut', () => {
    expect(scanner).not.toBeInstanceOf(PlainScanner)
    const bit = fc.constantFrom(
      'a',
      'b ',
      ' ',
      '     ',
      ',',
      '"',
      '""',
      '\n',
      'x'.repeat(61),
      ' '.repeat(64),
      '", "',
    )
    const rare = fc.constantFrom('\r\n', '\r', '#', '\0', 'é', ' '.repeat(130), '" \n', ', "')
    const text = fc.array(fc.oneof({ arbitrary: bit, weight: 12 }, { arbitrary: rare, weight: 1 }), {
      maxLength: 60,
    })
    const given = fc.tuple(text, fc.constantFrom(64, 128, 4096))
    const check = ([parts, pieceBytes]: [string[], number]) => {
      const bytes = Buffer.from(parts.join(''))
      expect(foundIn(scanner, bytes, MARKS, pieceBytes)).toBe(foundIn(plain, bytes, MARKS, pieceBytes))
    }
    fc.assert(fc.property(given, check), { numRuns: 2000 })
  })

  it.each([
    ['a,b\nc,d\n', 0],
    ['a,"b"\n', FOUND.quote],
    ['a, "b"\n', FOUND.quote | FOUND.looseQuote],
    ['a,"b"  \n', FOUND.quote | FOUND.looseQuote],
    ['a,"b\nc"\n', FOUND.quote | FOUND.quotedLine],
    ['a,"b', FOUND.quote | FOUND.open],
    ['#a\n', FOUND.lineStart],
    ['a\n\nb\n', FOUND.lineStart],
    ['a\r\nb\r\n', FOUND.carriageReturn],
    ['a\0b', FOUND.nul],
    ['é', FOUND.high],
  ])('knows %j', (text, found) => {
    for (const one of [scanner, plain]) expect(foundIn(one, Buffer.from(text), MARKS, 64)).toBe(found)
  })

  it('knows nothing any more of the batch before', () => {
    foundIn(scanner, Buffer.from('"a\0 é\r'), MARKS, 64)
    expect(foundIn(scanner, Buffer.from('a\n'), MARKS, 64)).toBe(0)
  })
})

describe('a text in pieces', () => {
  it('is UTF-8 wherever it is cut, or nowhere', () => {
    const bytes = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 12 }).map((array) => Buffer.from(array)),
      fc
        .array(fc.constantFrom(0x41, 0x80, 0xbf, 0xc3, 0xe2, 0xed, 0xf0, 0x9f))
        .map((array) => Buffer.from(array)),
    )
    const check = (all: Buffer, pieceBytes: number) => {
      const utf8 = new Utf8Check()
      let isSoFar = true
      for (let at = 0; at < all.length; at += pieceBytes) {
        isSoFar = utf8.add(all.subarray(at, at + pieceBytes)) && isSoFar
      }
      expect(isSoFar && utf8.isWhole).toBe(isUtf8(all))
    }
    fc.assert(fc.property(bytes, fc.integer({ min: 4, max: 9 }), check), { numRuns: 2000 })
  })
})
