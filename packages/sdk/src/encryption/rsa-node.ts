// RSA by Node's cryptography.
import {
  constants,
  createPrivateKey,
  createPublicKey,
  hash,
  type KeyObject,
  privateDecrypt,
  publicEncrypt,
} from 'node:crypto'
import { join, uint32 } from './bytes.js'
import { unusable } from './metadata.js'
import type { OaepHashes, RsaPair, RsaPairText, RsaPrivateKey, RsaPublicKey } from './primitives.js'
import { removeOaep, removePkcs1 } from './rsa-padding.js'

const BITS_MIN = 2048
const BITS_MAX = 4096
const NODE_NAMES = { 'SHA-1': 'sha1', 'SHA-256': 'sha256' } as const

export function nodeRsaPair({ publicPem, privatePem, passphrase }: RsaPairText): RsaPair {
  const privateKey = privatePem === undefined ? undefined : readPrivate(privatePem, passphrase)
  const ownPublic = privateKey && createPublicKey(privateKey)
  const publicKey = publicPem === undefined ? ownPublic : readPublic(publicPem)
  if (!publicKey) throw unusable('An RSA key pair needs a public key, a private key, or both')
  if (ownPublic && !ownPublic.equals(publicKey)) {
    throw unusable('The public and the private RSA key do not belong together')
  }
  const bits = bitsOf(publicKey)
  return { publicKey: publicOf(publicKey, bits), privateKey: privateKey && privateOf(privateKey, bits) }
}

function readPublic(pem: string): KeyObject {
  // From a private key Node would make the public one.
  if (pem.includes('PRIVATE KEY')) throw unusable('In place of the public RSA key there is a private one')
  try {
    return createPublicKey(pem)
  } catch (error) {
    throw unusable('The public RSA key is no PEM of a public key', error)
  }
}

function readPrivate(pem: string, passphrase: string | undefined): KeyObject {
  const isEncrypted = pem.includes('ENCRYPTED')
  if (isEncrypted && passphrase === undefined) {
    throw unusable('The private RSA key is encrypted: give its passphrase')
  }
  try {
    return createPrivateKey({ key: pem, ...(passphrase !== undefined && { passphrase }) })
  } catch (error) {
    const what = isEncrypted
      ? 'The passphrase of the private RSA key is wrong, or the key is damaged'
      : undefined
    throw unusable(what ?? 'The private RSA key is no PEM of a private key', error)
  }
}

function bitsOf(key: KeyObject): number {
  if (key.asymmetricKeyType !== 'rsa')
    throw unusable(`The key is of the type ${key.asymmetricKeyType}, not RSA`)
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (bits < BITS_MIN || bits > BITS_MAX) {
    throw unusable(`An RSA key has ${BITS_MIN} to ${BITS_MAX} bits; this one has ${bits}`)
  }
  return bits
}

function publicOf(key: KeyObject, bits: number): RsaPublicKey {
  return {
    bits,
    fingerprint: hash('sha256', key.export({ type: 'spki', format: 'der' }), 'buffer'),
    encryptOaep: (name, content, label) =>
      publicEncrypt({ ...oaep(key, name), ...withLabel(label) }, content),
    encryptPkcs1: (content) => publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, content),
  }
}

function privateOf(key: KeyObject, bits: number): RsaPrivateKey {
  return {
    bits,
    decryptOaep(hashes, content, label) {
      try {
        if (hashes.label !== hashes.mask) return decryptMixed(key, hashes, { content, label })
        return privateDecrypt({ ...oaep(key, hashes.label), ...withLabel(label) }, content)
      } catch {
        return undefined
      }
    },
    decryptPkcs1(content, length) {
      // Node refuses this padding, as taking it off in its way takes a time that tells of it.
      try {
        return removePkcs1(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, content), length)
      } catch {
        return undefined
      }
    },
  }
}

/** Some of Java's providers hash the label with one hash and make the mask by another, which OpenSSL is not told of here. */
function decryptMixed(
  key: KeyObject,
  hashes: OaepHashes,
  { content, label }: { readonly content: Uint8Array; readonly label: Uint8Array },
): Uint8Array | undefined {
  return removeOaep({
    encoded: privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, content),
    labelHash: hash(NODE_NAMES[hashes.label], label, 'buffer'),
    mask: (seed, length) => mgf1(NODE_NAMES[hashes.mask], seed, length),
  })
}

function mgf1(name: 'sha1' | 'sha256', seed: Uint8Array, length: number): Uint8Array {
  const pieces: Uint8Array[] = []
  let made = 0
  while (made < length) {
    const piece = hash(name, join([seed, uint32(pieces.length)]), 'buffer')
    pieces.push(piece)
    made += piece.length
  }
  return join(pieces).subarray(0, length)
}

function oaep(key: KeyObject, name: OaepHashes['label']) {
  return { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: NODE_NAMES[name] }
}

function withLabel(label: Uint8Array) {
  return label.length > 0 ? { oaepLabel: label } : {}
}
