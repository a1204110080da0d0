// Steps of copies and appends, on core and on the model.
import { appendObject, type Conditions, copyObject, setTags } from '@coset/core'
import { Fault, LIMITS } from '@coset/model'
import { bodyOf, bytesNamed, type ModelContent, type ModelVersion, md5Of } from '@coset/testkit'
import { expect } from 'vitest'
import { KEYS, type KeyNumber } from './history-choices.js'
import type { Stage } from './history-stage.js'
import type { StepOf } from './history-steps.js'
import { outcome } from './history-told.js'
import type { Source } from './history-write-steps.js'

const OTHER = { 'first-1250000000': 'second-1250000000', 'second-1250000000': 'first-1250000000' }

export function copySteps(stage: Stage) {
  return {
    copy: (step: StepOf<'copy'>) => copy(stage, step),
    append: (step: StepOf<'append'>) => append(stage, step),
    setTags: (step: StepOf<'setTags'>) => tag(stage, step),
  }
}

export interface SourceName {
  readonly bucket: string
  readonly key: string
  readonly versionId: string | undefined
}

export function sourceOf(stage: Stage, bucket: string, source: Source): SourceName {
  const from = source.otherBucket ? (OTHER[bucket as keyof typeof OTHER] ?? bucket) : bucket
  const number = sourceKey(stage, from, source.key)
  const versionId = source.id === undefined ? undefined : stage.id(from, number, source.id)
  return { bucket: from, key: stage.key(number), versionId }
}

/** Mostly a key that has something to copy. */
function sourceKey(stage: Stage, bucket: string, number: KeyNumber): KeyNumber {
  const live = stage.model.bucketNames().includes(bucket) ? stage.model.keys(bucket) : []
  const key = number < KEYS - 2 ? live[number % live.length] : undefined
  return key === undefined ? number : stage.keyNumber(key)
}

export function conditionsOf(stage: Stage, name: SourceName, { condition }: Source): Conditions {
  const versions = stage.model.versions(name.bucket, name.key)
  const named = name.versionId ? versions.find(({ id }) => id === name.versionId) : versions[0]
  const etag = `"${named?.content?.etag ?? 'none'}"`
  if (condition === 'ifMatch') return { ifMatch: etag }
  if (condition === 'ifNoneMatch') return { ifNoneMatch: etag }
  return condition === 'ifMatchOther' ? { ifMatch: `"${'0'.repeat(32)}"` } : {}
}

type FoundSource = ModelVersion & { readonly content: ModelContent }

/** Throws what a copy from there has to throw. */
export function modelSource(stage: Stage, name: SourceName, { condition }: Source): FoundSource {
  const found = liveSource(stage, name)
  if (condition === 'ifNoneMatch' || condition === 'ifMatchOther') throw new Fault('PreconditionFailed')
  if (found.content.appends) throw new Fault('InvalidCopySource')
  return found
}

function liveSource(stage: Stage, { bucket, key, versionId }: SourceName): FoundSource {
  try {
    return stage.model.get(bucket, key, versionId)
  } catch (error) {
    if (error instanceof Fault && error.code === 'MethodNotAllowed') throw new Fault('InvalidRequest')
    // Without the marker's id: the reply is that of the target.
    if (error instanceof Fault && error.code === 'NoSuchKey') throw new Fault('NoSuchKey')
    throw error
  }
}

export function bytesOfSource({ content }: FoundSource): Buffer {
  return content.bytes
}

async function copy(stage: Stage, step: StepOf<'copy'>): Promise<void> {
  const { bucket, metadata, forbidOverwrite } = step
  const { model, call, store } = stage
  const key = stage.key(step.key)
  const source = sourceOf(stage, bucket, step.source)
  const before = model.versions(bucket, key)
  const copied = await stage.told(() =>
    copyObject(call, store, {
      ...{ bucket, key, metadata: metadata ?? {}, forbidOverwrite, headers: {} },
      ...{ storageClass: 'STANDARD', acl: {}, tags: [], replacesTags: false },
      source: { ...source, conditions: conditionsOf(stage, source, step.source) },
      replacesMetadata: metadata !== undefined,
    }),
  )
  const id = (copied.ok ? copied.value.versionId : undefined) ?? 'null'
  const modelled = await outcome(async () => {
    const isItself = source.bucket === bucket && source.key === key && !source.versionId
    if (isItself && metadata === undefined) throw new Fault('InvalidRequest')
    const found = modelSource(stage, source, step.source)
    const isThere = model.versions(bucket, key).length > 0
    model.bucket(bucket)
    if (forbidOverwrite && !model.versioning(bucket) && isThere) throw new Fault('FileAlreadyExists')
    const content = { ...found.content, metadata: metadata ?? found.content.metadata }
    model.put(bucket, key, content, id)
    const { etag, bytes } = content
    return { etag, crc64: store.crc64.of(bytes), sourceVersionId: source.versionId && found.id }
  })
  const { value } = copied.ok ? copied : { value: undefined }
  const shown = value && { etag: value.etag, crc64: value.crc64, sourceVersionId: value.sourceVersionId }
  expect(copied.ok ? { ok: true, value: shown } : copied).toEqual(modelled)
  if (copied.ok) stage.tookId(bucket, key, copied.value.versionId, before)
}

async function append(stage: Stage, step: StepOf<'append'>): Promise<void> {
  const { bucket, size, metadata, off } = step
  const { model, call, store } = stage
  const key = stage.key(step.key)
  const bytes = bytesNamed(stage.bodyName(), size)
  const length = model.versions(bucket, key)[0]?.content?.bytes.length ?? 0
  const position = Math.max(0, length + off)
  await stage.same(
    async () => {
      const result = await appendObject(call, store, {
        ...{ bucket, key, metadata, position, body: bodyOf(bytes, 5000), expected: {}, headers: {} },
        ...{ storageClass: 'STANDARD', acl: {}, tags: [], forbidOverwrite: false },
      })
      return { ...result }
    },
    () => {
      const content = model.append(bucket, key, { position, bytes, metadata })
      const { bytes: all, etag } = content
      return { etag, crc64: store.crc64.of(all), size: all.length, chunkMd5: md5Of(bytes) }
    },
  )
}

/** Of a version that may be older, a marker, or not there at all. */
function tag(stage: Stage, { bucket, key: number, id, tags: count }: StepOf<'setTags'>): Promise<void> {
  const versionId = id === undefined ? undefined : stage.id(bucket, number, id)
  const key = stage.key(number)
  const name = stage.bodyName()
  const tags = Array.from({ length: count }, (_, at) => ({ Key: `${at}`, Value: name }))
  return stage.same(
    async () => void (await setTags(stage.call, stage.store, { bucket, key, versionId }, tags)),
    () => {
      if (count > LIMITS.objectTagsMax) throw new Fault('InvalidTag')
      const shown = tags.map((one) => `${one.Key}=${one.Value}`)
      stage.model.setTags(bucket, key, versionId, shown)
    },
  )
}
