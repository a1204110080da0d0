import { createHash, createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSha1 } from './sha1.js'

describe('SHA-1 for signatures', () => {
  const sha1 = createSha1()

  it('hashes as node:crypto does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(sha1.hash(text)).toBe(createHash('sha1').update(text).digest('hex'))
      }),
    )
  })

  it('makes the HMAC that node:crypto makes, for keys and texts of any length', () => {
    const texts = fc.string({ unit: 'grapheme', maxLength: 3000, size: 'max' })
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100, size: 'max' }), texts, (key, text) => {
        expect(sha1.hmac(key, text)).toBe(createHmac('sha1', key).update(text).digest('hex'))
      }),
    )
  })
})
