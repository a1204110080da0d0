// The parts of a download: fetched side by side, summed, and put where they belong.
import { type Crc64, type Crc64Engine, loadCrc64 } from '@coset/protocol'
import { onAbort } from '../abort.js'
import type { CodedContent } from '../coding.js'
import type { Context } from '../context.js'
import type { Span } from '../encryption/object-cipher.js'
import { CosClientError, CosServiceError, isFailure, ofPart } from '../errors.js'
import type { ObjectBodyBase } from '../object-body.js'
import type { OperationInput } from '../operations.js'
import { call, partRetries } from './call.js'
import type { Draft } from './draft.js'
import { type Part, partCount } from './part-plan.js'
import { runPool } from './pool.js'
import type { PartMeter, ProgressMeter } from './progress.js'

export interface PartsOptions {
  readonly draft: Draft
  /** Of the request that every part's follows. */
  readonly members: OperationInput<'getObject'>
  /** The object from its start on, where a reply brings it already. */
  readonly first: ObjectBodyBase | undefined
  /** Of an object that is stored otherwise than it is given. */
  readonly content: CodedContent | undefined
  readonly meter: ProgressMeter
  readonly threads: number
  readonly crcCheck: boolean
  readonly signal: AbortSignal | undefined
}

/** Rejects unless every part is there, and durable where the draft is kept. */
export async function fetchParts(context: Context, options: PartsOptions): Promise<void> {
  const engine = options.crcCheck ? await loadCrc64() : undefined
  const { threads, signal, draft, meter } = options
  const first = firstOfUse(options)
  const parts = new PartFetcher(context, { ...options, first }, engine)
  const earlier = [...draft.parts()].filter((part) => draft.isDone(part))
  for (const { length } of earlier) meter.resume(length)
  await runPool(tasks(draft), { limit: threads, signal }, (part, taskSignal) => parts.bring(part, taskSignal))
}

/** A reply whose bytes an earlier run fetched is let go: it would hold its connection until the end. */
function firstOfUse({ draft, first }: PartsOptions): ObjectBodyBase | undefined {
  const [part] = draft.parts()
  if (!part || !draft.isDone(part)) return first
  first?.cancel()
  return undefined
}

/** The network first: what an earlier run left is looked at when nothing else is to be begun. */
function* tasks(draft: Draft): Generator<Part> {
  const done: Part[] = []
  for (const part of draft.parts()) {
    if (draft.isDone(part)) done.push(part)
    else yield part
  }
  yield* done
}

class PartFetcher {
  readonly #context: Context
  readonly #options: PartsOptions
  readonly #engine: Crc64Engine | undefined
  readonly #count: number

  constructor(context: Context, options: PartsOptions, engine: Crc64Engine | undefined) {
    this.#context = context
    this.#options = options
    this.#engine = engine
    this.#count = partCount(options.draft.object.size, options.draft.partBytes)
  }

  async bring(part: Part, signal: AbortSignal): Promise<void> {
    try {
      if (await this.#isStillRight(part, signal)) return
      await this.#fetch(part, signal)
    } catch (error) {
      throw this.#told(error, part)
    }
  }

  /** Whether an earlier run fetched it, and the disk still holds what was fetched. */
  async #isStillRight(part: Part, signal: AbortSignal): Promise<boolean> {
    const { draft, meter } = this.#options
    if (!draft.isDone(part)) return false
    const isUnsure = draft.isUnsure(part)
    if (!this.#engine && !isUnsure) return true
    const engine = this.#engine ?? (await loadCrc64())
    const [known, found] = [draft.sumOf(part), await draft.sumOnDisk(part, engine, signal)]
    const isRight = known === found || (known === undefined && !isUnsure)
    draft.correct(part, isRight ? found : undefined)
    if (!isRight) meter.retract(part.length)
    return isRight
  }

  async #fetch(part: Part, signal: AbortSignal): Promise<void> {
    const { draft, first, meter } = this.#options
    const crc = this.#engine?.create()
    const span = this.#spanOf(part)
    if (span.length > 0 || first) {
      const isFirst = part.number === 1 && first !== undefined
      const body = isFirst ? first : await this.#request(span, signal)
      // The first body was asked for before there were other parts that may fail.
      const stopListening = onAbort(signal, () => body.cancel())
      try {
        await this.#receive(part, body, { crc, meter: meter.part() })
      } finally {
        stopListening()
        body.cancel()
      }
    }
    await draft.finishPart(part, crc?.digest())
  }

  /** What is stored of a part. */
  #spanOf(part: Part): Span {
    const { content } = this.#options
    return content ? content.cover(part) : part
  }

  async #request({ offset, length }: Span, signal: AbortSignal): Promise<ObjectBodyBase> {
    const { members, draft, content } = this.#options
    const { etag, size, versionId } = draft.object
    const { Bucket, Key, VersionId, TrafficLimit } = members
    const Range = `bytes=${offset}-${offset + length - 1}`
    const input = { Bucket, Key, VersionId: versionId ?? VersionId, TrafficLimit, IfMatch: etag, Range }
    const retries = partRetries(this.#context)
    const reply = await call(this.#context, 'getObject', input, { signal, retries, crcCheck: false })
    const expected = `bytes ${offset}-${offset + length - 1}/${content?.storedSize ?? size}`
    if (reply.ETag === etag && reply.ContentRange === expected) {
      if (!content || content.encode) draft.learn(reply.Crc64)
      return reply.Body
    }
    reply.Body.cancel()
    if (reply.ETag !== etag) throw changedError()
    const message = 'The server did not answer with the range it was asked for.'
    throw new CosClientError('body', message, { requestSent: true })
  }

  async #receive(part: Part, body: ObjectBodyBase, { crc, meter }: Receivers): Promise<void> {
    const writer = this.#options.draft.file.writer(part.offset)
    const { content } = this.#options
    let left = part.length
    try {
      for await (const chunk of this.#decoded(part, body, crc)) {
        const bytes = chunk.length > left ? chunk.subarray(0, left) : chunk
        left -= bytes.length
        if (!content?.encode) crc?.update(bytes)
        const pending = writer.write(bytes)
        if (pending) await pending
        meter.add(bytes.length)
        // The first body goes on with what other connections bring.
        if (left === 0 && this.#count > 1 && !content) break
      }
      if (left > 0) throw new CosClientError('body', 'The reply was too short.', { requestSent: true })
      await writer.end()
    } finally {
      await writer.settled()
    }
  }

  #decoded(part: Part, body: ObjectBodyBase, crc: Crc64 | undefined): AsyncIterable<Uint8Array> {
    const { content } = this.#options
    if (!content) return body
    const stored = beginning(body, content.cover(part).length, content.encode ? crc : undefined)
    return content.decode(stored, part)
  }

  #told(error: unknown, { number }: Part): unknown {
    const named = isGone(error) ? changedError(error) : error
    return isFailure(named) && this.#count > 1 ? ofPart(named, number) : named
  }
}

/** So many bytes of a body that may have more, summed as they come. */
async function* beginning(
  body: ObjectBodyBase,
  length: number,
  crc: Crc64 | undefined,
): AsyncGenerator<Uint8Array> {
  let left = length
  if (left === 0) return
  for await (const chunk of body) {
    const bytes = chunk.length > left ? chunk.subarray(0, left) : chunk
    left -= bytes.length
    crc?.update(bytes)
    yield bytes
    if (left === 0) return
  }
}

interface Receivers {
  readonly crc: Crc64 | undefined
  readonly meter: PartMeter
}

/** What the server says when the object that a request was pinned to is no longer there. */
export function isGone(error: unknown): boolean {
  return error instanceof CosServiceError && [304, 404, 412, 416].includes(error.statusCode)
}

export function changedError(cause?: unknown): CosClientError {
  const message = 'The object was replaced or deleted while it was being downloaded.'
  return new CosClientError('changed', message, cause === undefined ? {} : { cause, requestSent: true })
}
