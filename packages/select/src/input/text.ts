// Bytes to text, where an object is UTF-8 as it should be.
import { isAscii, isUtf8 } from 'node:buffer'
import { SelectError } from '../errors.js'

const BYTE_ORDER_MARK = '\ufeff'

/** Throws InvalidTextEncoding. */
export function decodeText(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes)) throw new SelectError('InvalidTextEncoding', 'The object is not UTF-8 throughout.')
  return bytes.toString('utf8')
}

export function withoutMark(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text
}
