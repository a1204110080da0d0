// Digests that clients send along, right and wrong.
import { createHash } from 'node:crypto'

export const md5 = (bytes: Uint8Array | string, form: 'hex' | 'base64' = 'hex') =>
  createHash('md5').update(bytes).digest(form)
export const sha1 = (bytes: Uint8Array | string) => createHash('sha1').update(bytes).digest('hex')

/** Headers that do not fit a body of `body`, and the refusal. */
export const WRONG_DIGESTS: readonly (readonly [
  name: string,
  headers: Readonly<Record<string, string>>,
  refusal: string,
])[] = [
  ['another MD5', { 'Content-MD5': md5('wrong', 'base64') }, '400 BadDigest'],
  ['an MD5 in hex', { 'Content-MD5': md5('body') }, '400 InvalidDigest'],
  ['an MD5 that is none', { 'Content-MD5': 'MD5' }, '400 InvalidDigest'],
  ['another SHA-1', { 'x-cos-content-sha1': sha1('wrong') }, '400 InvalidSHA1Digest'],
  ['a SHA-1 that is none', { 'x-cos-content-sha1': 'SHA' }, '400 InvalidSHA1Digest'],
]
