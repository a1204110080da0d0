// An object into a local file: in parts, whole or not at all, and gone on with after whatever ended the run before.
import { loadCrc64 } from '@coset/protocol'
import { onAbort } from '../abort.js'
import { targetOf } from '../addressing.js'
import type { Context } from '../context.js'
import { abortedError, CosClientError, throwIfAborted } from '../errors.js'
import type { ObjectBody } from '../object-body.js'
import { call, partRetries } from './call.js'
import type { Checkpoint, CheckpointStore } from './checkpoint.js'
import { type Destination, findDestination } from './destination.js'
import {
  type DownloadFileInput,
  type DownloadFileOptions,
  type DownloadFileOutput,
  type DownloadHint,
  type DownloadRequest,
  readDownloadInput,
} from './download-input.js'
import { changedError, fetchParts, isGone } from './download-parts.js'
import { Draft, type DraftOptions, isInPlace } from './draft.js'
import { type ObjectHead, type ObjectState, objectState } from './object-state.js'
import { ProgressMeter } from './progress.js'
import { settlePromptly } from './settle.js'

/** As `CosClient.downloadFile`, for callers that know more. */
export function downloadFile(
  context: Context,
  input: DownloadFileInput,
  options: DownloadFileOptions = {},
  hint: DownloadHint = {},
): Promise<DownloadFileOutput> {
  return settlePromptly(options.signal, async () => {
    throwIfAborted(options.signal)
    const request = readDownloadInput(context, input, options)
    const destination = await findDestination(input.DestFilePath)
    const meter = new ProgressMeter({
      total: undefined,
      now: context.platform.now,
      onProgress: options.onProgress,
      progress_callback: input.progress_callback,
    })
    return new FileDownload(context, { request, destination, meter, options, hint }).run()
  })
}

interface Job {
  readonly request: DownloadRequest
  readonly destination: Destination
  readonly meter: ProgressMeter
  readonly options: DownloadFileOptions
  readonly hint: DownloadHint
}

/** The object as the first reply tells it, and its body, if that was a GET. */
interface Found {
  readonly head: ObjectHead
  readonly object: ObjectState
  readonly body: ObjectBody | undefined
}

/** Runs that were aborted and still put things away: who comes back waits for them. */
const lingering = new Map<string, Promise<unknown>>()

class FileDownload {
  readonly #context: Context
  readonly #job: Job
  readonly #id: readonly string[]
  readonly #store: CheckpointStore | undefined
  #checkpoint: Checkpoint | undefined

  constructor(context: Context, job: Job) {
    const { options, request, destination } = job
    const { Bucket, Key, VersionId = '' } = request.members
    const { checkpoint = true } = options
    const target = targetOf(context.settings, { bucket: Bucket, key: Key })
    this.#context = context
    this.#job = job
    this.#id = ['download', target.origin, target.bucket ?? '', Key, VersionId, destination.path]
    if (checkpoint !== false) {
      this.#store = context.platform.checkpoints(checkpoint === true ? undefined : checkpoint.folder)
    }
  }

  async run(): Promise<DownloadFileOutput> {
    const { signal } = this.#job.options
    const name = JSON.stringify(this.#id)
    await lingering.get(name)
    const running = this.#run()
    const stopListening = onAbort(signal, () => {
      const end = running.catch(() => undefined).finally(() => lingering.delete(name))
      lingering.set(name, end)
    })
    try {
      return await running
    } catch (error) {
      // What a run says that was aborted differs by what it was at.
      throw signal?.aborted ? abortedError(signal.reason) : error
    } finally {
      stopListening()
    }
  }

  async #run(): Promise<DownloadFileOutput> {
    try {
      return await this.#attempt()
    } catch (error) {
      if (!this.#mayRestart(error)) throw error
      this.#job.meter.restart()
      return await this.#attempt().catch((second: unknown) => {
        throw isGone(second) ? changedError(second) : second
      })
    } finally {
      await this.#checkpoint?.release()
    }
  }

  /** Once: an object that is replaced all the time would be fetched for ever. */
  #mayRestart(error: unknown): boolean {
    if (!(error instanceof CosClientError)) return false
    return error.kind === 'checksum' || (error.kind === 'changed' && !this.#job.request.isPinned)
  }

  async #attempt(): Promise<DownloadFileOutput> {
    const found = await this.#find()
    try {
      this.#job.meter.setTotal(found.object.size)
      const checkpoint = await this.#openCheckpoint(found.object)
      throwIfAborted(this.#job.options.signal)
      return await this.#fetch(found, checkpoint)
    } finally {
      found.body?.cancel()
    }
  }

  /** By one GET, which is all that a small object takes; by HEAD where its bytes are surely not wanted from the start on. */
  async #find(): Promise<Found> {
    const { request, hint, options } = this.#job
    const extras = { signal: options.signal, crcCheck: false, bodyRetries: partRetries(this.#context) }
    const isLarge = hint.size !== undefined && hint.size > request.simpleBytesMax
    if (isLarge || this.#checkpoint || (await this.#store?.has(this.#id))) {
      const head = await call(this.#context, 'headObject', request.members, extras)
      return { head, object: stateOf(head), body: undefined }
    }
    const { Body, ...head } = await call(this.#context, 'getObject', request.members, extras)
    try {
      return { head, object: stateOf(head), body: Body }
    } catch (error) {
      Body.cancel()
      throw error
    }
  }

  /** Small objects are fetched again sooner than a record is written. */
  async #openCheckpoint({ size }: ObjectState): Promise<Checkpoint | undefined> {
    const { request } = this.#job
    if (!this.#store || this.#checkpoint) return this.#checkpoint
    const isLarge = size > request.simpleBytesMax
    if (isLarge || (await this.#store.has(this.#id))) this.#checkpoint = await this.#store.open(this.#id)
    return this.#checkpoint
  }

  async #fetch(found: Found, checkpoint: Checkpoint | undefined): Promise<DownloadFileOutput> {
    const { request, destination, meter, options } = this.#job
    const { object, body } = found
    const isSimple = object.size <= request.simpleBytesMax
    const [, origin, bucket, key] = this.#id
    const draftOptions: DraftOptions = {
      destination,
      object,
      partBytes: isSimple ? Math.max(1, object.size) : request.partBytes(object.size),
      checkpoint,
      where: { origin, bucket, key, destination: destination.path },
    }
    if (request.crcCheck && (await isInPlace(draftOptions))) {
      await checkpoint?.clear()
      meter.resume(object.size)
      return this.#output(found, object.size)
    }
    const draft = await Draft.open(draftOptions)
    const bytesResumed = draft.bytesDone
    try {
      const { members, threads, crcCheck } = request
      const { signal } = options
      await fetchParts(this.#context, { draft, members, first: body, meter, threads, crcCheck, signal })
      if (crcCheck) await verify(draft)
      await draft.finish()
    } catch (error) {
      await draft.abandon(error)
      throw error
    }
    return this.#output(found, bytesResumed)
  }

  #output({ head, object }: Found, bytesResumed: number): DownloadFileOutput {
    const { request, meter } = this.#job
    meter.finish()
    const verified = request.crcCheck && object.crc64 !== undefined
    return { ...head, size: object.size, bytesResumed, verified }
  }
}

function stateOf(head: ObjectHead): ObjectState {
  const state = objectState(head)
  if (state) return state
  const message = 'The server did not tell how long the object is; read it with getObject.'
  throw new CosClientError('body', message, { requestSent: true })
}

async function verify(draft: Draft): Promise<void> {
  const { crc64 } = draft.object
  if (crc64 === undefined) return
  const engine = await loadCrc64()
  let sum = 0n
  for (const part of draft.parts()) sum = engine.combine(sum, draft.sumOf(part) ?? 0n, part.length)
  if (sum === crc64) return
  const message = `The CRC-64 of what arrived is ${sum}, but the object's is ${crc64}.`
  throw new CosClientError('checksum', message, { requestSent: true })
}
