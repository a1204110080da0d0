// Reads sealed objects by docs/reference/encryption-format.md alone: nothing of the SDK is used, and nothing is streamed.
import { constants, createDecipheriv, createHash, hkdfSync, privateDecrypt } from 'node:crypto'

export interface Entry {
  readonly name: string
  readonly key: 'aes' | 'rsa' | 'callback'
  readonly bucket: string
  readonly object: string
  readonly metadata: Readonly<Record<string, string>>
  readonly stored: string
}

export interface Keys {
  readonly aes: string
  readonly rsa_private_pem: string
}

const PREFIX = 'client-side-encryption-'
const REQUIRED = ['cek-alg', 'wrap-alg', 'key-id', 'key', 'salt', 'commitment', 'segment-size']

/** The content; throws where the page says that a reader refuses. */
export function decode({ key, bucket, object, metadata, stored }: Entry, keys: Keys): Buffer {
  const named = Object.entries(metadata).map(([name, value]) => [name.replace(PREFIX, ''), value] as const)
  const fields = new Map(named)
  for (const name of REQUIRED) if (!fields.has(name)) throw new Error(`There is no ${name}.`)
  for (const name of fields.keys()) {
    if (!REQUIRED.includes(name) && name !== 'name') throw new Error(`There is an unknown ${name}.`)
  }
  const text = (name: string) => fields.get(name) ?? ''
  const bytes = (name: string) => Buffer.from(text(name), 'base64')
  const [salt, commitment, wrapped] = [bytes('salt'), bytes('commitment'), bytes('key')]
  const nameHash = Buffer.from(text('name'), 'base64url')
  const context = Buffer.concat(
    [
      'coset-sealed-1/context',
      text('wrap-alg'),
      text('key-id'),
      salt,
      commitment,
      text('segment-size'),
      nameHash,
    ].map(field),
  )
  const segmentSize = Number(text('segment-size'))
  const dataKey = unwrap({ kind: key, wrapped, salt, context }, keys)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(segmentSize)
  const derived = (what: string) =>
    hkdf(dataKey, salt, Buffer.concat([Buffer.from(`coset-sealed-1/${what}`), size]))
  if (!derived('commitment').equals(commitment)) throw new Error('The commitment is another.')
  const hashed = createHash('sha256').update(
    Buffer.concat(['coset-sealed-1/name', bucket, object].map(field)),
  )
  if (fields.has('name') && !hashed.digest().equals(nameHash)) throw new Error('The name is another.')
  return openSegments(derived('content-key'), Buffer.from(stored, 'base64'), segmentSize)
}

interface Wrapped {
  readonly kind: Entry['key']
  readonly wrapped: Buffer
  readonly salt: Buffer
  readonly context: Buffer
}

function unwrap({ kind, wrapped, salt, context }: Wrapped, keys: Keys): Buffer {
  if (kind === 'rsa') {
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256', oaepLabel: context }
    return privateDecrypt({ key: keys.rsa_private_pem, ...padding }, wrapped)
  }
  const master =
    kind === 'aes' ? Buffer.from(keys.aes, 'base64') : wrapped.subarray(60).map((byte) => byte ^ 0x55)
  const wrappingKey = hkdf(Buffer.from(master), salt, Buffer.from('coset-sealed-1/wrapping-key'))
  return openGcm(wrappingKey, wrapped.subarray(0, 12), { sealed: wrapped.subarray(12, 60), context })
}

function openSegments(key: Buffer, stored: Buffer, segmentSize: number): Buffer {
  const size = segmentSize + 16
  if (stored.length % size < 16) throw new Error('No object has this length.')
  const last = Math.floor(stored.length / size)
  const segments = Array.from({ length: last + 1 }, (_none, index) => {
    const nonce = Buffer.alloc(12)
    nonce.writeUInt32BE(index, 7)
    nonce[11] = index === last ? 1 : 0
    return openGcm(key, nonce, { sealed: stored.subarray(index * size, (index + 1) * size) })
  })
  return Buffer.concat(segments)
}

function openGcm(
  key: Buffer,
  nonce: Buffer,
  { sealed, context }: { readonly sealed: Buffer; readonly context?: Buffer },
): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  if (context) decipher.setAAD(context)
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

function hkdf(key: Buffer, salt: Buffer, info: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha512', key, salt, info, 32))
}

function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
