// Deletion of everything whose key begins alike: listed page by page, deleted by the thousand.
import { LIMITS } from '@coset/model'
import type { CallOptions, Context } from '../context.js'
import { CosClientError, CosError } from '../errors.js'
import type { OperationInput, OperationOutput } from '../operations.js'
import { objectPages, versionPages } from '../pages.js'
import { isTransientCode, retryDelayMs } from '../retry.js'
import { joinSignals } from './background.js'
import { call } from './call.js'
import { patiently } from './patience.js'
import { runPool } from './pool.js'

export interface DeletePrefixInput {
  /** `BucketName-APPID`. */
  readonly Bucket: string
  /** Plain text that keys begin with: `root/logs` deletes `root/logs2` too, `root/logs/` does not. */
  readonly Prefix: string
}

export interface DeletePrefixOptions extends CallOptions {
  /** Told after each request. */
  readonly onProgress?: ((progress: DeletePrefixProgress) => void) | undefined
  /** Told of each object that is gone, or with `dryRun` of each that would be. */
  readonly onDeleted?: ((deleted: DeletedObject) => void) | undefined
  /** Delete nothing, and tell what would be. Default false. */
  readonly dryRun?: boolean | undefined
  /** Delete every version and delete marker for good. Default false: as deleteObject does. */
  readonly allVersions?: boolean | undefined
  /** Needed for an empty `Prefix`, which empties the bucket. Default false. */
  readonly deleteAll?: boolean | undefined
  /** Requests at a time. Default 4. */
  readonly concurrency?: number | undefined
  /** Stop once so many objects were refused. Default 10,000. */
  readonly failuresMax?: number | undefined
}

export interface DeletedObject {
  readonly Key: string
  /** With `allVersions`. */
  readonly VersionId: string | undefined
}

export interface DeletePrefixFailure extends DeletedObject {
  /** COS's code, such as `AccessDenied`. */
  readonly Code: string
  readonly Message: string
}

export interface DeletePrefixProgress {
  /** Objects, or versions, found so far. */
  readonly found: number
  readonly deleted: number
  readonly failed: number
}

export interface DeletePrefixResult {
  /** Objects, or versions and delete markers, that are gone; with `dryRun`, that would be. */
  readonly deleted: number
  /** Every one that was refused. */
  readonly failed: readonly DeletePrefixFailure[]
  /** Whether there may be more that was not tried: after `failuresMax`, an abort or an error. */
  readonly stoppedEarly: boolean
  /** Whether all that was found is gone. */
  readonly success_all: boolean
}

type Named = { readonly Key: string; readonly VersionId?: string | undefined }
type Refusal = OperationOutput<'deleteObjects'>['Error'][number]

const CONCURRENCY = 4
const CONCURRENCY_MAX = 64
const FAILURES_MAX = 10_000

export async function deletePrefix(
  context: Context,
  input: DeletePrefixInput,
  options: DeletePrefixOptions = {},
): Promise<DeletePrefixResult> {
  const { concurrency = CONCURRENCY, signal, allVersions = false } = options
  checkInput(input, options)
  const deletion = new Deletion(context, input, options)
  // A list that is under way ends with whatever ends the deletion.
  const failure = new AbortController()
  const listing = joinSignals(signal, failure.signal)
  const pages = (allVersions ? versionsOf : objectsOf)(context, input, listing.signal)
  try {
    await runPool(pages, { limit: concurrency, signal }, (batch, poolSignal) =>
      deletion.run(batch, poolSignal).catch((error: unknown) => {
        failure.abort(error)
        throw error
      }),
    )
  } catch (error) {
    if (error instanceof TooManyFailures) return deletion.result(true)
    throw error instanceof CosError ? Object.assign(error, { result: deletion.result(true) }) : error
  } finally {
    listing.release()
  }
  return deletion.result(false)
}

function checkInput({ Prefix }: DeletePrefixInput, options: DeletePrefixOptions): void {
  const { deleteAll = false, concurrency = CONCURRENCY, failuresMax = FAILURES_MAX } = options
  if (typeof Prefix !== 'string') throw invalid('Prefix must be text.')
  if (Prefix === '' && !deleteAll) {
    throw invalid('An empty Prefix empties the whole bucket; if that is meant, set `deleteAll`.')
  }
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > CONCURRENCY_MAX) {
    throw invalid(`concurrency must be a whole number from 1 to ${CONCURRENCY_MAX}.`)
  }
  if (!(failuresMax >= 1)) throw invalid('failuresMax must be at least 1.')
}

async function* objectsOf(
  context: Context,
  { Bucket, Prefix }: DeletePrefixInput,
  signal: AbortSignal,
): AsyncGenerator<readonly Named[]> {
  const list = (page: OperationInput<'listObjects'>) =>
    patiently(context, signal, () => call(context, 'listObjects', page, { signal }))
  for await (const { Contents } of objectPages(list, { Bucket, Prefix })) {
    yield Contents.map(({ Key }) => ({ Key }))
  }
}

async function* versionsOf(
  context: Context,
  { Bucket, Prefix }: DeletePrefixInput,
  signal: AbortSignal,
): AsyncGenerator<readonly Named[]> {
  const list = (page: OperationInput<'listObjectVersions'>) =>
    patiently(context, signal, () => call(context, 'listObjectVersions', page, { signal }))
  for await (const { Version, DeleteMarker } of versionPages(list, { Bucket, Prefix })) {
    yield [...Version, ...DeleteMarker].map(({ Key, VersionId }) => ({ Key, VersionId }))
  }
}

class Deletion {
  readonly #context: Context
  readonly #Bucket: string
  readonly #options: DeletePrefixOptions
  readonly #failed: DeletePrefixFailure[] = []
  #found = 0
  #deleted = 0

  constructor(context: Context, { Bucket }: DeletePrefixInput, options: DeletePrefixOptions) {
    this.#context = context
    this.#Bucket = Bucket
    this.#options = options
  }

  /** A server may list more at a time than it deletes. */
  async run(page: readonly Named[], signal: AbortSignal): Promise<void> {
    this.#found += page.length
    for (let start = 0; start < page.length; start += LIMITS.deleteObjectsMax) {
      const batch = page.slice(start, start + LIMITS.deleteObjectsMax)
      if (this.#options.dryRun) this.#count(batch)
      else await this.#delete(batch, signal)
      this.#options.onProgress?.({
        found: this.#found,
        deleted: this.#deleted,
        failed: this.#failed.length,
      })
    }
  }

  result(stoppedEarly: boolean): DeletePrefixResult {
    const failed = [...this.#failed]
    const success_all = !stoppedEarly && failed.length === 0
    return { deleted: this.#deleted, failed, stoppedEarly, success_all }
  }

  /** Those whose failure may pass are asked for again, alone. */
  async #delete(batch: readonly Named[], signal: AbortSignal): Promise<void> {
    const { settings, platform, clock } = this.#context
    let left = batch
    for (let retries = 0; left.length > 0; retries++) {
      const refusals = new Map(
        (await this.#request(left, signal)).map((refusal) => [nameOf(refusal), refusal]),
      )
      const again: Named[] = []
      const gone: Named[] = []
      for (const named of left) {
        const refusal = refusals.get(nameOf(named))
        if (!refusal) gone.push(named)
        else if (retries < settings.retries && isTransientCode(refusal.Code)) again.push(named)
        else this.#failed.push(failureOf(named, refusal))
      }
      this.#count(gone)
      this.#stopAfterMany()
      left = again
      if (left.length === 0) return
      await platform.sleep(retryDelayMs(retries, undefined, platform.random, clock.nowMs()), signal)
    }
  }

  async #request(batch: readonly Named[], signal: AbortSignal): Promise<readonly Refusal[]> {
    const Delete = { Quiet: true, Object: [...batch] }
    const input = { Bucket: this.#Bucket, Delete }
    const output = await patiently(this.#context, signal, () =>
      call(this.#context, 'deleteObjects', input, { signal }),
    )
    return output.Error
  }

  #count(batch: readonly Named[]): void {
    this.#deleted += batch.length
    for (const { Key, VersionId } of batch) this.#options.onDeleted?.({ Key, VersionId })
  }

  #stopAfterMany(): void {
    const { failuresMax = FAILURES_MAX } = this.#options
    if (this.#failed.length >= failuresMax) throw new TooManyFailures()
  }
}

class TooManyFailures extends Error {}

function nameOf({ Key, VersionId }: Named): string {
  return `${VersionId ?? ''}/${Key}`
}

function failureOf({ Key, VersionId }: Named, { Code, Message }: Refusal): DeletePrefixFailure {
  return { Key, VersionId, Code, Message }
}

function invalid(message: string): CosClientError {
  return new CosClientError('validation', message)
}
