import { describe, expect, it } from 'vitest'
import {
  type ParsedSignature,
  parseAuthorization,
  parseQuerySignature,
  parseSignParam,
  type SignatureFields,
} from './authorization.js'
import type { NameValue } from './sign.js'

const secretId = 'AKIDEXAMPLE0123456789abcdefghijklmn'
const keyTime = { start: 1700000000, end: 1700003600 }
const KEY_TIME = '1700000000;1700003600'

function fieldsOf(parsed: ParsedSignature | undefined): SignatureFields {
  if (!parsed?.ok) throw new Error(`not parsed: ${parsed?.message}`)
  return parsed.fields
}

describe('reading an Authorization text', () => {
  const fields = {
    'q-sign-algorithm': 'sha1',
    'q-ak': secretId,
    'q-sign-time': KEY_TIME,
    'q-key-time': KEY_TIME,
    'q-header-list': 'content-md5;host',
    'q-url-param-list': 'acl',
    'q-signature': '9381a41db5053d235e29a9af8632026168722e9f',
  }
  const textOf = (change: Readonly<Record<string, string>> = {}) =>
    Object.entries({ ...fields, ...change })
      .map(([name, value]) => `${name}=${value}`)
      .join('&')
  const expected: SignatureFields = {
    secretId,
    signTime: { ...keyTime, text: KEY_TIME },
    keyTime: { ...keyTime, text: KEY_TIME },
    headerList: ['content-md5', 'host'],
    paramList: ['acl'],
    signature: fields['q-signature'],
  }

  it('gives its fields in any order, among others', () => {
    const shuffled = `x=1&${textOf().split('&').reverse().join('&')}&y`
    expect(fieldsOf(parseAuthorization(textOf()))).toEqual(expected)
    expect(fieldsOf(parseAuthorization(` ${shuffled} `))).toEqual(expected)
  })

  it.each(['%3B', '%3b'])('takes %s for a semicolon', (encoded) => {
    expect(fieldsOf(parseAuthorization(textOf().replaceAll(';', encoded)))).toEqual(expected)
  })

  it('lower-cases listed names, and encodes those left plain', () => {
    const parsed = parseAuthorization(textOf({ 'q-url-param-list': 'uploadId;a%2Fb;c/d' }))
    expect(fieldsOf(parsed).paramList).toEqual(['uploadid', 'a%2fb', 'c%2fd'])
  })

  it('keeps an encoded semicolon that belongs to a name', () => {
    expect(fieldsOf(parseAuthorization(textOf({ 'q-url-param-list': 'a%3bb;c' }))).paramList).toEqual([
      'a%3bb',
      'c',
    ])
  })

  it('takes an empty list for none', () => {
    const parsed = fieldsOf(parseAuthorization(textOf({ 'q-header-list': '', 'q-url-param-list': '' })))
    expect([parsed.headerList, parsed.paramList]).toEqual([[], []])
  })

  it('tells another algorithm from a malformed text', () => {
    expect(parseAuthorization(textOf({ 'q-sign-algorithm': 'md5' }))).toMatchObject({
      ok: false,
      reason: 'algorithm',
    })
  })

  it.each(Object.keys(fields))('refuses a text without %s, or with two of it', (name) => {
    const pairs = textOf().split('&')
    const without = pairs.filter((pair) => !pair.startsWith(`${name}=`)).join('&')
    expect(parseAuthorization(without)).toMatchObject({ ok: false, reason: 'malformed' })
    const twice = [...pairs, ...pairs.filter((pair) => pair.startsWith(`${name}=`))].join('&')
    expect(parseAuthorization(twice)).toMatchObject({ ok: false, reason: 'malformed' })
  })

  it.each([
    { 'q-ak': '' },
    { 'q-sign-time': '1700000000' },
    { 'q-sign-time': '1;2;3' },
    { 'q-key-time': 'a;b' },
    { 'q-key-time': '-1;2' },
    { 'q-key-time': '2;2' },
    { 'q-key-time': '3;2' },
    { 'q-header-list': 'a;;b' },
    { 'q-url-param-list': ';' },
    { 'q-signature': 'abc' },
    { 'q-signature': 'Z'.repeat(40) },
  ])('refuses %j', (change) => {
    expect(parseAuthorization(textOf(change))).toMatchObject({ ok: false, reason: 'malformed' })
  })

  it.each(['', 'Basic abc', 'q-ak', '&&&', '%'])('refuses %j', (text) => {
    expect(parseAuthorization(text)).toMatchObject({ ok: false, reason: 'malformed' })
  })

  it('works for the parameter sign, encoded once or twice', () => {
    expect(fieldsOf(parseSignParam(textOf()))).toEqual(expected)
    expect(fieldsOf(parseSignParam(encodeURIComponent(textOf())))).toEqual(expected)
    expect(parseSignParam('%zz')).toMatchObject({ ok: false })
  })

  it('works for single parameters of a query, and tells their absence', () => {
    const params: NameValue[] = [['acl', ''], ...Object.entries(fields)]
    expect(fieldsOf(parseQuerySignature(params))).toEqual(expected)
    expect(parseQuerySignature([['acl', '']])).toBeUndefined()
    expect(parseQuerySignature(params.slice(0, 3))).toMatchObject({ ok: false, reason: 'malformed' })
    expect(parseQuerySignature([...params, ['q-ak', 'other']])).toMatchObject({
      ok: false,
      reason: 'malformed',
    })
  })
})
