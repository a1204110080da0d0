import { createCipheriv } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import {
  bytesOf,
  contentOf,
  decryptSpan,
  digest,
  encryptAll,
  inPieces,
  seeded,
} from '../testing/encrypted.js'
import { CounterCipher, counterAt } from './counter-cipher.js'
import { nodePrimitives } from './primitives-node.js'

const KEY = contentOf(32)

function cipherAt(counter: Uint8Array): CounterCipher {
  const stream = (from: Uint8Array) => nodePrimitives.ctr(KEY, from)
  return new CounterCipher({ format: 'python', counter, trailerBytes: 0, stream })
}

/** By one cipher from the first byte to the last, as the Python SDK does. */
function atOnce(counter: Uint8Array, content: Uint8Array): Buffer {
  return createCipheriv('aes-256-ctr', KEY, counter).update(content)
}

const COUNTERS = {
  'any counter': contentOf(16),
  'a counter that carries into its upper half': new Uint8Array(16).fill(255, 8),
  'a counter that begins anew': new Uint8Array(16).fill(255),
}

describe.each(Object.entries(COUNTERS))('content from %s', (_name, counter) => {
  it.each([
    0, 1, 15, 16, 17, 65_535, 65_536, 65_537, 300_000,
  ])('of %i bytes is as by one cipher', async (size) => {
    const content = contentOf(size)
    const stored = await encryptAll(cipherAt(counter), content)
    expect(digest(stored)).toBe(digest(atOnce(counter, content)))
    expect(digest(await decryptSpan(cipherAt(counter), stored))).toBe(digest(content))
  })

  it('is the same in parts of any multiple of 16, in any order, and any range of it is read', async () => {
    const content = contentOf(200_003)
    const stored = atOnce(counter, content)
    const below = seeded(7)
    for (let run = 0; run < 50; run++) {
      const offset = 16 * below(content.length / 16)
      const length = Math.min(16 * below(5000), content.length - offset)
      const ends = offset + length === content.length
      const part = cipherAt(counter).encrypt(
        inPieces(content.subarray(offset, offset + length), 1 + below(99_999)),
        { offset, ends },
      )
      expect(digest(await bytesOf(part))).toBe(digest(stored.subarray(offset, offset + length)))
      const span = { offset: offset + below(16), length: below(content.length - offset - 15) }
      const right = content.subarray(span.offset, span.offset + span.length)
      expect(digest(await decryptSpan(cipherAt(counter), stored, span))).toBe(digest(right))
    }
  })
})

describe('parts', () => {
  it('are cut at multiples of 16 only', async () => {
    const part = (offset: number, length: number) =>
      bytesOf(cipherAt(KEY.subarray(0, 16)).encrypt(inPieces(contentOf(length)), { offset, ends: false }))
    await expect(part(8, 16)).rejects.toMatchObject({ kind: 'validation' })
    await expect(part(16, 8)).rejects.toMatchObject({ kind: 'validation' })
    expect((await part(16, 32)).length).toBe(32)
  })

  it('far beyond 64 GiB have their own counters', () => {
    const far = counterAt(new Uint8Array(16), (48 * 1024 ** 4) / 16)
    expect(Buffer.from(far).toString('hex')).toBe('00000000000000000000030000000000')
  })
})
