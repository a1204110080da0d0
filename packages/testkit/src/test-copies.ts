// Uploads and copied parts in few words, for tests that are about copies.
import {
  type CopyInput,
  type CopyPartInput,
  type CopyPartResult,
  completeUpload,
  copyObject,
  copyPart,
  createUpload,
  putPart,
  type Store,
  type Target,
} from '@coset/core'
import type { TestBucket } from './test-bucket.js'

export interface GivenPart extends Partial<Omit<CopyPartInput, 'range' | 'source'>> {
  readonly source?: Partial<CopyPartInput['source']>
  readonly first?: number
  readonly last?: number
}

export interface GivenCopy extends Partial<Omit<CopyInput, 'source'>> {
  readonly versionId?: string | undefined
  /** The source's bucket. */
  readonly from?: string
}

/** Parts are copies of the object `source` in an upload of `copy`, unless they are told otherwise. */
export class TestCopies {
  /** Of `copy`. */
  uploadId = ''
  readonly #bucket: TestBucket

  constructor(bucket: TestBucket) {
    this.#bucket = bucket
  }

  /** What a write takes, with nothing but a key. */
  target(key: string): Target {
    const { body: _body, expected: _expected, ...target } = this.#bucket.putInput(key, '')
    return target
  }

  /** Whole, and with nothing replaced unless that is given. */
  copy(source: string, key: string, given: GivenCopy = {}, store: Store = this.#bucket.store) {
    const { versionId, from = this.#bucket.name, ...input } = given
    return copyObject(this.#bucket.call, store, {
      ...this.target(key),
      source: { bucket: from, key: source, versionId, conditions: {} },
      replacesMetadata: false,
      replacesTags: false,
      ...input,
    })
  }

  async begin(key = 'copy'): Promise<string> {
    const { call, store } = this.#bucket
    this.uploadId = await createUpload(call, store, this.target(key))
    return this.uploadId
  }

  part(given: GivenPart = {}, store: Store = this.#bucket.store): Promise<CopyPartResult> {
    const { first, last, source, ...input } = given
    const { name: bucket } = this.#bucket
    return copyPart(this.#bucket.call, store, {
      bucket,
      key: 'copy',
      uploadId: this.uploadId,
      partNumber: 1,
      source: { bucket, key: 'source', conditions: {}, ...source },
      range: first === undefined || last === undefined ? undefined : { first, last },
      ...input,
    })
  }

  complete(...parts: readonly (readonly [partNumber: number, etag: string])[]) {
    const { call, store, name: bucket } = this.#bucket
    return completeUpload(call, store, {
      bucket,
      key: 'copy',
      uploadId: this.uploadId,
      parts: parts.map(([partNumber, etag]) => ({ partNumber, etag })),
      forbidOverwrite: false,
    })
  }

  /** An object of parts, each a blob of its own. */
  async upload(key: string, parts: readonly Uint8Array[]): Promise<void> {
    const { call, store, name: bucket } = this.#bucket
    const name = { bucket, key, uploadId: await createUpload(call, store, this.target(key)) }
    const listed: { partNumber: number; etag: string }[] = []
    for (const [at, bytes] of parts.entries()) {
      const partNumber = at + 1
      const { body } = this.#bucket.putInput(key, bytes)
      const { etag } = await putPart(call, store, { ...name, partNumber, body, expected: {} })
      listed.push({ partNumber, etag })
    }
    await completeUpload(call, store, { ...name, parts: listed, forbidOverwrite: false })
  }
}
