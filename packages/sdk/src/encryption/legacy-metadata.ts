// How the official SDKs tell of their encryption, and which of them wrote an object.
import { bytesField, checkFieldNames, type EncryptionFields, headerOf, PREFIX, unusable } from './metadata.js'
import { SUITE } from './sealed-metadata.js'

/** More than any RSA key or KMS makes of a key. */
const WRAPPED_BYTES_MAX = 1024
const GCM = 'AES/GCM/NoPadding'
const CTR = 'AES/CTR/NoPadding'
const KMS = 'KMS/TencentCloud'

/** What SDKs tell beside what is needed to read: no use is made of it, as none of it is authenticated. */
const NOTES = [
  'unencrypted-content-length',
  'unencrypted-content-md5',
  'data-size',
  'part-size',
  'matdesc',
  'x-cos-tag-len',
]
const PYTHON = { format: 'python', required: ['key', 'iv'], optional: [] }
const GO_OR_JAVA = {
  format: 'go or java',
  required: ['key', 'start', 'cek-alg', 'wrap-alg'],
  optional: NOTES,
}
const OLD_JAVA = {
  format: 'java (old names)',
  required: ['x-cos-key-v2', 'x-cos-iv', 'x-cos-cek-alg', 'x-cos-wrap-alg'],
  optional: ['x-cos-matdesc', 'x-cos-tag-len', 'x-cos-unencrypted-content-md5', 'unencrypted-content-length'],
}

/** The metadata of an object of one of the official SDKs. */
export interface LegacyMetadata {
  readonly format: 'python' | 'go' | 'java'
  /** How the keys are wrapped: `python`, or what the metadata calls it. */
  readonly algorithm: string
  readonly isGcm: boolean
  readonly key: Uint8Array
  readonly iv: Uint8Array
  readonly isIvWrapped: boolean
  /** What a KMS was told beside the key, as JSON. */
  readonly description: string | undefined
}

/** The format the names are of; kind `encryption` where they are of none, or of several at once. */
export function formatOf(fields: EncryptionFields): 'sealed' | LegacyMetadata['format'] {
  const algorithm = fields.get('cek-alg')
  const isOldJava = fields.has('x-cos-key-v2') || fields.has('x-cos-iv') || fields.has('x-cos-key')
  const marks = [fields.has('iv'), fields.has('start'), isOldJava, fields.has('salt')]
  if (marks.filter(Boolean).length > 1) {
    throw unusable('The object has encryption headers of more than one format')
  }
  if (algorithm === SUITE) return 'sealed'
  if (algorithm?.startsWith('coset-'))
    throw unusable(`${headerOf('cek-alg')} is ${algorithm}, which this release does not know`)
  if (fields.has('iv')) return 'python'
  if (isOldJava) return 'java'
  if (fields.has('start')) return fields.get('wrap-alg') === KMS ? 'go' : 'java'
  const names = Array.from(fields.keys(), headerOf).join(', ')
  throw unusable(`The object is in no known format, or headers are missing. There is only ${names}`)
}

export function readLegacy(fields: EncryptionFields, format: LegacyMetadata['format']): LegacyMetadata {
  if (format === 'python') {
    checkFieldNames(fields, PYTHON)
    return {
      ...keysOf(fields, ['key', 'iv']),
      format,
      algorithm: 'python',
      isGcm: false,
      isIvWrapped: true,
      description: undefined,
    }
  }
  const isOld = !fields.has('start')
  checkFieldNames(fields, isOld ? OLD_JAVA : GO_OR_JAVA)
  const old = isOld ? 'x-cos-' : ''
  const content = fields.get(`${old}cek-alg`)
  if (content !== CTR && content !== GCM) {
    throw unusable(`${headerOf(`${old}cek-alg`)} is ${content}; only ${CTR} and ${GCM} can be read`)
  }
  return {
    ...keysOf(fields, isOld ? ['x-cos-key-v2', 'x-cos-iv'] : ['key', 'start']),
    format,
    algorithm: fields.get(`${old}wrap-alg`) ?? '',
    isGcm: content === GCM,
    isIvWrapped: !isOld,
    description: fields.get(`${old}matdesc`),
  }
}

/** The names that the Python SDK writes, with the values of them. */
export function pythonName(name: 'key' | 'iv'): string {
  return `${PREFIX}${name}`
}

function keysOf(fields: EncryptionFields, [key, iv]: readonly [string, string]) {
  const lengths = { min: 1, max: WRAPPED_BYTES_MAX }
  return { key: bytesField(fields, key, lengths), iv: bytesField(fields, iv, lengths) }
}
