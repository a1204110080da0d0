// Steps of multipart uploads, on core and on the model.
import {
  abortUpload,
  completeUpload,
  copyPart,
  createUpload,
  type ListedPart,
  type ListUploadsResult,
  listParts,
  listUploads,
  putPart,
} from '@coset/core'
import { Fault, LIMITS } from '@coset/model'
import { bodyOf, bytesNamed, type Listing, type ModelUpload, type ModelUploadName } from '@coset/testkit'
import { expect } from 'vitest'
import type { Query } from './history-choices.js'
import { bytesOfSource, conditionsOf, modelSource, sourceOf } from './history-copies.js'
import type { Stage } from './history-stage.js'
import type { StepOf } from './history-steps.js'
import { outcome } from './history-told.js'
import type { CopyRange, PartChoice, WriteStep } from './history-write-steps.js'

type UploadStep = Exclude<WriteStep['do'], 'copy' | 'append' | 'setTags'>

export function uploadSteps(stage: Stage): {
  readonly [D in UploadStep]: (step: StepOf<D>) => Promise<void>
} {
  const completer = new Completer(stage)
  return {
    createUpload: (step) => create(stage, step),
    putPart: (step) => place(stage, step),
    copyPart: (step) => copyInto(stage, step),
    complete: (step) => completer.complete(step),
    abort: ({ bucket, upload }) => {
      const name = stage.upload(bucket, upload)
      return stage.same(
        () => abortUpload(stage.call, stage.store, name),
        () => stage.uploads.abort(name),
      )
    },
    listParts: ({ bucket, upload, after, partsMax }) => {
      const name = stage.upload(bucket, upload)
      return stage.same(
        async () => {
          const page = await listParts(stage.call, stage.store, { ...name, after, partsMax })
          const parts = page.parts.map(
            ({ number, part }) => `${number} ${part.etag} ${part.size} ${part.crc64}`,
          )
          return { parts, truncated: page.truncated }
        },
        () => {
          const { parts, truncated } = stage.uploads.listParts(name, after, partsMax)
          const { crc64 } = stage.store
          const shown = parts.map(
            ([number, { etag, bytes }]) => `${number} ${etag} ${bytes.length} ${crc64.of(bytes)}`,
          )
          return { parts: shown, truncated }
        },
      )
    },
    listUploads: (step) => list(stage, step),
    allUploads: (step) => listAll(stage, step),
  }
}

async function create(stage: Stage, step: StepOf<'createUpload'>): Promise<void> {
  const { bucket, metadata, forbidOverwrite } = step
  const key = stage.key(step.key)
  const created = await stage.told(() =>
    createUpload(stage.call, stage.store, {
      ...{ bucket, key, metadata, forbidOverwrite },
      ...{ headers: {}, storageClass: 'STANDARD', acl: {}, tags: [] },
    }),
  )
  const id = created.ok ? created.value : 'none'
  const upload = { key, id, metadata, forbidOverwrite }
  const modelled = await outcome(async () => stage.uploads.create(bucket, upload))
  expect({ ...created, value: undefined }).toEqual({ ...modelled, value: undefined })
  if (created.ok) stage.begun.push({ bucket, key, uploadId: id })
}

function assertPartNumber(number: number): void {
  if (number < 1 || number > LIMITS.partsMax) throw new Fault('InvalidArgument')
}

function place(stage: Stage, { bucket, upload, part, size }: StepOf<'putPart'>): Promise<void> {
  const name = stage.upload(bucket, upload)
  const bytes = bytesNamed(stage.bodyName(), size)
  return stage.same(
    async () => {
      const body = bodyOf(bytes)
      const placed = await putPart(stage.call, stage.store, { ...name, partNumber: part, body, expected: {} })
      return { etag: placed.etag, size: placed.size, crc64: placed.crc64 }
    },
    () => {
      assertPartNumber(part)
      stage.uploads.putPart(name, part, bytes)
      return told(stage, name, part)
    },
  )
}

function copyInto(stage: Stage, step: StepOf<'copyPart'>): Promise<void> {
  const { bucket, upload, part, range } = step
  const name = stage.upload(bucket, upload)
  const source = sourceOf(stage, bucket, step.source)
  const input = {
    ...{ ...name, partNumber: part },
    source: { ...source, conditions: conditionsOf(stage, source, step.source) },
    range: range && { first: range.first, last: range.first + range.length - 1 },
  }
  return stage.same(
    async () => {
      const placed = await copyPart(stage.call, stage.store, input)
      const { etag, size, crc64, sourceVersionId } = placed
      return { etag, size, crc64, sourceVersionId }
    },
    () => {
      assertPartNumber(part)
      stage.uploads.find(name)
      const found = modelSource(stage, source, step.source)
      const bytes = strictSlice(bytesOfSource(found), range)
      stage.uploads.putPart(name, part, bytes)
      return { ...told(stage, name, part), sourceVersionId: source.versionId && found.id }
    },
  )
}

/** Unlike in a read, all of the range has to be there. */
function strictSlice(bytes: Buffer, range: CopyRange | undefined): Buffer {
  if (!range) return bytes
  const end = range.first + range.length
  if (range.length === 0 || end > bytes.length) throw new Fault('InvalidRange')
  return bytes.subarray(range.first, end)
}

function told(stage: Stage, name: ModelUploadName, number: number) {
  const part = stage.uploads.find(name).parts.get(number)
  if (!part) throw new Error('The model has no such part.')
  return { etag: part.etag, size: part.bytes.length, crc64: stage.store.crc64.of(part.bytes) }
}

class Completer {
  readonly #stage: Stage
  /** What each upload was last asked to be completed with. */
  readonly #asked = new Map<string, readonly ListedPart[]>()

  constructor(stage: Stage) {
    this.#stage = stage
  }

  async complete({ bucket, upload, choice, quoted, forbidOverwrite }: StepOf<'complete'>): Promise<void> {
    const { call, store, model, uploads, clock } = this.#stage
    const name = this.#stage.upload(bucket, upload)
    const parts = this.#parts(name, choice, quoted)
    const before = model.versions(name.bucket, name.key)
    const input = { ...name, parts, forbidOverwrite }
    const isOpen =
      model.bucketNames().includes(name.bucket) && (await outcome(async () => uploads.find(name))).ok
    const done = await this.#stage.told(() => completeUpload(call, store, input))
    const versionId = done.ok ? done.value.versionId : undefined
    const modelled = await outcome(async () => {
      const { content, versionId: shown } = uploads.complete({
        ...input,
        nowMs: clock.now(),
        newId: versionId ?? 'null',
      })
      return {
        ...{ etag: content.etag, crc64: store.crc64.of(content.bytes) },
        ...{ versionId: shown, storageClass: 'STANDARD' },
      }
    })
    expect(done).toEqual(modelled)
    if (!done.ok || !isOpen) return
    this.#stage.tookId(name.bucket, name.key, versionId === 'null' ? undefined : versionId, before)
  }

  #parts(name: ModelUploadName, choice: PartChoice, quoted: boolean): readonly ListedPart[] {
    const asked = this.#asked.get(name.uploadId)
    if (choice === 'asBefore' && asked) return asked
    const parts = chosen(this.#listed(name, quoted), choice)
    this.#asked.set(name.uploadId, parts)
    return parts
  }

  /** All parts the model knows; of an upload it does not know, one that is made up. */
  #listed({ bucket, uploadId }: ModelUploadName, quoted: boolean): readonly ListedPart[] {
    const { model } = this.#stage
    const upload = model.bucketNames().includes(bucket) && model.bucket(bucket).uploads.get(uploadId)
    const made = [{ partNumber: 1, etag: '0'.repeat(32) }]
    const parts = upload ? [...upload.parts].map(([partNumber, { etag }]) => ({ partNumber, etag })) : made
    return parts
      .map(({ partNumber, etag }) => ({ partNumber, etag: quoted ? `"${etag}"` : etag }))
      .sort((a, b) => a.partNumber - b.partNumber)
  }
}

/** What core refuses as small at any place but the last is left in: the model refuses it too. */
function chosen(parts: readonly ListedPart[], choice: PartChoice): readonly ListedPart[] {
  const [first] = parts
  if (choice === 'none' || !first) return []
  if (choice === 'some') return parts.filter((_part, at) => at % 2 === 0)
  if (choice === 'last') return parts.slice(-1)
  if (choice === 'wrongETag') return [{ ...first, etag: 'f'.repeat(32) }, ...parts.slice(1)]
  if (choice === 'wrongOrder') return [...parts].reverse()
  if (choice === 'twice') return [first, ...parts]
  return choice === 'notUploaded' ? [...parts, { ...first, partNumber: 10_000 }] : parts
}

function list(stage: Stage, { bucket, query, marked }: StepOf<'listUploads'>): Promise<void> {
  const found = marked === undefined ? undefined : stage.upload(bucket, marked)
  const markers = { keyMarker: found?.key ?? query.marker, uploadIdMarker: found?.uploadId ?? '' }
  const { prefix, delimiter, keysMax } = query
  return stage.same(
    async () => {
      const input = { bucket, prefix, delimiter, uploadsMax: keysMax, ...markers }
      return shown(await listUploads(stage.call, stage.store, input))
    },
    () => shownModel(stage.uploads.listUploads(bucket, { prefix, delimiter, keysMax, ...markers })),
  )
}

/** Page after page gives what one page without end would. */
function listAll(stage: Stage, { bucket, query }: StepOf<'allUploads'>): Promise<void> {
  return stage.same(
    () => allUploads(stage, bucket, query),
    () => {
      const whole = { ...query, keysMax: undefined, keyMarker: '', uploadIdMarker: '' }
      return shownModel(stage.uploads.listUploads(bucket, whole))
    },
  )
}

async function allUploads(stage: Stage, bucket: string, { prefix, delimiter, keysMax }: Query) {
  const uploads: string[] = []
  const prefixes: string[] = []
  let markers: ListUploadsResult['next'] = { keyMarker: '', uploadIdMarker: '' }
  while (markers) {
    const uploadsMax = Math.max(1, keysMax ?? 1)
    const page = await listUploads(stage.call, stage.store, {
      bucket,
      prefix,
      delimiter,
      uploadsMax,
      ...markers,
    })
    uploads.push(...shown(page).uploads)
    prefixes.push(...page.commonPrefixes)
    markers = page.next
  }
  return { uploads, prefixes, next: undefined }
}

function shown({ uploads, commonPrefixes, next }: ListUploadsResult) {
  const all = uploads.map(
    ({ key, uploadId, upload }) => `${key} ${uploadId} ${JSON.stringify(upload.metadata)}`,
  )
  return { uploads: all, prefixes: commonPrefixes, next }
}

function shownModel({ entries, commonPrefixes, last, next }: Listing<ModelUpload>) {
  const uploads = entries.map(({ key, entry }) => `${key} ${entry.id} ${JSON.stringify(entry.metadata)}`)
  const uploadIdMarker = typeof last === 'object' ? last.entry.id : ''
  return {
    uploads,
    prefixes: commonPrefixes,
    next: next === undefined ? undefined : { keyMarker: next, uploadIdMarker },
  }
}
