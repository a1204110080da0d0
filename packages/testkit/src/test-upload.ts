// A multipart upload to work with: core's functions in few words, as TestBucket has them for objects.
import {
  abortUpload,
  type CompleteInput,
  type CompleteResult,
  completeUpload,
  createUpload,
  type ListedPart,
  type ListPartsInput,
  type ListPartsResult,
  listParts,
  type PutInput,
  type PutPartInput,
  putPart,
  type Store,
} from '@coset/core'
import { LIMITS } from '@coset/model'
import { bodyOf, bytesNamed } from './bodies.js'
import type { TestBucket } from './test-bucket.js'

export class TestUpload {
  readonly bucket: TestBucket
  readonly name: { readonly bucket: string; readonly key: string; readonly uploadId: string }
  readonly #etags = new Map<number, string>()

  private constructor(bucket: TestBucket, key: string, uploadId: string) {
    this.bucket = bucket
    this.name = { bucket: bucket.name, key, uploadId }
  }

  static async begin(bucket: TestBucket, key: string, input: Partial<PutInput> = {}): Promise<TestUpload> {
    const { body: _body, expected: _expected, ...target } = bucket.putInput(key, '', input)
    return new TestUpload(bucket, key, await createUpload(bucket.call, bucket.store, target))
  }

  /** With parts 1 up to the number of contents, which must be large enough, but for the last. */
  static async of(bucket: TestBucket, key: string, contents: readonly (string | Uint8Array)[]) {
    const upload = await TestUpload.begin(bucket, key)
    for (const [at, content] of contents.entries()) await upload.put(at + 1, content)
    return upload
  }

  get id(): string {
    return this.name.uploadId
  }

  /** Tells the ETag. */
  async put(
    partNumber: number,
    content: string | Uint8Array,
    input: Partial<PutPartInput> = {},
    store: Store = this.bucket.store,
  ): Promise<string> {
    const part = { ...this.name, partNumber, body: bodyOf(content), expected: {}, ...input }
    const { etag } = await putPart(this.bucket.call, store, part)
    this.#etags.set(partNumber, etag)
    return etag
  }

  /** The parts put so far, as Complete takes them; only those of `numbers` when given. */
  list(...numbers: readonly number[]): readonly ListedPart[] {
    const chosen = numbers.length > 0 ? numbers : [...this.#etags.keys()].sort((a, b) => a - b)
    return chosen.map((partNumber) => ({ partNumber, etag: this.#etags.get(partNumber) ?? '' }))
  }

  complete(
    parts: readonly ListedPart[] = this.list(),
    input: Partial<CompleteInput> = {},
    store: Store = this.bucket.store,
  ): Promise<CompleteResult> {
    return completeUpload(this.bucket.call, store, { ...this.name, parts, forbidOverwrite: false, ...input })
  }

  abort(store: Store = this.bucket.store): Promise<void> {
    return abortUpload(this.bucket.call, store, this.name)
  }

  parts(input: Partial<ListPartsInput> = {}): Promise<ListPartsResult> {
    const everything = { ...this.name, after: 0, partsMax: undefined }
    return listParts(this.bucket.call, this.bucket.store, { ...everything, ...input })
  }
}

/** Content of a part that may stand anywhere: as small as such a part may be, and as distinct as its name. */
export function partNamed(name: string, moreBytes = 0): Buffer {
  return bytesNamed(name, LIMITS.partBytesMin + moreBytes)
}
