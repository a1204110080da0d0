// Header values: any text for callers, its UTF-8 bytes on the wire, each as one character to HTTP libraries.
import { CosClientError } from './errors.js'

const ASCII = /^[\t -~]*$/
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * The value as it will be signed and arrive: white space at its ends does not survive HTTP, so it goes before
 * signing. Throws for characters with which a value could end its line.
 */
export function headerValue(name: string, text: string): string {
  if (!TOKEN.test(name)) throw new CosClientError('validation', `${JSON.stringify(name)} is no header name.`)
  if (!ASCII.test(text) && hasControlCharacter(text)) {
    throw new CosClientError(
      'validation',
      `The value of ${name} holds a line break or another control character.`,
    )
  }
  return text.replace(/^[\t ]+|[\t ]+$/g, '')
}

function hasControlCharacter(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if ((unit < 0x20 && unit !== 0x09) || unit === 0x7f) return true
  }
  return false
}

export function headerToWire(text: string): string {
  return ASCII.test(text) ? text : latin1Text(encoder.encode(text))
}

/** Text that is not UTF-8 stays one character a byte. */
export function headerFromWire(text: string): string {
  if (ASCII.test(text)) return text
  try {
    return decoder.decode(Uint8Array.from(text, (character) => character.charCodeAt(0)))
  } catch {
    return text
  }
}

function latin1Text(bytes: Uint8Array): string {
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}
