import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { authorization, createSignKeyCache, httpString, type NameValue, type Sha1, signKey } from './sign.js'

const sha1: Sha1 = {
  hash: (text) => createHash('sha1').update(text).digest('hex'),
  hmac: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
}
const secretId = 'AKIDEXAMPLE0123456789abcdefghijklmn'
const secretKey = 'SecretKeyExample0123456789abcdef'
const keyTime = { start: 1700000000, end: 1700003600 }
const KEY_TIME = '1700000000;1700003600'
const HOST = 'examplebucket-1250000000.cos.ap-guangzhou.myqcloud.com'
const host: NameValue = ['host', HOST]

describe('the HttpString', () => {
  const request = { method: 'PUT', path: '/', params: [], headers: [] }

  it('has four lines even without parameters and headers', () => {
    expect(httpString(request).httpString).toBe('put\n/\n\n\n')
  })

  it('encodes names first and lower-cases them then, so that only values have upper-case hex', () => {
    const made = httpString({ ...request, params: [['A/b', 'A/b']] })
    expect(made.httpString).toBe('put\n/\na%2fb=A%2Fb\n\n')
    expect(made.paramList).toBe('a%2fb')
  })

  it('sorts by encoded lower-cased names', () => {
    const params: NameValue[] = [
      ['b', '1'],
      ['C', '2'],
      ['a', '3'],
      ['中', '4'],
      ['~', '5'],
    ]
    expect(httpString({ ...request, params }).paramList).toBe('%e4%b8%ad;a;b;c;~')
  })

  it('repeats a name given twice, with its values sorted by their bytes before encoding', () => {
    const params: NameValue[] = [
      ['k', '中'],
      ['k', '~'],
      ['K', '\u{1f600}'],
      ['k', '\uffff'],
      ['k', '~'],
    ]
    const made = httpString({ ...request, params })
    expect(made.httpString.split('\n')[2]).toBe('k=~&k=~&k=%E4%B8%AD&k=%EF%BF%BF&k=%F0%9F%98%80')
    expect(made.paramList).toBe('k;k;k;k;k')
  })
})

describe('the Authorization text', () => {
  it('has its seven fields in documented order', () => {
    const { text, parts } = authorization(
      { secretId, secretKey, keyTime, method: 'GET', path: '/k', params: [['acl', '']], headers: [host] },
      sha1,
    )
    expect(text).toBe(
      `q-sign-algorithm=sha1&q-ak=${secretId}&q-sign-time=${KEY_TIME}&q-key-time=${KEY_TIME}` +
        '&q-header-list=host&q-url-param-list=acl&q-signature=9381a41db5053d235e29a9af8632026168722e9f',
    )
    expect(parts.map(([name, value]) => `${name}=${value}`).join('&')).toBe(text)
  })
})

describe('the cache of sign keys', () => {
  it('computes a key once, and the oldest again when it was pushed out', () => {
    let computed = 0
    const counting: Sha1 = {
      hash: sha1.hash,
      hmac: (key, text) => {
        computed++
        return sha1.hmac(key, text)
      },
    }
    const cached = createSignKeyCache(2)
    expect(cached(secretKey, KEY_TIME, counting)).toBe(signKey(secretKey, KEY_TIME, sha1))
    cached(secretKey, KEY_TIME, counting)
    expect(computed).toBe(1)
    cached('second', KEY_TIME, counting)
    cached('third', KEY_TIME, counting)
    expect(cached(secretKey, KEY_TIME, counting)).toBe(signKey(secretKey, KEY_TIME, sha1))
    expect(computed).toBe(4)
  })
})
