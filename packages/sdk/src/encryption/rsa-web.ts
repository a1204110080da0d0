// RSA by WebCrypto, which has OAEP with one hash for all, and no PKCS#1 v1.5.
import { fromBase64, join } from './bytes.js'
import { unusable } from './metadata.js'
import type { OaepHashes, RsaPair, RsaPairText, RsaPrivateKey, RsaPublicKey } from './primitives.js'
import { type JsonKey, subtle, type WebKey } from './web-crypto.js'

const BITS_MIN = 2048
const BITS_MAX = 4096
/** In DER: version 0, and an algorithm that is rsaEncryption. */
const PKCS8_START = fromHex('020100300d06092a864886f70d0101010500')
const SPKI_START = fromHex('300d06092a864886f70d0101010500')

export async function webRsaPair({ publicPem, privatePem }: RsaPairText): Promise<RsaPair> {
  const privateDer = privatePem === undefined ? undefined : privateDerOf(privatePem)
  const ownPublic = privateDer && (await publicDerOf(privateDer))
  const publicDer = publicPem === undefined ? ownPublic : spkiOf(publicPem)
  if (!publicDer) throw unusable('An RSA key pair needs a public key, a private key, or both')
  const publicKey = await publicOf(publicDer)
  if (ownPublic && toText(await canonical(publicDer)) !== toText(await canonical(ownPublic))) {
    throw unusable('The public and the private RSA key do not belong together')
  }
  return { publicKey, privateKey: privateDer && privateOf(privateDer, publicKey.bits) }
}

async function publicOf(der: Uint8Array): Promise<RsaPublicKey> {
  const spki = await canonical(der)
  const bits = await bitsOf(spki)
  return {
    bits,
    fingerprint: new Uint8Array(await subtle().digest('SHA-256', spki)),
    async encryptOaep(hash, content, label) {
      const key = await importPublic(spki, hash)
      return new Uint8Array(await subtle().encrypt({ name: 'RSA-OAEP', label }, key, content))
    },
    encryptPkcs1: () => noPkcs1(),
  }
}

function privateOf(der: Uint8Array, bits: number): RsaPrivateKey {
  return {
    bits,
    async decryptOaep(hashes: OaepHashes, content, label) {
      if (hashes.label !== hashes.mask) return undefined
      const key = await subtle().importKey('pkcs8', der, oaep(hashes.label), false, ['decrypt'])
      try {
        return new Uint8Array(await subtle().decrypt({ name: 'RSA-OAEP', label }, key, content))
      } catch {
        return undefined
      }
    },
    decryptPkcs1: () => noPkcs1(),
  }
}

function noPkcs1(): never {
  throw unusable('Browsers have no PKCS#1 v1.5: the key of this object can only be had outside of them')
}

/** As the platform itself writes the key, so that it has one fingerprint. */
async function canonical(der: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await subtle().exportKey('spki', await importPublic(der, 'SHA-256')))
}

async function importPublic(der: Uint8Array, hash: OaepHashes['label']): Promise<WebKey> {
  try {
    return await subtle().importKey('spki', der, oaep(hash), true, ['encrypt'])
  } catch (error) {
    throw unusable('The public RSA key is no PEM of a public key', error)
  }
}

async function publicDerOf(privateDer: Uint8Array): Promise<Uint8Array> {
  try {
    const key = await subtle().importKey('pkcs8', privateDer, oaep('SHA-256'), true, ['decrypt'])
    const { n, e } = await subtle().exportKey('jwk', key)
    const half = { kty: 'RSA', n, e, ext: true }
    const own = await subtle().importKey('jwk', half, oaep('SHA-256'), true, ['encrypt'])
    return new Uint8Array(await subtle().exportKey('spki', own))
  } catch (error) {
    throw unusable('The private RSA key is no PEM of a private key', error)
  }
}

async function bitsOf(spki: Uint8Array): Promise<number> {
  const { n = '' }: JsonKey = await subtle().exportKey('jwk', await importPublic(spki, 'SHA-256'))
  const modulus = fromBase64(
    n
      .replaceAll('-', '+')
      .replaceAll('_', '/')
      .padEnd(Math.ceil(n.length / 4) * 4, '='),
  )
  const bits = modulus ? modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24 : 0
  if (bits >= BITS_MIN && bits <= BITS_MAX) return bits
  throw unusable(`An RSA key has ${BITS_MIN} to ${BITS_MAX} bits; this one has ${bits}`)
}

function oaep(hash: OaepHashes['label']) {
  return { name: 'RSA-OAEP', hash }
}

function privateDerOf(pem: string): Uint8Array {
  if (pem.includes('ENCRYPTED'))
    throw unusable('Browsers read no encrypted PEM: decrypt the private RSA key before')
  const pkcs1 = derIn(pem, 'RSA PRIVATE KEY')
  if (pkcs1) return element(0x30, join([PKCS8_START, element(0x04, pkcs1)]))
  const pkcs8 = derIn(pem, 'PRIVATE KEY')
  if (!pkcs8) throw unusable('The private RSA key is no PEM of a private key')
  return pkcs8
}

function spkiOf(pem: string): Uint8Array {
  if (pem.includes('PRIVATE KEY')) throw unusable('In place of the public RSA key there is a private one')
  const pkcs1 = derIn(pem, 'RSA PUBLIC KEY')
  if (pkcs1) return element(0x30, join([SPKI_START, element(0x03, join([new Uint8Array(1), pkcs1]))]))
  const spki = derIn(pem, 'PUBLIC KEY')
  if (!spki) throw unusable('The public RSA key is no PEM of a public key')
  return spki
}

function derIn(pem: string, label: string): Uint8Array | undefined {
  const [, text] = new RegExp(`-----BEGIN ${label}-----([^-]*)-----END ${label}-----`).exec(pem) ?? []
  return text === undefined ? undefined : fromBase64(text.replaceAll(/\s/g, ''))
}

/** One element of DER, with a length of two bytes: keys have neither less nor more. */
function element(tag: number, content: Uint8Array): Uint8Array {
  return join([Uint8Array.of(tag, 0x82, content.length >> 8, content.length & 0xff), content])
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

function toText(bytes: Uint8Array): string {
  return bytes.join()
}
