import { describe, expect, it } from 'vitest'
import {
  AES_KEY,
  bytesOf,
  contentOf,
  decryptSpan,
  digest,
  encryptAll,
  inPieces,
  NAME,
  seeded,
} from '../testing/encrypted.js'
import { AESProvider } from './aes-provider-node.js'
import { createEncryption } from './encryption.js'
import { nodePrimitives } from './primitives-node.js'

const SEGMENT = 4096
const SIZES = [0, 1, 4095, 4096, 4097, 8192, 65_535, 65_536, 65_537, 200_000]

async function newCipher(segmentBytes = SEGMENT) {
  const encryption = createEncryption(new AESProvider({ aes_key: AES_KEY }), { segmentBytes }, nodePrimitives)
  return (await encryption.create(NAME)).cipher
}

describe('sealed content', () => {
  it.each(SIZES)('of %i bytes comes back, and its lengths follow from each other', async (size) => {
    const cipher = await newCipher()
    const content = contentOf(size)
    const stored = await encryptAll(cipher, content)
    expect(stored.length).toBe(cipher.storedLength(size))
    expect(cipher.plainLength(stored.length)).toBe(size)
    expect(digest(await decryptSpan(cipher, stored))).toBe(digest(content))
  })

  it.each([4096, 65_536, 1_048_576])('in segments of %i bytes gives any range', async (segmentBytes) => {
    const cipher = await newCipher(segmentBytes)
    const content = contentOf(2 * 65_536 + 17)
    const stored = await encryptAll(cipher, content)
    const below = seeded(segmentBytes)
    for (let round = 0; round < 40; round++) {
      const offset = below(content.length)
      const length = below(content.length - offset + 1)
      const got = await decryptSpan(cipher, stored, { offset, length })
      expect(digest(got)).toBe(digest(content.subarray(offset, offset + length)))
    }
  })

  it('is the same whether encrypted at once or in parts, in any order and any pieces', async () => {
    const cipher = await newCipher()
    const content = contentOf(10 * SEGMENT + 5)
    const whole = await encryptAll(cipher, content)
    for (const part of [1, 3, 10, 11]) {
      const offsets = Array.from({ length: Math.ceil(content.length / (part * SEGMENT)) }, (_none, at) => at)
      const parts = offsets.toReversed().map((at) => {
        const offset = at * part * SEGMENT
        const bytes = content.subarray(offset, offset + part * SEGMENT)
        return bytesOf(
          cipher.encrypt(inPieces(bytes, 13 * at + 1), {
            offset,
            ends: offset + bytes.length === content.length,
          }),
        )
      })
      expect(digest(Buffer.concat((await Promise.all(parts)).toReversed()))).toBe(digest(whole))
    }
  })

  it('whose last part is full ends with an empty segment', async () => {
    const cipher = await newCipher()
    const content = contentOf(2 * SEGMENT)
    const first = cipher.encrypt(inPieces(content.subarray(0, SEGMENT)), { offset: 0, ends: false })
    const second = cipher.encrypt(inPieces(content.subarray(SEGMENT)), { offset: SEGMENT, ends: true })
    const stored = Buffer.concat([await bytesOf(first), await bytesOf(second)])
    expect(stored.length).toBe(2 * (SEGMENT + 16) + 16)
    expect(digest(await decryptSpan(cipher, stored))).toBe(digest(content))
  })

  it('is not cut anywhere but between segments', async () => {
    const cipher = await newCipher()
    const uneven = { kind: 'validation' }
    const from = (offset: number, length: number) =>
      bytesOf(cipher.encrypt(inPieces(contentOf(length)), { offset, ends: false }))
    await expect(from(1, SEGMENT)).rejects.toMatchObject(uneven)
    await expect(from(0, SEGMENT + 1)).rejects.toMatchObject(uneven)
    expect((await from(SEGMENT, SEGMENT)).length).toBe(SEGMENT + 16)
    expect((await from(0, 0)).length).toBe(0)
  })

  it('has no length that ends with a full segment, or with less than a tag', async () => {
    const cipher = await newCipher()
    for (const length of [0, 15, SEGMENT + 16, SEGMENT + 31, 2 * (SEGMENT + 16)]) {
      expect(() => cipher.plainLength(length)).toThrow(expect.objectContaining({ kind: 'tampered' }))
    }
    expect(cipher.plainLength(16)).toBe(0)
    expect(cipher.plainLength(SEGMENT + 32)).toBe(SEGMENT)
  })

  it('gives nothing of a segment that was changed, and all that comes before', async () => {
    const cipher = await newCipher(65_536)
    const content = contentOf(3 * 65_536)
    const stored = await encryptAll(cipher, content)
    stored[2 * 65_552] = (stored[2 * 65_552] ?? 0) ^ 1
    const given: Uint8Array[] = []
    const plain = { offset: 0, length: content.length }
    const reading = async () => {
      for await (const piece of cipher.decrypt(inPieces(stored, 5000), plain, content.length))
        given.push(piece)
    }
    await expect(reading()).rejects.toMatchObject({ kind: 'tampered' })
    expect(digest(Buffer.concat(given))).toBe(digest(content.subarray(0, 2 * 65_536)))
  })

  it('is refused when less or more arrives than was asked for, also between two segments', async () => {
    const cipher = await newCipher()
    const content = contentOf(3 * SEGMENT)
    const stored = await encryptAll(cipher, content)
    const plain = { offset: 0, length: content.length }
    for (const length of [
      0,
      100,
      SEGMENT + 16,
      3 * (SEGMENT + 16),
      stored.length - 1,
      stored.length + 1,
      20_000,
    ]) {
      const arrived = new Uint8Array(length)
      arrived.set(stored.subarray(0, length))
      const reading = bytesOf(cipher.decrypt(inPieces(arrived), plain, content.length))
      await expect(reading, `${length} bytes`).rejects.toMatchObject({ kind: 'tampered' })
    }
  })

  it('ends its source when its reader leaves', async () => {
    const cipher = await newCipher()
    const stored = await encryptAll(cipher, contentOf(300_000))
    let isEnded = false
    async function* source() {
      try {
        yield* inPieces(stored)
      } finally {
        isEnded = true
      }
    }
    for await (const _piece of cipher.decrypt(source(), { offset: 0, length: 300_000 }, 300_000)) break
    expect(isEnded).toBe(true)
  })
})
