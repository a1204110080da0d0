// Uploads and copied parts in few words, for tests that are about copies.
import {
  type CopyPartInput,
  type CopyPartResult,
  completeUpload,
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

/** Copies of the object `source` into an upload of `copy`, unless they are told otherwise. */
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
