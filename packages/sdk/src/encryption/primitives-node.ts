// Node's cryptography: all of it answers at once.
import { createCipheriv, createDecipheriv, hash, hkdfSync, randomBytes } from 'node:crypto'
import type { GcmKey, GcmPart, Primitives } from './primitives.js'
import { nodeRsaPair } from './rsa-node.js'

const TAG_BYTES = 16
/** The initial value that RFC 3394 gives; an unwrapped key is authentic when it is found again. */
const KEY_WRAP_START = Buffer.alloc(8, 0xa6)

export const nodePrimitives: Primitives = {
  random: (length) => randomBytes(length),
  sha256: (content) => hash('sha256', content, 'buffer'),
  hkdf: ({ key, salt, info, length }) => new Uint8Array(hkdfSync('sha512', key, salt, info, length)),
  gcm: gcmKey,
  ctr(key, counter) {
    const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, counter)
    return { apply: (content) => cipher.update(content) }
  },
  unwrapAes(key, wrapped) {
    try {
      const decipher = createDecipheriv(`id-aes${key.length * 8}-wrap`, key, KEY_WRAP_START)
      return joined([decipher.update(wrapped), decipher.final()])
    } catch {
      return undefined
    }
  },
  rsaPair: nodeRsaPair,
}

/** Faster than on any platform, as the memory is not cleared first. */
function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  return only && pieces.length === 1 ? only : Buffer.concat(pieces)
}

function gcmKey(key: Uint8Array): GcmKey {
  return {
    seal: (parts) => joined(parts.flatMap((part) => sealed(key, part))),
    open(parts) {
      const opened: Uint8Array[] = []
      for (const part of parts) {
        const content = openedOf(key, part)
        if (!content) return undefined
        opened.push(content)
      }
      return joined(opened)
    },
  }
}

function sealed(key: Uint8Array, { nonce, content, associated }: GcmPart): readonly Uint8Array[] {
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  if (associated) cipher.setAAD(associated)
  const first = cipher.update(content)
  // Of a stream cipher nothing is left for the end, but that the tag can be asked for.
  cipher.final()
  return [first, cipher.getAuthTag()]
}

function openedOf(key: Uint8Array, { nonce, content, associated }: GcmPart): Uint8Array | undefined {
  if (content.length < TAG_BYTES) return undefined
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
  if (associated) decipher.setAAD(associated)
  decipher.setAuthTag(content.subarray(content.length - TAG_BYTES))
  const opened = decipher.update(content.subarray(0, content.length - TAG_BYTES))
  try {
    decipher.final()
    return opened
  } catch {
    return undefined
  }
}
