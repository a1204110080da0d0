// Uploads any kind of body: those that can be read anywhere as files are, streams part by part.
import { bodyOf } from '../body.js'
import type { CallOptions, Context } from '../context.js'
import { CosClientError } from '../errors.js'
import { leftBehind, withinClient } from './background.js'
import { sourceOf } from './memory-source.js'
import { beginUpload, MultipartUpload, partError, type StoredPart } from './multipart-upload.js'
import { partBytes } from './part-plan.js'
import { PartReader } from './part-reader.js'
import { interruptible, runPool, threadCount } from './pool.js'
import type { ProgressMeter } from './progress.js'
import {
  storedInput,
  type UploadInput,
  type UploadOptions,
  type UploadOutput,
  type UploadTarget,
  uploadTarget,
} from './upload-input.js'
import { meterOf, PART_BYTES, THREADS, uploadSource } from './upload-run.js'
import { uploadWhole } from './upload-whole.js'

/** Parts of the first size; the next as many are one more of it longer, and so on: 55,000 times it in all. */
const PARTS_OF_ONE_SIZE = 1000

export function upload(
  context: Context,
  { Body, ...members }: UploadInput,
  options: UploadOptions,
): Promise<UploadOutput> {
  return withinClient(context.background, options.signal, async (signal) => {
    const input = storedInput(members)
    const source = sourceOf(Body)
    const own = { ...options, signal }
    if (source) return uploadSource(context, { input, members, source, checkpoints: undefined }, own)
    const body = bodyOf(Body)
    try {
      const content = body.open()
      const given = { input, members, content: content instanceof Uint8Array ? once(content) : content }
      const stored = context.coding ? await context.coding.encodeStream(given) : given
      const target = uploadTarget(context, stored.input, members)
      const described = { ...members, ...stored.members } as Members
      return await new StreamUpload(context, target, described, own).run(stored.content)
    } finally {
      body.release()
    }
  })
}

type Members = Omit<UploadInput, 'Body'>

class StreamUpload {
  readonly #context: Context
  readonly #target: UploadTarget
  readonly #members: Members
  readonly #options: UploadOptions & { readonly signal: AbortSignal }
  readonly #calls: CallOptions
  readonly #meter: ProgressMeter
  readonly #total: number | undefined

  constructor(
    context: Context,
    target: UploadTarget,
    members: Members,
    options: UploadOptions & { readonly signal: AbortSignal },
  ) {
    this.#context = context
    this.#target = target
    this.#members = members
    this.#options = options
    this.#calls = { signal: options.signal, crcCheck: options.crcCheck }
    this.#total = members.ContentLength === undefined ? undefined : Number(members.ContentLength)
    this.#meter = meterOf(context, members, options)
    if (this.#total !== undefined) this.#meter.setTotal(this.#total)
  }

  async run(chunks: AsyncIterable<Uint8Array>): Promise<UploadOutput> {
    const { ContentMD5, MAXThread } = this.#members
    const threads = threadCount(MAXThread, THREADS)
    const md5 = ContentMD5 === undefined ? undefined : await this.#context.platform.md5()
    const reader = new PartReader(chunks, { bytesOf: this.#sizes(), total: this.#total, md5 })
    try {
      const content = await interruptible(reader.only(), this.#options.signal)
      if (content) {
        this.#meter.setTotal(content.length)
        return await uploadWhole(this.#context, { ...this.#common, content, ContentMD5 }, this.#calls)
      }
      return await this.#inParts(reader, threads, () => {
        if (md5 && md5.base64() !== ContentMD5) throw wrongDigest()
      })
    } finally {
      reader.return()
    }
  }

  get #common() {
    return { target: this.#target, meter: this.#meter }
  }

  /** Throws for a PartSize that no part can have. */
  #sizes(): (number: number) => number {
    const size = { PartSize: this.#members.PartSize, defaultBytes: PART_BYTES }
    const bytes = partBytes(this.#total ?? 0, size)
    if (this.#total !== undefined) return () => bytes
    return (number) => bytes * (1 + Math.floor((number - 1) / PARTS_OF_ONE_SIZE))
  }

  async #inParts(reader: PartReader, threads: number, verify: () => void): Promise<UploadOutput> {
    const handle = await beginUpload(this.#context, this.#target, this.#calls)
    const upload = new MultipartUpload(this.#context, this.#target, handle)
    try {
      const parts = await this.#send(upload, reader, threads)
      verify()
      const output = await upload.complete(parts, this.#calls)
      this.#meter.setTotal(reader.bytes)
      this.#meter.finish()
      return output
    } catch (error) {
      const { abortOnFailure = true, signal } = this.#options
      if (abortOnFailure) await leftBehind(this.#context.background, upload.giveUp(), signal)
      throw error
    }
  }

  async #send(upload: MultipartUpload, reader: PartReader, limit: number): Promise<readonly StoredPart[]> {
    const parts: StoredPart[] = []
    const { signal } = this.#options
    await runPool(reader, { limit, signal }, async (part, poolSignal) => {
      const options = { ...this.#calls, signal: poolSignal }
      try {
        parts.push(await upload.send(part.number, part, this.#meter.part(), options))
      } catch (error) {
        throw partError(error, part.number)
      }
      part.release()
    })
    return parts.sort((a, b) => a.number - b.number)
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

function wrongDigest(): CosClientError {
  return new CosClientError('checksum', 'ContentMD5 is not the MD5 of the content; nothing was stored.')
}
