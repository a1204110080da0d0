// WebCrypto: browsers, and whatever else has it.
import { join } from './bytes.js'
import { unusable } from './metadata.js'
import type { GcmKey, GcmPart, HkdfInput, Primitives } from './primitives.js'
import { webRsaPair } from './rsa-web.js'
import { subtle, type WebKey } from './web-crypto.js'

const AES_BLOCK_BYTES = 16
const KEY_WRAP = { name: 'AES-KW' }

export function webPrimitives(): Primitives {
  return {
    random: (length) => globalThis.crypto.getRandomValues(new Uint8Array(length)),
    sha256: async (content) => new Uint8Array(await subtle().digest('SHA-256', content)),
    hkdf,
    gcm,
    async ctr(key, counter) {
      return ctrStream(await aesKey(key, 'AES-CTR', ['encrypt']), counter)
    },
    unwrapAes,
    rsaPair: webRsaPair,
  }
}

async function hkdf({ key, salt, info, length }: HkdfInput): Promise<Uint8Array> {
  const imported = await subtle().importKey('raw', key, { name: 'HKDF' }, false, ['deriveBits'])
  const algorithm = { name: 'HKDF', hash: 'SHA-512', salt, info }
  return new Uint8Array(await subtle().deriveBits(algorithm, imported, length * 8))
}

async function gcm(bytes: Uint8Array): Promise<GcmKey> {
  const key = await aesKey(bytes, 'AES-GCM', ['encrypt', 'decrypt'])
  const algorithm = ({ nonce, associated }: GcmPart) => ({
    name: 'AES-GCM',
    iv: nonce,
    tagLength: 128,
    ...(associated && { additionalData: associated }),
  })
  return {
    async seal(parts) {
      const sealing = parts.map((part) => subtle().encrypt(algorithm(part), key, part.content))
      return joined(await Promise.all(sealing))
    },
    async open(parts) {
      const opening = parts.map((part) => subtle().decrypt(algorithm(part), key, part.content))
      try {
        return joined(await Promise.all(opening))
      } catch {
        return undefined
      }
    },
  }
}

/** WebCrypto keeps no state, so the counter is counted here. */
function ctrStream(key: WebKey, start: Uint8Array) {
  const first = new DataView(start.buffer, start.byteOffset, AES_BLOCK_BYTES)
  let counter = (first.getBigUint64(0) << 64n) | first.getBigUint64(8)
  return {
    async apply(content: Uint8Array): Promise<Uint8Array> {
      const block = new Uint8Array(AES_BLOCK_BYTES)
      const view = new DataView(block.buffer)
      view.setBigUint64(0, counter >> 64n)
      view.setBigUint64(8, BigInt.asUintN(64, counter))
      counter = BigInt.asUintN(128, counter + BigInt(Math.ceil(content.length / AES_BLOCK_BYTES)))
      const algorithm = { name: 'AES-CTR', counter: block, length: 128 }
      return new Uint8Array(await subtle().encrypt(algorithm, key, content))
    },
  }
}

/** It only unwraps keys; as a key of HMAC any bytes will do, and they can be had again. */
async function unwrapAes(bytes: Uint8Array, wrapped: Uint8Array): Promise<Uint8Array | undefined> {
  const key = await aesKey(bytes, 'AES-KW', ['unwrapKey'])
  try {
    const hmac = { name: 'HMAC', hash: 'SHA-256' }
    const unwrapped = await subtle().unwrapKey('raw', wrapped, key, KEY_WRAP, hmac, true, ['sign'])
    return new Uint8Array(await subtle().exportKey('raw', unwrapped))
  } catch {
    return undefined
  }
}

async function aesKey(bytes: Uint8Array, name: string, uses: readonly string[]): Promise<WebKey> {
  try {
    return await subtle().importKey('raw', bytes, { name }, false, uses)
  } catch (error) {
    // Such as Chromium has none of 192 bits.
    throw unusable(`There are no AES keys of ${bytes.length * 8} bits here`, error)
  }
}

function joined(pieces: readonly ArrayBuffer[]): Uint8Array {
  return join(pieces.map((piece) => new Uint8Array(piece)))
}
