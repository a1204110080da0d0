// Paths that would leave the data folder, if keys were paths.
import { describe, expect, it } from 'vitest'
import type { Reply } from '../raw.js'
import { BUCKET, expectDecent, expectRefused, fuzzStation } from './station.js'

const at = fuzzStation()

describe('a path that would leave the data folder', () => {
  const paths = [
    '../../etc/passwd',
    '..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '%2e%2e/%2e%2e/etc/passwd',
    '....//....//etc/passwd',
    '%252e%252e%252fetc%252fpasswd',
    '..%5c..%5cetc%5cpasswd',
    '..\\..\\etc\\passwd',
    'a/../../../etc/passwd',
    './.././etc/passwd',
    'file:///etc/passwd',
    'http://127.0.0.1/etc/passwd',
    'etc/passwd%00.txt',
    '%00',
    'a%00',
    '%c0%ae%c0%ae/etc/passwd',
    '%e0%80%ae/etc/passwd',
    'data.mdb',
    'lock.mdb',
    'credentials.json',
    '../credentials.json',
    '..%2fcredentials.json',
    '/etc/passwd',
    '//etc/passwd',
    '\\etc\\passwd',
    'C:%5cwindows',
    'con',
    '.',
    '..',
    '%2e',
    '%2e%2e',
    '...',
    '~root',
    '$HOME',
    '`id`',
    "';DROP%20TABLE%20x;--",
  ]
  it.each(paths)('finds nothing at %s', async (path) => {
    for (const prefix of [`/${BUCKET}/`, '/']) {
      for (const method of ['GET', 'HEAD']) {
        const reply = await at.anonymous({ method, target: `${prefix}${path}` })
        expectRefused(reply, method)
        const signed = await signedOrNot(method, `${prefix}${path}`)
        expectDecent(signed, method)
        expect(signed.text).not.toContain('root:x:')
        if (prefix !== '/') expect([400, 404]).toContain(signed.status)
      }
    }
  })

  /** What can't be decoded can't be signed either. */
  function signedOrNot(method: string, target: string): Promise<Reply> {
    try {
      decodeURIComponent(target)
    } catch {
      return at.anonymous({ method, target })
    }
    return at.signed({ method, target })
  }
})
