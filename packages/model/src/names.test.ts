import { describe, expect, it } from 'vitest'
import { LIMITS } from './limits.js'
import { assertBucketName, assertKey, bucketAppId, utf8Length } from './names.js'

const refused = (code: string) => expect.objectContaining({ code })

describe('a bucket name', () => {
  it.each(['a-1', 'bucket-1250000000', '0-0', 'a--b-1', `${'b'.repeat(58)}-1`])('may be %s', (name) => {
    expect(() => assertBucketName(name)).not.toThrow()
  })

  it.each([
    '',
    'bucket',
    '-1250000000',
    '-a-1',
    'a-',
    'a-1x',
    'A-1',
    'a_b-1',
    'a.b-1',
    'é-1',
    'a-1\n',
    '../a-1',
  ])('may not be %j', (name) => {
    expect(() => assertBucketName(name)).toThrow(refused('InvalidBucketName'))
  })

  it('has a length', () => {
    expect(() => assertBucketName(`${'b'.repeat(59)}-1`)).toThrow(refused('BucketNameTooLong'))
  })

  it('ends in the APPID', () => {
    expect(bucketAppId('a-1-2-1250000000')).toBe('1250000000')
  })
})

describe('a key', () => {
  it.each([
    'a',
    '.',
    '..',
    'a//b',
    'a/',
    ' ',
    '\n',
    '\u0001',
    '😀',
    'k'.repeat(LIMITS.keyBytesMax),
    '世'.repeat(283),
  ])('may be %j', (key) => {
    expect(() => assertKey(key)).not.toThrow()
  })

  it.each([
    '',
    '/',
    '/a',
    '\\a',
    'a\0',
    '\u0018',
    '\u0019',
    '\u001a',
    'a\u001b',
    '\ud800',
    'a\udc00b',
    '\ud800\ud800',
  ])('may not be %j', (key) => {
    expect(() => assertKey(key)).toThrow(refused('InvalidObjectName'))
  })

  it.each(['k'.repeat(LIMITS.keyBytesMax + 1), '世'.repeat(284), '😀'.repeat(213)])('has a length', (key) => {
    expect(() => assertKey(key)).toThrow(refused('KeyTooLong'))
  })
})

describe('utf8Length', () => {
  it.each([
    '',
    'a',
    'é',
    '世',
    '😀',
    'a😀世é',
    '\u07ff\u0800\uffff',
  ])('of %j is what an encoder makes', (text) => {
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length)
  })
})
