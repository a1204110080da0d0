import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from './crc32.js'
import {
  type EventMessage,
  EventStreamDecoder,
  EventStreamError,
  encodeEventMessage,
} from './event-stream.js'
import { encodeSelectEvent, readSelectEvents, recordsDraft, type SelectWireEvent } from './select-events.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text))

/** As the official SDKs for Python and Node read them. */
const RECORDS =
  '0000006900000055ea016f2e0d3a6d6573736167652d747970650700056576656e740b3a6576656e742d747970650700075265636f7264730d3a636f6e74656e742d747970650700186170706c69636174696f6e2f6f637465742d73747265616d612c620ae367eb1d'
const END =
  '0000003800000028c1c684d40d3a6d6573736167652d747970650700056576656e740b3a6576656e742d74797065070003456e64cf97d392'

/** All messages of the bytes, cut into pieces at the given places. */
function decode(bytes: Uint8Array, cuts: readonly number[] = []): EventMessage[] {
  const decoder = new EventStreamDecoder()
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  const messages = places.slice(1).flatMap((end, at) => decoder.push(bytes.subarray(places[at], end)))
  decoder.end()
  return messages
}

const failure = (bytes: Uint8Array) => {
  try {
    decode(bytes)
  } catch (error) {
    if (error instanceof EventStreamError) return error.message
    throw error
  }
  return 'none'
}

describe('CRC-32', () => {
  it('has the check value of its standard', () => {
    expect(crc32(bytesOf('123456789'))).toBe(0xcbf43926)
  })

  it('equals that of zlib for any bytes, also in two steps', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(100), (bytes, cut) => {
        const expected = zlibCrc32(bytes)
        expect(crc32(bytes)).toBe(expected)
        expect(crc32(bytes.subarray(cut), crc32(bytes.subarray(0, cut)))).toBe(expected)
      }),
    )
  })
})

describe('messages', () => {
  it('are written as the vectors have them', () => {
    expect(hex(encodeSelectEvent({ type: 'records', bytes: bytesOf('a,b\n') }))).toBe(RECORDS)
    expect(hex(encodeSelectEvent({ type: 'end' }))).toBe(END)
    expect(hex(encodeSelectEvent({ type: 'end' }, zlibCrc32))).toBe(END)
  })

  it('are read from the vectors', () => {
    const events = decode(Uint8Array.from(Buffer.from(RECORDS + END, 'hex'))).flatMap(readSelectEvents)
    expect(events).toEqual([{ type: 'records', bytes: bytesOf('a,b\n') }, { type: 'end' }])
  })

  const counts = fc.record({
    bytesScanned: fc.nat(),
    bytesProcessed: fc.nat(),
    bytesReturned: fc.maxSafeNat(),
  })
  const event: fc.Arbitrary<SelectWireEvent> = fc.oneof(
    fc.record({ type: fc.constant('records' as const), bytes: fc.uint8Array({ maxLength: 300 }) }),
    counts.map((value) => ({ type: 'progress' as const, ...value })),
    counts.map((value) => ({ type: 'stats' as const, ...value })),
    fc.constant({ type: 'cont' as const }),
    fc.constant({ type: 'end' as const }),
    fc.record({
      type: fc.constant('error' as const),
      code: fc.string({ minLength: 1 }),
      message: fc.string({ unit: 'binary' }),
    }),
  )

  it('come back as they were, cut anywhere on the way', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 6 }), fc.array(fc.nat(2000)), (events, cuts) => {
        const bytes = new Uint8Array(Buffer.concat(events.map((one) => encodeSelectEvent(one))))
        expect(
          decode(
            bytes,
            cuts.filter((cut) => cut < bytes.length),
          ).flatMap(readSelectEvents),
        ).toEqual(events)
      }),
    )
  })

  it('with any byte damaged are refused', () => {
    const good = encodeSelectEvent({ type: 'records', bytes: bytesOf('a,b\n') })
    for (const at of good.keys()) {
      const bad = Uint8Array.from(good)
      bad[at] = (bad[at] ?? 0) ^ 0x10
      expect(failure(bad), `byte ${at}`).toMatch(/checksum/)
    }
  })

  it('cut short are refused at the end', () => {
    const good = encodeSelectEvent({ type: 'end' })
    for (const length of [1, 11, 12, 13, good.length - 1])
      expect(failure(good.subarray(0, length))).toBe('The stream ended within a message.')
  })

  /** A message of these lengths whose checksums are right. */
  function shaped(length: number, headersLength: number, headers: Uint8Array): Uint8Array {
    const bytes = Buffer.alloc(Math.max(16, Math.min(length, 1000)))
    bytes.writeUInt32BE(length, 0)
    bytes.writeUInt32BE(headersLength, 4)
    bytes.writeUInt32BE(zlibCrc32(bytes.subarray(0, 8)), 8)
    bytes.set(headers, 12)
    bytes.writeUInt32BE(zlibCrc32(bytes.subarray(0, bytes.length - 4)), bytes.length - 4)
    return bytes
  }

  it.each([
    ['too long', shaped(0x7fffffff, 0, bytesOf(''))],
    ['with headers beyond its end', shaped(20, 5, bytesOf(''))],
    ['shorter than its frame', shaped(15, 0, bytesOf(''))],
    ['with headers that are too long', shaped(0xfffff, 0xffff0, bytesOf(''))],
  ])('%s are refused before they are waited for', (_name, bytes) => {
    expect(failure(bytes)).toMatch(/beyond what is allowed/)
  })

  it.each([
    ['a name that is cut off', '\x05ab', /cut off/],
    ['a value that is cut off', '\x01a\x07\x00\x09b', /cut off/],
    ['no value', '\x01a', /cut off/],
    ['a value of another type', '\x01a\x06\x00\x01b', /no text/],
  ])('with %s in a header are refused', (_name, headers, message) => {
    const bytes = bytesOf(headers)
    expect(failure(shaped(bytes.length + 16, bytes.length, bytes))).toMatch(message)
  })

  it('of large records come in the pieces that brought them, of small ones in one', () => {
    const KIB = 1024
    const bytes = encodeSelectEvent({ type: 'records', bytes: new Uint8Array(200 * KIB).fill(0x61) })
    const sizesOf = (pieceBytes: number) => {
      const cuts = Array.from(
        { length: Math.floor(bytes.length / pieceBytes) },
        (_, at) => (at + 1) * pieceBytes,
      )
      return decode(bytes, cuts).flatMap(({ payload }) => payload.map(({ length }) => length))
    }
    const large = sizesOf(64 * KIB)
    expect(large).toHaveLength(4)
    expect(large.reduce((sum, length) => sum + length)).toBe(200 * KIB)
    expect(sizesOf(2 * KIB)).toEqual([200 * KIB])
  })

  it('are written one after the other in the same memory', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 })),
        fc.integer({ min: 1, max: 50 }),
        (pieces, max) => {
          const draft = recordsDraft(max, zlibCrc32)
          const written: number[] = []
          const take = () => written.push(...draft.take())
          for (const piece of pieces) {
            for (let at = 0; at < piece.length; ) {
              at += draft.add(piece.subarray(at))
              if (draft.isFull) take()
            }
          }
          if (draft.length > 0) take()
          const messages = decode(Uint8Array.from(written))
          const payloads = messages.flatMap(({ payload }) => payload)
          expect(Buffer.concat(payloads)).toEqual(Buffer.concat(pieces))
          expect(payloads.slice(0, -1).every(({ length }) => length === max)).toBe(true)
        },
      ),
    )
  })

  it('take no header that does not fit', () => {
    expect(() => encodeEventMessage([['n'.repeat(256), 'v']], bytesOf(''))).toThrow(RangeError)
    expect(() => encodeEventMessage([['n', 'v'.repeat(0x8000)]], bytesOf(''))).toThrow(RangeError)
  })
})

describe('events', () => {
  const read = (headers: Readonly<Record<string, string>>, payload = '') =>
    readSelectEvents({ headers: new Map(Object.entries(headers)), payload: [bytesOf(payload)] })

  it('that are not known are passed over', () => {
    expect(read({ ':message-type': 'event', ':event-type': 'Later' })).toEqual([])
  })

  it('that do not say what they are, or lack their counts, are refused', () => {
    expect(() => read({ ':event-type': 'End' })).toThrow(EventStreamError)
    const stats = { ':message-type': 'event', ':event-type': 'Stats' }
    expect(() => read(stats, '<Stats><BytesScanned>1</BytesScanned></Stats>')).toThrow(/BytesProcessed/)
  })

  it('of errors hold at most some text', () => {
    const bytes = encodeSelectEvent({ type: 'error', code: 'CastFailed', message: 'x'.repeat(100_000) })
    expect(bytes.length).toBeLessThan(5000)
  })
})
