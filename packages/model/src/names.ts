// What a bucket and a key may be called.
import { Fault } from './faults.js'
import { LIMITS } from './limits.js'

/** Throws `InvalidBucketName` or `BucketNameTooLong` unless `name` is `<name>-<APPID>`. */
export function assertBucketName(name: string): void {
  if (name.length > LIMITS.bucketNameLengthMax) throw new Fault('BucketNameTooLong')
  if (!isBucketName(name)) throw new Fault('InvalidBucketName')
}

export function isBucketName(name: string): boolean {
  return name.length <= LIMITS.bucketNameLengthMax && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?-[0-9]+$/.test(name)
}

/** The account part of a full bucket name: the decimal digits after its last hyphen. */
export function bucketAppId(name: string): string {
  return name.slice(name.lastIndexOf('-') + 1)
}

/**
 * Throws `InvalidObjectName` or `KeyTooLong` unless `key` may name an object. COS refuses a leading slash or
 * backslash and the control characters 0x18-0x1B; NUL and lone surrogates have no faithful form in its XML.
 */
export function assertKey(key: string): void {
  if (key === '') throw new Fault('InvalidObjectName', { message: 'The object key must not be empty.' })
  if (key.startsWith('/') || key.startsWith('\\')) {
    throw new Fault('InvalidObjectName', { message: 'An object key must not start with / or \\.' })
  }
  if (utf8Length(key) > LIMITS.keyBytesMax) throw new Fault('KeyTooLong')
  if (hasForbiddenCharacter(key)) {
    throw new Fault('InvalidObjectName', {
      message: 'The object key holds an unsupported control character.',
    })
  }
}

function hasForbiddenCharacter(key: string): boolean {
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at)
    if (unit === 0 || (unit >= 0x18 && unit <= 0x1b)) return true
    if (unit >= 0xd800 && unit <= 0xdfff) {
      const next = key.charCodeAt(at + 1)
      if (unit >= 0xdc00 || !(next >= 0xdc00 && next <= 0xdfff)) return true
      at++
    }
  }
  return false
}

/** Bytes of `text` in UTF-8, counted without encoding it. */
export function utf8Length(text: string): number {
  let length = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x80) length += 1
    else if (unit < 0x800) length += 2
    else if (unit >= 0xd800 && unit < 0xdc00) {
      length += 4
      at++
    } else length += 3
  }
  return length
}
