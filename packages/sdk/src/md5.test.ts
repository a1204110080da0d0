import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createMd5 } from './md5.js'

it('is what Node computes, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), (chunks) => {
      const md5 = createMd5()
      const expected = createHash('md5')
      for (const chunk of chunks) {
        md5.update(chunk)
        expected.update(chunk)
      }
      expect(md5.base64()).toBe(expected.digest('base64'))
    }),
  )
})

it('knows every length around a block', () => {
  for (let length = 0; length < 200; length++) {
    const bytes = new Uint8Array(length).fill(length)
    const md5 = createMd5()
    md5.update(bytes)
    expect(md5.base64()).toBe(createHash('md5').update(bytes).digest('base64'))
  }
})
