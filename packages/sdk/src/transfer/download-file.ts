// An object into a local file: in parts, whole or not at all, and gone on with after whatever ended the run before.
import { loadCrc64 } from '@coset/protocol'
import { onAbort } from '../abort.js'
import { bucketName, targetOf } from '../addressing.js'
import type { CodedContent } from '../coding.js'
import { abortedError, CosClientError, CosServiceError, throwIfAborted } from '../errors.js'
import type { ObjectBodyBase } from '../object-body.js'
import type { NodeContext } from '../platform-node.js'
import { withinClient } from './background.js'
import { call, partRetries } from './call.js'
import type { Checkpoint, CheckpointStore } from './checkpoint.js'
import { canonical, type Destination, findDestination } from './destination.js'
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
import { MIB } from './part-plan.js'
import { ProgressMeter } from './progress.js'
import { settlePromptly } from './settle.js'

/**
 * Of files by the thousand, new ones up to here are not synced: that would take as long as all the rest. What a crash
 * of the machine leaves of them is shorter than it should be, and fetched again with the next call for their folder.
 */
const UNSYNCED_BYTES_MAX = MIB

/** As `CosClient.downloadFile`, for callers that know more. */
export function downloadFile(
  context: NodeContext,
  input: DownloadFileInput,
  options: DownloadFileOptions = {},
  hint: DownloadHint = {},
): Promise<DownloadFileOutput> {
  const download = async (signal: AbortSignal) => {
    throwIfAborted(signal)
    const request = readDownloadInput(context, input, options)
    const found = await findDestination(input.DestFilePath)
    // Whoever gives a hint has seen to the folder.
    const destination = hint.size === undefined ? await canonical(found) : found
    const meter = new ProgressMeter({
      total: undefined,
      now: context.platform.now,
      onProgress: options.onProgress,
      progress_callback: input.progress_callback,
    })
    const own = { ...options, signal }
    return new FileDownload(context, { request, destination, meter, options: own, hint }).run()
  }
  return settlePromptly(options.signal, () => withinClient(context.background, options.signal, download))
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
  readonly body: ObjectBodyBase | undefined
  /** Of an object that is stored otherwise than it is given. */
  readonly content: CodedContent | undefined
}

/** Runs that were aborted and still put things away: who comes back waits for them. */
const lingering = new Map<string, Promise<unknown>>()

class FileDownload {
  readonly #context: NodeContext
  readonly #job: Job
  readonly #store: CheckpointStore | undefined
  #checkpoint: Checkpoint | undefined
  /** Of the checkpoint, as soon as it is being opened. */
  #name: string | undefined

  constructor(context: NodeContext, job: Job) {
    const { checkpoint = true } = job.options
    this.#context = context
    this.#job = job
    if (checkpoint !== false) {
      this.#store = context.platform.checkpoints(checkpoint === true ? undefined : checkpoint.folder)
    }
  }

  async run(): Promise<DownloadFileOutput> {
    const { signal } = this.#job.options
    const running = this.#run()
    const stopListening = onAbort(signal, () => {
      const name = this.#name
      if (name === undefined) return
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
      // What the run came to is worth more than a lock that could not be deleted.
      await this.#checkpoint?.release().catch(() => undefined)
    }
  }

  /** Once: an object that is replaced all the time would be fetched for ever. */
  #mayRestart(error: unknown): boolean {
    if (!(error instanceof CosClientError)) return false
    // What was damaged on its way to a reader who authenticates it looks like what somebody changed.
    if (error.kind === 'checksum' || error.kind === 'tampered') return true
    return error.kind === 'changed' && !this.#job.request.isPinned
  }

  async #attempt(): Promise<DownloadFileOutput> {
    const found = await this.#find()
    try {
      this.#job.meter.setTotal(found.object.size)
      if (found.object.size > this.#job.request.simpleBytesMax) await this.#openCheckpoint()
      throwIfAborted(this.#job.options.signal)
      return await this.#fetch(found)
    } finally {
      found.body?.cancel()
    }
  }

  /**
   * By one GET, which is all that a small object takes; by HEAD where an earlier run has left its beginning, or the
   * object is known to be large.
   */
  async #find(): Promise<Found> {
    const { request, hint, options, destination } = this.#job
    const extras = { signal: options.signal, crcCheck: false, bodyRetries: partRetries(this.#context) }
    const isHinted = hint.size !== undefined
    if (!isHinted && (await this.#store?.has(this.#idOf(destination)))) await this.#openCheckpoint()
    if (this.#checkpoint || (isHinted && hint.size > request.simpleBytesMax)) {
      const head = await call(this.#context, 'headObject', request.members, extras).catch(unlessForbidden)
      if (head) return this.#opened(head, undefined)
    }
    const { Body, ...head } = await call(this.#context, 'getObject', request.members, extras)
    try {
      return await this.#opened(head, Body)
    } catch (error) {
      Body.cancel()
      throw error
    }
  }

  /** The state of the object as its reader sees it: its size is that of the content. */
  async #opened(head: ObjectHead, body: ObjectBodyBase | undefined): Promise<Found> {
    const { request, options } = this.#job
    const { Bucket, Key } = request.members
    const object = stateOf(head)
    const name = { Bucket: bucketName(Bucket, this.#context.settings.appId), Key }
    const content = await this.#context.coding?.open(head, name, options)
    if (!content) return { head, object, body, content }
    const crc64 = content.encode ? object.crc64 : undefined
    return {
      head: { ...head, ...content.visible },
      object: { ...object, size: content.size, crc64 },
      body,
      content,
    }
  }

  /** Only for large objects: small ones are fetched again sooner than a record is written. */
  async #openCheckpoint(): Promise<void> {
    if (!this.#store || this.#checkpoint) return
    const id = this.#idOf(await canonical(this.#job.destination))
    this.#name = JSON.stringify(id)
    await lingering.get(this.#name)
    this.#checkpoint = await this.#store.open(id)
  }

  #idOf({ path }: Destination): readonly string[] {
    const { Bucket, Key, VersionId = '' } = this.#job.request.members
    const target = targetOf(this.#context.settings, { bucket: Bucket, key: Key })
    const kind = this.#context.coding ? 'download-decoded' : 'download'
    return [kind, target.origin, target.bucket ?? '', Key, VersionId, path]
  }

  async #fetch(found: Found): Promise<DownloadFileOutput> {
    const { request, meter, options } = this.#job
    const { object, body, content } = found
    const draftOptions = await this.#draftOptions(found)
    if (request.crcCheck && (await isInPlace(draftOptions, options.signal))) {
      await this.#checkpoint?.clear()
      meter.resume(object.size)
      return this.#output(found, object.size, object.crc64)
    }
    const draft = await Draft.open(draftOptions)
    const bytesResumed = draft.bytesDone
    try {
      const { members, threads, crcCheck } = request
      const { signal } = options
      const parts = { draft, members, first: body, content, meter, threads, crcCheck, signal }
      await fetchParts(this.#context, parts)
      if (crcCheck) await verify(draft)
      await draft.finish()
    } catch (error) {
      await draft.abandon(error)
      throw error
    }
    return this.#output(found, bytesResumed, draft.crc64)
  }

  async #draftOptions({ object, content }: Found): Promise<DraftOptions> {
    const { request, destination, hint } = this.#job
    const isReplaced = destination.mode !== undefined
    const checkpoint = this.#checkpoint
    const isSimple = object.size <= request.simpleBytesMax
    const { Bucket, Key } = request.members
    return {
      object,
      destination: checkpoint ? await canonical(destination) : destination,
      partBytes: isSimple ? Math.max(1, object.size) : aligned(request.partBytes(object.size), content),
      encode: content?.encode,
      checkpoint,
      isDurable: hint.size === undefined || isReplaced || object.size > UNSYNCED_BYTES_MAX,
      where: { bucket: Bucket, key: Key, destination: destination.path },
    }
  }

  #output(
    { head, object, content }: Found,
    bytesResumed: number,
    crc64: bigint | undefined,
  ): DownloadFileOutput {
    const { request, meter } = this.#job
    meter.finish()
    const verified = content?.isAuthenticated === true || (request.crcCheck && crc64 !== undefined)
    return { ...head, size: object.size, bytesResumed, verified }
  }
}

/** Parts of such content begin where it may be cut. */
function aligned(bytes: number, content: CodedContent | undefined): number {
  return content ? Math.ceil(bytes / content.granule) * content.granule : bytes
}

/** Whoever may read an object need not have the right to ask for its head; then a GET tells as much. */
function unlessForbidden(error: unknown): undefined {
  if (!(error instanceof CosServiceError) || error.statusCode !== 403) throw error
}

function stateOf(head: ObjectHead): ObjectState {
  const state = objectState(head)
  if (state) return state
  const message = 'The server did not tell how long the object is; read it with getObject.'
  throw new CosClientError('body', message, { requestSent: true })
}

async function verify(draft: Draft): Promise<void> {
  const { crc64 } = draft
  if (crc64 === undefined) return
  const engine = await loadCrc64()
  let sum = 0n
  for (const part of draft.parts()) sum = engine.combine(sum, draft.sumOf(part) ?? 0n, part.length)
  if (sum === crc64) return
  const message = `The CRC-64 of what arrived is ${sum}, but the object's is ${crc64}.`
  throw new CosClientError('checksum', message, { requestSent: true })
}
