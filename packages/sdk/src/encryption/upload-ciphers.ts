// The uploads that a client has begun, or goes on with, and their keys.
import type { CallOptions } from '../context.js'
import { CosClientError } from '../errors.js'
import { type EncryptedCalls, nameOf } from './encrypted-calls.js'
import type { ObjectCipher, ObjectMetadata } from './object-cipher.js'
import { PartLedger } from './part-ledger.js'

export interface UploadCipher {
  readonly cipher: ObjectCipher
  readonly ledger: PartLedger
}

/** What stands beside the input of a call on an upload. */
export interface EncryptedUploadOptions extends CallOptions {
  /** What createMultipartUpload gave as `encryption`, for an upload that another client began. */
  readonly encryption?: ObjectMetadata | undefined
}

/** Uploads that are neither completed nor given up; the oldest are forgotten. */
const UPLOADS_MAX = 10_000

export class KnownUploads {
  readonly #uploads = new Map<string, Promise<UploadCipher>>()

  remember(id: string, upload: UploadCipher): void {
    this.#keep(id, Promise.resolve(upload))
  }

  forget(id: string): void {
    this.#uploads.delete(id)
  }

  /** Rejects with kind `validation` for an upload whose key nobody gave. */
  get(
    calls: EncryptedCalls,
    { UploadId, ...members }: { readonly UploadId: string; readonly Bucket: string; readonly Key: string },
    { encryption }: EncryptedUploadOptions,
  ): Promise<UploadCipher> {
    const known = this.#uploads.get(UploadId)
    if (known) return known
    if (!encryption) return Promise.reject(unknownUpload())
    const opened = reopen(calls, members, encryption)
    this.#keep(UploadId, opened)
    opened.catch(() => this.forget(UploadId))
    return opened
  }

  #keep(id: string, upload: Promise<UploadCipher>): void {
    this.#uploads.set(id, upload)
    const [oldest] = this.#uploads.keys()
    if (this.#uploads.size > UPLOADS_MAX && oldest !== undefined) this.forget(oldest)
  }
}

async function reopen(
  { context, encryption }: EncryptedCalls,
  members: { readonly Bucket: string; readonly Key: string },
  metadata: ObjectMetadata,
): Promise<UploadCipher> {
  const cipher = await encryption.open(metadata, nameOf(context, members))
  if (!cipher) throw unknownUpload()
  return { cipher, ledger: new PartLedger(cipher, undefined) }
}

function unknownUpload(): CosClientError {
  const message =
    'This client did not begin the upload, and does not know its key. Give the option `encryption` with what ' +
    'createMultipartUpload gave by that name.'
  return new CosClientError('validation', message)
}
