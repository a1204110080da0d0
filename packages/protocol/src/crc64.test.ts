import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { combineCrc64, loadCrc64, plainCrc64Engine } from './crc64.js'

const engine = await loadCrc64()
const bytes = (text: string) => new TextEncoder().encode(text)
const crc = (text: string) => engine.of(bytes(text))

const KNOWN: readonly (readonly [string, bigint])[] = [
  ['', 0n],
  ['123456789', 11051210869376104954n],
  ['a', 3675645893302102789n],
  ['hello', 11177612005948864433n],
  [' world', 189104202581697307n],
  ['hello world', 5981764153023615706n],
  ['[Object Content]', 16749565679157681890n],
]

describe('the checksum', () => {
  it.each(KNOWN)('of %j is the known one', (text, expected) => {
    expect(crc(text)).toBe(expected)
  })

  it('does not depend on how a stream is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 }), (chunks) => {
        const stream = engine.create()
        for (const chunk of chunks) stream.update(chunk)
        expect(stream.digest()).toBe(engine.of(Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))))
      }),
    )
  })

  it('is the same without WebAssembly', () => {
    const plain = plainCrc64Engine()
    for (const [text, expected] of KNOWN) expect(plain.of(bytes(text))).toBe(expected)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (a, b) => {
        const stream = plain.create()
        stream.update(a)
        stream.update(b)
        expect(stream.digest()).toBe(engine.of(Uint8Array.from([...a, ...b])))
      }),
    )
  })

  it('of an empty stream is 0', () => {
    expect(engine.create().digest()).toBe(0n)
  })

  it('may be asked for repeatedly, and the stream goes on', () => {
    const stream = engine.create()
    stream.update(bytes('hello'))
    expect(stream.digest()).toBe(crc('hello'))
    expect(stream.digest()).toBe(crc('hello'))
    stream.update(bytes(' world'))
    expect(stream.digest()).toBe(crc('hello world'))
  })

  it('keeps interleaved streams apart', () => {
    const streams = ['a', 'b', 'c'].map((name) => ({ name, crc: engine.create() }))
    for (let round = 0; round < 3; round++) {
      for (const stream of streams) {
        stream.crc.update(bytes(`${stream.name}${round}`))
        engine.of(bytes('something else'))
      }
    }
    expect(streams.map((stream) => stream.crc.digest())).toEqual([
      crc('a0a1a2'),
      crc('b0b1b2'),
      crc('c0c1c2'),
    ])
  })

  it('of a text longer than the buffer of the WebAssembly is right', () => {
    const stream = engine.create()
    const chunk = bytes('0123456789')
    for (let at = 0; at < 10_000; at++) stream.update(chunk)
    expect(engine.of(bytes('0123456789'.repeat(10_000)))).toBe(stream.digest())
  })

  it('loads once for all callers', () => {
    expect(loadCrc64()).toBe(loadCrc64())
  })
})

describe('combining two checksums', () => {
  it('gives that of the two texts joined', () => {
    expect(combineCrc64(crc('hello'), crc(' world'), 6)).toBe(crc('hello world'))
  })

  it('works for any two texts', () => {
    const part = fc.uint8Array({ maxLength: 2000 })
    fc.assert(
      fc.property(part, part, (a, b) => {
        const joined = Uint8Array.from([...a, ...b])
        expect(combineCrc64(engine.of(a), engine.of(b), b.length)).toBe(engine.of(joined))
      }),
    )
  })

  it('works for lengths far above 32 bits, where joining in two steps gives the same', () => {
    fc.assert(
      fc.property(
        fc.bigInt(0n, 2n ** 64n - 1n),
        fc.nat(),
        fc.integer({ min: 0, max: 2 ** 50 }),
        (a, m, n) => {
          expect(combineCrc64(combineCrc64(a, 0n, m), 0n, n)).toBe(combineCrc64(a, 0n, m + n))
        },
      ),
    )
  })

  it('with nothing changes nothing', () => {
    expect(combineCrc64(crc('a'), 0n, 0)).toBe(crc('a'))
    expect(combineCrc64(0n, crc('a'), 1)).toBe(crc('a'))
  })

  it.each([-1, 1.5, Number.NaN, 2 ** 53])('refuses the length %d', (length) => {
    expect(() => combineCrc64(1n, 1n, length)).toThrow(RangeError)
  })
})
