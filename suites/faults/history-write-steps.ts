// Steps of uploads, copies and appends.
import { LIMITS } from '@coset/model'
import { objectSize, userMetadata } from '@coset/testkit'
import fc from 'fast-check'
import {
  type IdNumber,
  id,
  type KeyNumber,
  key,
  type Query,
  query,
  type UploadNumber,
  upload,
} from './history-choices.js'

type Metadata = Readonly<Record<string, string>>

export interface Source {
  /** Of another bucket or the step's own. */
  readonly otherBucket: boolean
  readonly key: KeyNumber
  readonly id: IdNumber | undefined
  /** Held against the source's ETag, or another. */
  readonly condition: 'ifMatch' | 'ifNoneMatch' | 'ifMatchOther' | undefined
}

/** Which of the uploaded parts a completion lists, and what it gets wrong. */
export type PartChoice =
  | 'all'
  | 'some'
  | 'last'
  | 'none'
  | 'asBefore'
  | 'wrongETag'
  | 'wrongOrder'
  | 'twice'
  | 'notUploaded'

export interface CopyRange {
  readonly first: number
  readonly length: number
}

export type WriteStep =
  | {
      readonly do: 'createUpload'
      readonly key: KeyNumber
      readonly metadata: Metadata
      readonly forbidOverwrite: boolean
    }
  | {
      readonly do: 'putPart'
      readonly upload: UploadNumber
      readonly part: number
      readonly size: number
    }
  | {
      readonly do: 'copyPart'
      readonly upload: UploadNumber
      readonly part: number
      readonly source: Source
      readonly range: CopyRange | undefined
    }
  | {
      readonly do: 'complete'
      readonly upload: UploadNumber
      readonly choice: PartChoice
      readonly quoted: boolean
      readonly forbidOverwrite: boolean
    }
  | { readonly do: 'abort'; readonly upload: UploadNumber }
  | {
      readonly do: 'listParts'
      readonly upload: UploadNumber
      readonly after: number
      readonly partsMax: number | undefined
    }
  | { readonly do: 'listUploads'; readonly query: Query; readonly marked: UploadNumber | undefined }
  | { readonly do: 'allUploads'; readonly query: Query }
  | {
      readonly do: 'copy'
      readonly key: KeyNumber
      readonly source: Source
      readonly metadata: Metadata | undefined
      readonly forbidOverwrite: boolean
    }
  | {
      readonly do: 'append'
      readonly key: KeyNumber
      readonly size: number
      readonly metadata: Metadata
      /** Off by this much from where it has to be. */
      readonly off: number
    }
  | {
      readonly do: 'setTags'
      readonly key: KeyNumber
      readonly id: IdNumber | undefined
      /** That many. */
      readonly tags: number
    }

type StepArbitrary<S extends WriteStep = WriteStep> = S extends WriteStep
  ? readonly [number, S['do'], { readonly [K in keyof Omit<S, 'do'>]: fc.Arbitrary<Omit<S, 'do'>[K]> }]
  : never

const MIB = LIMITS.partBytesMin
const rarely = fc.integer({ min: 0, max: 9 }).map((number) => number === 0)
const partSize = fc.oneof(
  { weight: 3, arbitrary: objectSize },
  { weight: 5, arbitrary: fc.constantFrom(MIB - 1, MIB, MIB, MIB + 1, MIB + 8192) },
)
const part = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(1, 2, 3, 4, LIMITS.partsMax) },
  { weight: 1, arbitrary: fc.constantFrom(0, LIMITS.partsMax + 1) },
)
const source: fc.Arbitrary<Source> = fc.record({
  otherBucket: rarely,
  key,
  id: fc.oneof({ weight: 3, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: id }),
  condition: fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    { weight: 3, arbitrary: fc.constantFrom<Source['condition']>('ifMatch', 'ifNoneMatch', 'ifMatchOther') },
  ),
})
const copyRange = fc.option(
  fc.record({
    first: fc.constantFrom(0, 1, 8192, MIB - 1, MIB, MIB + 1),
    length: fc.constantFrom(0, 1, 8192, 8193, MIB - 1, MIB, MIB + 2),
  }),
  { nil: undefined },
)
const choice = fc.constantFrom<PartChoice>(
  ...Array<PartChoice>(6).fill('all'),
  ...Array<PartChoice>(4).fill('some'),
  ...Array<PartChoice>(2).fill('asBefore'),
  ...(['last', 'none', 'wrongETag', 'wrongOrder', 'twice', 'notUploaded'] as const),
)
const partsMax = fc.constantFrom(undefined, 0, 1, 2, 1000, 5000)
const after = fc.constantFrom(0, 0, 1, 2, 3, 9999, 20_000)

export const writeSteps: readonly StepArbitrary[] = [
  [5, 'createUpload', { key, metadata: userMetadata, forbidOverwrite: rarely }],
  [18, 'putPart', { upload, part, size: partSize }],
  [7, 'copyPart', { upload, part, source, range: copyRange }],
  [9, 'complete', { upload, choice, quoted: fc.boolean(), forbidOverwrite: rarely }],
  [2, 'abort', { upload }],
  [2, 'listParts', { upload, after, partsMax }],
  [2, 'listUploads', { query, marked: fc.option(upload, { nil: undefined }) }],
  [1, 'allUploads', { query }],
  [
    10,
    'copy',
    { key, source, metadata: fc.option(userMetadata, { nil: undefined }), forbidOverwrite: rarely },
  ],
  [
    4,
    'setTags',
    { key, id: fc.option(id, { nil: undefined, freq: 1 }), tags: fc.constantFrom(0, 1, 3, 10, 11) },
  ],
  [6, 'append', { key, size: objectSize, metadata: userMetadata, off: fc.constantFrom(0, 0, 0, 0, 1, -1) }],
]
