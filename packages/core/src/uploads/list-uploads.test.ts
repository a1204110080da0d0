// Lists of uploads against their definition, on random keys; and what the definition leaves open.
import { LIMITS } from '@coset/model'
import {
  delimiter,
  keyFragment,
  listNaively,
  objectKey,
  pageKeys,
  TestBucket,
  TestUpload,
} from '@coset/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type ListUploadsInput, type ListUploadsResult, listUploads } from './list-uploads.js'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

function list(query: Partial<ListUploadsInput> = {}) {
  const everything = { prefix: '', delimiter: '', keyMarker: '', uploadIdMarker: '', uploadsMax: undefined }
  return listUploads(bucket.call, bucket.store, { bucket: bucket.name, ...everything, ...query })
}

interface Named {
  readonly key: string
  readonly uploadId: string
}

/** Behind a marker: later keys, or with an id, later uploads of that key too. */
function listByDefinition(all: readonly Named[], query: ListUploadsInput) {
  const { keyMarker, uploadIdMarker } = query
  const keyed = [...all]
    .sort((a, b) => (a.uploadId < b.uploadId ? -1 : 1))
    .filter(({ key, uploadId }) => uploadIdMarker === '' || key !== keyMarker || uploadId > uploadIdMarker)
    .map((one) => ({ key: one.key, entry: one }))
  const start = keyMarker === '' || uploadIdMarker === '' ? keyMarker : { from: keyMarker }
  const { entries, commonPrefixes, last, next } = listNaively(
    keyed,
    { ...query, keysMax: query.uploadsMax },
    start,
  )
  const lastId = typeof last === 'object' ? last.entry.uploadId : ''
  return {
    uploads: entries.map(({ entry }) => entry),
    commonPrefixes,
    next: next === undefined ? undefined : { keyMarker: next, uploadIdMarker: lastId },
  }
}

async function assertPage(all: readonly Named[], query: Partial<ListUploadsInput>) {
  const { uploads, commonPrefixes, next } = await list(query)
  const found = { uploads: uploads.map(({ key, uploadId }) => ({ key, uploadId })), commonPrefixes, next }
  const everything = { prefix: '', delimiter: '', keyMarker: '', uploadIdMarker: '', uploadsMax: undefined }
  expect(found).toEqual(listByDefinition(all, { bucket: bucket.name, ...everything, ...query }))
  return next
}

/** Several uploads of most keys; a clock that stands still now and then leaves their order to their ids. */
const scenes: fc.Arbitrary<Scene> = fc.record({
  keys: fc.array(fc.tuple(objectKey, fc.integer({ min: 1, max: 3 }), fc.constantFrom(0, 1, 5000)), {
    maxLength: 15,
  }),
  asked: fc.array(
    fc.record({
      prefix: keyFragment,
      delimiter,
      keyMarker: keyFragment,
      /** Of an upload by its place, or any text. */
      marker: fc.oneof(fc.nat(), fc.constantFrom('', '0', '1', '9', 'z', '1767225600000')),
      uploadsMax: pageKeys,
    }),
    { minLength: 1, maxLength: 12 },
  ),
})

interface Scene {
  readonly keys: readonly (readonly [key: string, count: number, elapsedMs: number])[]
  readonly asked: readonly Asked[]
}
type Asked = Omit<ListUploadsInput, 'bucket' | 'uploadIdMarker'> & { readonly marker: number | string }

async function beginAll(keys: Scene['keys']): Promise<readonly Named[]> {
  const all: Named[] = []
  for (const [key, count, elapsedMs] of keys) {
    for (let n = 0; n < count; n++) {
      bucket.clock.advance(elapsedMs)
      all.push({ key, uploadId: (await TestUpload.begin(bucket, key)).id })
    }
  }
  return all
}

async function assertAsked(all: readonly Named[], { marker, ...query }: Asked): Promise<void> {
  const at = typeof marker === 'number' ? all[marker % Math.max(1, all.length)] : undefined
  const uploadIdMarker = typeof marker === 'string' ? marker : (at?.uploadId ?? '')
  await assertPage(all, { ...query, uploadIdMarker })
  if (at) await assertPage(all, { ...query, keyMarker: at.key, uploadIdMarker })
}

async function assertPages(all: readonly Named[], query: Partial<ListUploadsInput>): Promise<void> {
  let markers: ListUploadsResult['next'] = { keyMarker: '', uploadIdMarker: '' }
  while (markers) markers = await assertPage(all, { ...query, ...markers })
}

it('gives the pages that the definition gives', async () => {
  const property = fc.asyncProperty(scenes, async ({ keys, asked }) => {
    await bucket.close()
    bucket = await TestBucket.open()
    const all = await beginAll(keys)
    for (const query of asked) await assertAsked(all, query)
    for (const uploadsMax of [1, 2, 3]) {
      for (const { prefix, delimiter: by } of asked.slice(0, 3)) {
        await assertPages(all, { prefix, delimiter: by, uploadsMax })
      }
    }
  })
  await fc.assert(property, { numRuns: 100 })
}, 60_000)

describe('a list of uploads', () => {
  it('tells what each was begun with', async () => {
    const { id } = await TestUpload.begin(bucket, 'key', { storageClass: 'STANDARD_IA' })
    const { uploads } = await list()
    expect(uploads).toMatchObject([
      { key: 'key', uploadId: id, upload: { storageClass: 'STANDARD_IA', initiatedMs: bucket.clock.now() } },
    ])
  })

  it('holds neither objects, nor uploads that ended', async () => {
    await bucket.put('a', 'x')
    await (await TestUpload.of(bucket, 'b', ['x'])).complete()
    await (await TestUpload.of(bucket, 'c', ['x'])).abort()
    const { id } = await TestUpload.of(bucket, 'd', ['x'])
    expect((await list()).uploads).toMatchObject([{ key: 'd', uploadId: id }])
  })

  it('is of at most a thousand', async () => {
    for (let at = 0; at < 1003; at++) await TestUpload.begin(bucket, `key ${String(at).padStart(4, '0')}`)
    for (const uploadsMax of [undefined, 1000, 1001, 5000]) {
      const page = await list({ uploadsMax })
      expect([page.uploads.length, page.uploadsMax]).toEqual([1000, LIMITS.listUploadsMax])
      expect((await list({ ...page.next })).uploads).toHaveLength(3)
    }
    const folded = await list({ delimiter: ' ' })
    expect(folded).toMatchObject({ uploads: [], commonPrefixes: ['key '], next: undefined })
  })

  it('of none has no next', async () => {
    await TestUpload.begin(bucket, 'key')
    expect(await list({ uploadsMax: 0 })).toMatchObject({ uploads: [], next: undefined })
  })

  it('is refused with two characters for a delimiter, and without a bucket', async () => {
    await expect(list({ delimiter: '//' })).rejects.toMatchObject({ code: 'InvalidDelimiter' })
    await expect(list({ bucket: 'none-1250000000' })).rejects.toMatchObject({ code: 'NoSuchBucket' })
  })
})
