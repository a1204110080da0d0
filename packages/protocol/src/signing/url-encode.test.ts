import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { urlEncode, urlEncodeLatin1 } from './url-encode.js'

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

describe('UrlEncode', () => {
  it('spares letters, digits and four marks, and writes hex in upper case', () => {
    expect(urlEncode('AZaz09-_.~')).toBe('AZaz09-_.~')
    expect(urlEncode('/!\'()*;=&+,:@$#[]%" ')).toBe(
      '%2F%21%27%28%29%2A%3B%3D%26%2B%2C%3A%40%24%23%5B%5D%25%22%20',
    )
    expect(urlEncode('中😀')).toBe('%E4%B8%AD%F0%9F%98%80')
  })

  it('takes a lone surrogate for U+FFFD and does not throw', () => {
    expect(urlEncode('a\ud800')).toBe('a%EF%BF%BD')
  })

  it('of bytes in latin1 is that of the UTF-8 text they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(urlEncodeLatin1(latin1(text))).toBe(urlEncode(text))
      }),
    )
    expect(urlEncodeLatin1('\u0001\u00ff')).toBe('%01%FF')
  })
})
