// The four conditions of a read, alone and together, and with which status each is answered.

const DAY_MS = 86_400_000
/** That of no object here. */
export const OTHER_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"'

export interface Conditions {
  IfMatch?: string
  IfNoneMatch?: string
  IfModifiedSince?: string
  IfUnmodifiedSince?: string
}

/** The object that is asked for: its ETag and time, and times around it. */
export interface Known {
  readonly etag: string
  readonly modified: string
  readonly before: string
  readonly after: string
}

export function knownOf(etag: string, modified: string): Known {
  const around = (ms: number) => new Date(Date.parse(modified) + ms).toUTCString()
  return { etag, modified, before: around(-DAY_MS), after: around(DAY_MS) }
}

export const CONDITIONS: readonly (readonly [
  name: string,
  conditions: (known: Known) => Conditions,
  status: number,
])[] = [
  ['If-Match of its ETag', (known) => ({ IfMatch: known.etag }), 200],
  ['If-Match without quotes', (known) => ({ IfMatch: known.etag.replaceAll('"', '') }), 200],
  ['If-Match of anything', () => ({ IfMatch: '*' }), 200],
  ['If-Match of several', (known) => ({ IfMatch: `${OTHER_ETAG}, ${known.etag}` }), 200],
  ['If-Match of another', () => ({ IfMatch: OTHER_ETAG }), 412],
  ['If-None-Match of its ETag', (known) => ({ IfNoneMatch: known.etag }), 304],
  ['If-None-Match without quotes', (known) => ({ IfNoneMatch: known.etag.replaceAll('"', '') }), 304],
  ['If-None-Match of anything', () => ({ IfNoneMatch: '*' }), 304],
  ['If-None-Match of another', () => ({ IfNoneMatch: OTHER_ETAG }), 200],
  ['If-Modified-Since before', (known) => ({ IfModifiedSince: known.before }), 200],
  ['If-Modified-Since that second', (known) => ({ IfModifiedSince: known.modified }), 304],
  ['If-Modified-Since after', (known) => ({ IfModifiedSince: known.after }), 304],
  ['If-Modified-Since of no time', () => ({ IfModifiedSince: 'yesterday' }), 200],
  ['If-Unmodified-Since before', (known) => ({ IfUnmodifiedSince: known.before }), 412],
  ['If-Unmodified-Since that second', (known) => ({ IfUnmodifiedSince: known.modified }), 200],
  ['If-Unmodified-Since after', (known) => ({ IfUnmodifiedSince: known.after }), 200],
  ['If-Unmodified-Since of no time', () => ({ IfUnmodifiedSince: 'tomorrow' }), 200],
  [
    'If-Match over If-Unmodified-Since',
    (known) => ({ IfMatch: known.etag, IfUnmodifiedSince: known.before }),
    200,
  ],
  [
    'If-Match of another, unmodified',
    (known) => ({ IfMatch: OTHER_ETAG, IfUnmodifiedSince: known.after }),
    412,
  ],
  [
    'If-None-Match over If-Modified-Since',
    (known) => ({ IfNoneMatch: OTHER_ETAG, IfModifiedSince: known.after }),
    200,
  ],
  [
    'If-None-Match of its ETag, modified',
    (known) => ({ IfNoneMatch: known.etag, IfModifiedSince: known.before }),
    304,
  ],
  ['If-Match and If-None-Match', (known) => ({ IfMatch: known.etag, IfNoneMatch: known.etag }), 304],
  ['If-Match fails before If-None-Match', (known) => ({ IfMatch: OTHER_ETAG, IfNoneMatch: known.etag }), 412],
  ['both times within', (known) => ({ IfModifiedSince: known.before, IfUnmodifiedSince: known.after }), 200],
  [
    'both times, not modified',
    (known) => ({ IfModifiedSince: known.after, IfUnmodifiedSince: known.after }),
    304,
  ],
  ['all four met', (known) => everything(known, known.etag, OTHER_ETAG), 200],
  ['all four, wrong ETag', (known) => everything(known, OTHER_ETAG, OTHER_ETAG), 412],
  ['all four, known ETag', (known) => everything(known, known.etag, known.etag), 304],
]

function everything({ before, after }: Known, IfMatch: string, IfNoneMatch: string): Conditions {
  return { IfMatch, IfNoneMatch, IfModifiedSince: before, IfUnmodifiedSince: after }
}
