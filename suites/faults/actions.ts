// Everything that writes, as faults and cancellations strike it, and what tells whether it was done.
import {
  abortUpload,
  appendObject,
  type Call,
  completeUpload,
  copyObject,
  copyPart,
  createUpload,
  deleteObject,
  listParts,
  putPart,
  type Store,
} from '@coset/core'
import { Fault } from '@coset/model'
import { bodyOf, bytesNamed } from '@coset/testkit'
import {
  BUCKET,
  currentOf,
  KEY,
  NEW,
  newestVersion,
  PLAIN,
  put,
  SMALL,
  SOURCE,
  type Versioning,
} from './scene.js'

const APPENDED = 'appended'
const PART = bytesNamed('part', 60_000)

export interface Action {
  readonly name: string
  /** Done before anything strikes; `run` and `observe` get the upload it began. */
  readonly prepare?: (call: Call, store: Store) => Promise<string>
  readonly run: (call: Call, store: Store, uploadId: string) => Promise<unknown>
  /** Differs before and after, and never stands in between. Default: the bytes of the old object's key. */
  readonly observe?: (call: Call, store: Store, uploadId: string) => Promise<string>
  /** Default: in all of them. */
  readonly states?: readonly Versioning[]
}

export const ACTIONS: readonly Action[] = [
  { name: 'a large put', run: (call, store) => put(call, store, NEW) },
  { name: 'a small put', run: (call, store) => put(call, store, SMALL) },
  { name: 'a deletion', run: (call, store) => deleteObject(call, store, { bucket: BUCKET, key: KEY }) },
  {
    name: 'the deletion of a version',
    async run(call, store) {
      const versionId = await newestVersion(store)
      await deleteObject(call, store, { bucket: BUCKET, key: KEY, versionId })
    },
  },
  {
    name: 'a copy',
    run: (call, store) =>
      copyObject(call, store, {
        ...PLAIN,
        source: source(SOURCE),
        replacesMetadata: false,
        replacesTags: false,
      }),
  },
  {
    name: 'the beginning of an append',
    states: ['never', 'Suspended'],
    run: (call, store) => append(call, store, 0, NEW),
    observe: (call, store) => shown(call, store, APPENDED),
  },
  {
    name: 'an append',
    states: ['never', 'Suspended'],
    async prepare(call, store) {
      await append(call, store, 0, SMALL)
      return ''
    },
    run: (call, store) => append(call, store, SMALL.length, NEW),
    observe: (call, store) => shown(call, store, APPENDED),
  },
  {
    name: 'a small append',
    states: ['never', 'Suspended'],
    async prepare(call, store) {
      await append(call, store, 0, NEW)
      return ''
    },
    run: (call, store) => append(call, store, NEW.length, SMALL),
    observe: (call, store) => shown(call, store, APPENDED),
  },
  {
    name: 'a part',
    prepare: begin,
    run: (call, store, uploadId) => part(call, store, uploadId, 2),
    observe: partsOf,
  },
  {
    name: 'a part in the place of another',
    prepare: beginWithPart,
    run: (call, store, uploadId) => part(call, store, uploadId, 1),
    observe: partsOf,
  },
  {
    name: 'a copied part',
    prepare: beginWithPart,
    run: (call, store, uploadId) =>
      copyPart(call, store, {
        ...nameOf(uploadId),
        partNumber: 1,
        source: source(SOURCE),
        range: { first: 5, last: 70_000 },
      }),
    observe: partsOf,
  },
  {
    name: 'the completion of an upload',
    prepare: beginWithPart,
    run: (call, store, uploadId) => complete(call, store, uploadId),
  },
  {
    name: 'the abortion of an upload',
    prepare: beginWithPart,
    run: (call, store, uploadId) => abortUpload(call, store, nameOf(uploadId)),
    observe: partsOf,
  },
]

/** Those that are possible in a bucket of that state. */
export function actionsIn(state: Versioning): readonly Action[] {
  return ACTIONS.filter(({ states }) => states?.includes(state) ?? true)
}

export function observed(action: Action, call: Call, store: Store, uploadId: string): Promise<string> {
  return action.observe?.(call, store, uploadId) ?? shown(call, store, KEY)
}

async function shown(call: Call, store: Store, key: string): Promise<string> {
  return (await currentOf(call, store, key))?.toString('base64') ?? 'nothing'
}

function source(key: string) {
  return { bucket: BUCKET, key, conditions: {} }
}

function append(call: Call, store: Store, position: number, bytes: Buffer) {
  return appendObject(call, store, { ...PLAIN, key: APPENDED, body: bodyOf(bytes), position })
}

function nameOf(uploadId: string) {
  return { bucket: BUCKET, key: KEY, uploadId }
}

function begin(call: Call, store: Store): Promise<string> {
  return createUpload(call, store, PLAIN)
}

async function beginWithPart(call: Call, store: Store): Promise<string> {
  const uploadId = await begin(call, store)
  const body = bodyOf(bytesNamed('first', 50_000))
  await putPart(call, store, { ...nameOf(uploadId), partNumber: 1, body, expected: {} })
  await part(call, store, uploadId, 7)
  return uploadId
}

function part(call: Call, store: Store, uploadId: string, partNumber: number) {
  return putPart(call, store, { ...nameOf(uploadId), partNumber, body: bodyOf(PART), expected: {} })
}

/** Leaves part 7 out. */
async function complete(call: Call, store: Store, uploadId: string) {
  const { parts } = await listParts(call, store, { ...nameOf(uploadId), after: 0, partsMax: 1 })
  const listed = parts.map(({ number, part }) => ({ partNumber: number, etag: part.etag }))
  await completeUpload(call, store, { ...nameOf(uploadId), parts: listed, forbidOverwrite: false })
}

async function partsOf(call: Call, store: Store, uploadId: string): Promise<string> {
  try {
    const { parts } = await listParts(call, store, { ...nameOf(uploadId), after: 0, partsMax: undefined })
    return parts.map(({ number, part }) => `${number} ${part.etag} ${part.size}`).join()
  } catch (error) {
    if (error instanceof Fault) return error.code
    throw error
  }
}
