// Good HTTP, bad requests: escapes, queries, headers, signatures.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUCKET, expectDecent, expectRefused, fuzzStation, SEED } from './station.js'

const at = fuzzStation()

describe(`seed ${SEED}`, () => {
  const escaped = fc.constantFrom(
    '%',
    '%%',
    '%2',
    '%zz',
    '%00',
    '%ff',
    '%c3%28',
    '%u0041',
    '%E4%B8',
    '%F0%9F%98',
    '+',
    '%25',
  )
  const word = fc.string({
    unit: fc.constantFrom(..."abcXYZ019-_.~/!$'()*+,;:@&=?") as fc.Arbitrary<string>,
    maxLength: 20,
  })
  const text = fc.array(fc.oneof(escaped, word), { maxLength: 8 }).map((parts) => parts.join(''))
  const names = fc.oneof(
    word,
    fc.constantFrom(
      'prefix',
      'delimiter',
      'marker',
      'max-keys',
      'encoding-type',
      'versions',
      'versioning',
      'versionId',
      'key-marker',
      'version-id-marker',
      'acl',
      'uploads',
      'response-content-type',
      'response-expires',
      'sign',
      'q-ak',
      'q-signature',
      'q-sign-time',
      'x-cos-traffic-limit',
      'x-cos-security-token',
      'tagkey',
      'create-time',
      'range',
      '__proto__',
      'constructor',
    ),
  )
  const query = fc
    .array(fc.tuple(names, text), { maxLength: 8 })
    .map((pairs) => pairs.map((pair) => pair.join('=')).join('&'))

  it('malformed percent-encoding in paths and queries', async () => {
    const property = fc.asyncProperty(
      text,
      query,
      fc.constantFrom('GET', 'HEAD'),
      async (path, params, method) => {
        for (const target of [`/${BUCKET}/${path}?${params}`, `/${path}?${params}`, `/${BUCKET}?${params}`])
          expectDecent(await at.anonymous({ method, target }), method)
      },
    )
    await fc.assert(property, { seed: SEED, numRuns: 150 })
  }, 120_000)

  it('odd values of known parameters, signed', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '',
        '0',
        '-1',
        '1e9',
        '0x10',
        'NaN',
        '999999999999999',
        '99999999999999999999999',
        'null',
        'true',
        '\u0000',
        '\uFFFF',
        ' ',
      ),
      fc.integer({ min: 300, max: 4000 }).map((length) => 'p'.repeat(length)),
    )
    const property = fc.asyncProperty(fc.array(fc.tuple(names, value), { maxLength: 5 }), async (pairs) => {
      const known = pairs.filter(([name]) => !name.startsWith('q-') && name !== 'sign')
      const params = known
        .map(([name, text]) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`)
        .join('&')
      for (const target of ['/', `/${BUCKET}`, `/${BUCKET}/a`]) {
        const reply = await at.signed({ target: `${target}?${params}` })
        expectDecent(reply)
      }
    })
    await fc.assert(property, { seed: SEED, numRuns: 200 })
  }, 120_000)

  it('malformed Authorization', async () => {
    const piece = fc.oneof(
      word,
      fc.constantFrom(
        'q-sign-algorithm=sha1',
        'q-ak=',
        `q-ak=AKID`,
        'q-sign-time=1;2',
        'q-key-time=9999999999;1',
        'q-header-list=;;',
        'q-header-list=host',
        'q-url-param-list=%zz',
        'q-signature=',
        `q-signature=${'0'.repeat(40)}`,
        'q-ak=__proto__',
        `q-sign-time=${'9'.repeat(40)};1`,
        'Bearer x',
        '&',
        '=',
      ),
    )
    const authorization = fc.array(piece, { minLength: 1, maxLength: 9 }).map((parts) => parts.join('&'))
    const property = fc.asyncProperty(authorization, async (header) => {
      const trimmed = header.trim()
      const reply = await at.anonymous({ target: `/${BUCKET}/a`, headers: { authorization: trimmed } })
      expectDecent(reply)
      expect(reply.status).not.toBe(200)
    })
    await fc.assert(property, { seed: SEED, numRuns: 300 })
  }, 120_000)

  it('odd header values on reads and writes that may not happen', async () => {
    const name = fc.constantFrom(
      'range',
      'if-match',
      'if-none-match',
      'if-modified-since',
      'if-unmodified-since',
      'x-cos-acl',
      'x-cos-tagging',
      'x-cos-grant-read',
      'x-cos-storage-class',
      'x-cos-forbid-overwrite',
      'x-cos-content-sha1',
      'expires',
      'content-type',
      'x-cos-meta-a',
      'x-cos-meta-__proto__',
      'x-cos-traffic-limit',
      'content-encoding',
      'cookie',
      'x-cos-security-token',
    )
    const value = fc.oneof(
      fc.string({ unit: 'grapheme-ascii', maxLength: 60 }).map((string) => string.trim()),
      fc.constantFrom(
        'bytes=0-0,1-1',
        'bytes=--1',
        '*',
        '"',
        'W/""',
        '%',
        'a=%zz',
        'id=""',
        'true',
        '\xff\xfe',
        'Thu, 99 Foo 2020 25:61:61 GMT',
      ),
    )
    const property = fc.asyncProperty(fc.dictionary(name, value, { maxKeys: 5 }), async (headers) => {
      expectDecent(await at.signed({ target: `/${BUCKET}/a`, headers }))
      // A digest of other bytes, so that nothing is stored.
      const digest = { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }
      expectRefused(
        await at.signed({
          method: 'PUT',
          target: `/${BUCKET}/a`,
          body: 'x',
          headers: { ...headers, ...digest },
        }),
      )
    })
    await fc.assert(property, { seed: SEED, numRuns: 250 })
  }, 120_000)
})

describe('too much of it', () => {
  it.each([257, 3000])('%d parameters', async (count) => {
    const params = Array.from({ length: count }, (_, number) => `p${number}`).join('&')
    expectRefused(await at.anonymous({ target: `/${BUCKET}?${params}` }))
  })

  it.each([
    'prefix',
    'marker',
    'key-marker',
    'delimiter',
    'versionId',
    'encoding-type',
    'max-keys',
  ])('a %s of 20,000 characters', async (name) => {
    for (const target of [`/${BUCKET}`, `/${BUCKET}/a`])
      for (const versions of ['', '&versions']) {
        const reply = await at.signed({ target: `${target}?${name}=${'9'.repeat(20_000)}${versions}` })
        expectDecent(reply)
      }
  })

  it('a key of 20,000 characters', async () => {
    const target = `/${BUCKET}/${'k'.repeat(20_000)}`
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      expectRefused(await at.signed({ method, target }), method)
      expectRefused(await at.anonymous({ method, target }), method)
    }
  })

  it('a bucket of 20,000 characters', async () => {
    const target = `/${'b'.repeat(20_000)}-1250000000`
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
      expectRefused(await at.signed({ method, target }), method)
      expectRefused(await at.anonymous({ method, target: `${target}/k` }), method)
    }
  })

  it.each(['max-keys', 'create-time'])('a %s beyond all numbers', async (name) => {
    for (const value of [
      '9'.repeat(15),
      '9'.repeat(16),
      '9'.repeat(300),
      '-9'.repeat(1),
      '1e400',
      'Infinity',
    ])
      expectDecent(await at.signed({ target: `/?${name}=${value}` }))
  })
})
