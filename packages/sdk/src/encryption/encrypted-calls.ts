// What all calls of an encrypting client share.
import { bucketName } from '../addressing.js'
import type { CallOptions, Context } from '../context.js'
import { CosClientError } from '../errors.js'
import type { Encryption, ObjectName } from './object-cipher.js'

/** What stands beside the input of a call that reads. */
export interface EncryptedReadOptions extends CallOptions {
  /**
   * Where the object was when it was encrypted, if something copied it that does not know of its key. Objects of formats that
   * are bound to their name can not be read elsewhere without.
   */
  readonly sealedAs?: ObjectName | undefined
}

/** A plain client's context, and the encryption. */
export interface EncryptedCalls {
  readonly context: Context
  readonly encryption: Encryption
}

/** The name by which content is bound to its object. */
export function nameOf(
  { settings }: Context,
  { Bucket, Key }: { readonly Bucket?: unknown; readonly Key?: unknown },
): ObjectName {
  if (typeof Bucket !== 'string' || typeof Key !== 'string') {
    throw new CosClientError('validation', 'Bucket and Key must be text.')
  }
  return { Bucket: bucketName(Bucket, settings.appId), Key }
}

/** The name that an object was encrypted under: its own, unless the caller knows better. */
export function sealedName(
  { settings }: Context,
  name: ObjectName,
  options: EncryptedReadOptions,
): ObjectName {
  const { sealedAs } = options
  return sealedAs ? { Bucket: bucketName(sealedAs.Bucket, settings.appId), Key: sealedAs.Key } : name
}
