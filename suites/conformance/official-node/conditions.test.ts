// The four conditions of a read, alone and together, by the official Node SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, headersOf } from './stations.js'

const DAY_MS = 86_400_000
const OTHER = '"d41d8cd98f00b204e9800998ecf8427e"'

interface Conditions {
  IfMatch?: string
  IfNoneMatch?: string
  IfModifiedSince?: string
  IfUnmodifiedSince?: string
}

eachStyle((at) => {
  const named = () => ({ Bucket: at.Bucket, Region: at.Region, Key: 'object' })
  const known = { etag: '', modified: '', before: '', after: '' }

  beforeAll(async () => {
    await at.cos.putObject({ ...named(), Body: 'content', ContentType: 'text/plain' })
    const head = await at.cos.headObject(named())
    known.etag = head.ETag
    known.modified = headersOf(head)['last-modified'] ?? ''
    const time = Date.parse(known.modified)
    known.before = new Date(time - DAY_MS).toUTCString()
    known.after = new Date(time + DAY_MS).toUTCString()
  })

  const status = async (method: 'getObject' | 'headObject', conditions: Conditions): Promise<number> => {
    const Headers: Record<string, string> = {}
    if (conditions.IfMatch) Headers['If-Match'] = conditions.IfMatch
    if (conditions.IfNoneMatch) Headers['If-None-Match'] = conditions.IfNoneMatch
    if (conditions.IfModifiedSince) Headers['If-Modified-Since'] = conditions.IfModifiedSince
    if (conditions.IfUnmodifiedSince) Headers['If-Unmodified-Since'] = conditions.IfUnmodifiedSince
    const call = at.cos[method]({ ...named(), Headers }) as Promise<{
      statusCode?: number
      NotModified?: boolean
    }>
    const outcome = await call.catch((failure: { statusCode: number }) => failure)
    // The SDK gives a 304 of getObject without its status.
    return 'NotModified' in outcome ? 304 : (outcome.statusCode ?? 0)
  }

  /** What each case asks for, once the object's ETag and time are known. */
  const cases: readonly (readonly [name: string, conditions: () => Conditions, expected: number])[] = [
    ['If-Match of its ETag', () => ({ IfMatch: known.etag }), 200],
    ['If-Match without quotes', () => ({ IfMatch: known.etag.replaceAll('"', '') }), 200],
    ['If-Match of anything', () => ({ IfMatch: '*' }), 200],
    ['If-Match of several', () => ({ IfMatch: `${OTHER}, ${known.etag}` }), 200],
    ['If-Match of another', () => ({ IfMatch: OTHER }), 412],
    ['If-None-Match of its ETag', () => ({ IfNoneMatch: known.etag }), 304],
    ['If-None-Match without quotes', () => ({ IfNoneMatch: known.etag.replaceAll('"', '') }), 304],
    ['If-None-Match of anything', () => ({ IfNoneMatch: '*' }), 304],
    ['If-None-Match of another', () => ({ IfNoneMatch: OTHER }), 200],
    ['If-Modified-Since before', () => ({ IfModifiedSince: known.before }), 200],
    ['If-Modified-Since that second', () => ({ IfModifiedSince: known.modified }), 304],
    ['If-Modified-Since after', () => ({ IfModifiedSince: known.after }), 304],
    ['If-Modified-Since of no time', () => ({ IfModifiedSince: 'yesterday' }), 200],
    ['If-Unmodified-Since before', () => ({ IfUnmodifiedSince: known.before }), 412],
    ['If-Unmodified-Since that second', () => ({ IfUnmodifiedSince: known.modified }), 200],
    ['If-Unmodified-Since after', () => ({ IfUnmodifiedSince: known.after }), 200],
    ['If-Unmodified-Since of no time', () => ({ IfUnmodifiedSince: 'tomorrow' }), 200],
    [
      'If-Match over If-Unmodified-Since',
      () => ({ IfMatch: known.etag, IfUnmodifiedSince: known.before }),
      200,
    ],
    ['If-Match of another, unmodified', () => ({ IfMatch: OTHER, IfUnmodifiedSince: known.after }), 412],
    [
      'If-None-Match over If-Modified-Since',
      () => ({ IfNoneMatch: OTHER, IfModifiedSince: known.after }),
      200,
    ],
    [
      'If-None-Match of its ETag, modified',
      () => ({ IfNoneMatch: known.etag, IfModifiedSince: known.before }),
      304,
    ],
    ['If-Match and If-None-Match', () => ({ IfMatch: known.etag, IfNoneMatch: known.etag }), 304],
    ['If-Match fails before If-None-Match', () => ({ IfMatch: OTHER, IfNoneMatch: known.etag }), 412],
    ['both times within', () => ({ IfModifiedSince: known.before, IfUnmodifiedSince: known.after }), 200],
    [
      'both times, not modified',
      () => ({ IfModifiedSince: known.after, IfUnmodifiedSince: known.after }),
      304,
    ],
    ['all four met', () => everything(known.etag, OTHER), 200],
    ['all four, wrong ETag', () => everything(OTHER, OTHER), 412],
    ['all four, known ETag', () => everything(known.etag, known.etag), 304],
  ]

  function everything(IfMatch: string, IfNoneMatch: string): Conditions {
    return { IfMatch, IfNoneMatch, IfModifiedSince: known.before, IfUnmodifiedSince: known.after }
  }

  describe.each(['getObject', 'headObject'] as const)('%s', (method) => {
    it.each(cases)('%s', async (_name, conditions, expected) => {
      expect(await status(method, conditions())).toBe(expected)
    })
  })

  it('fails with a document, before the range is looked at', async () => {
    const failure = await failureOf(at.cos.getObject({ ...named(), IfMatch: OTHER, Range: 'bytes=99-' }))
    expect(failure).toMatchObject({
      statusCode: 412,
      code: 'PreconditionFailed',
      message: 'Precondition not match.',
    })
  })

  it('gives a part when they are met', async () => {
    const got = await at.cos.getObject({ ...named(), IfMatch: known.etag, Range: 'bytes=0-2' })
    expect(got.statusCode).toBe(206)
    expect(got.Body.toString()).toBe('con')
  })
})
