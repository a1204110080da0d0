// The four conditions of a read, alone and together, by the official Node SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { CONDITIONS, type Conditions, type Known, knownOf, OTHER_ETAG } from '../cases/conditions.js'
import { eachStyle, failureOf, headersOf } from './stations.js'

eachStyle((at) => {
  const named = () => ({ Bucket: at.Bucket, Region: at.Region, Key: 'object' })
  let known: Known

  beforeAll(async () => {
    await at.cos.putObject({ ...named(), Body: 'content', ContentType: 'text/plain' })
    const head = await at.cos.headObject(named())
    known = knownOf(head.ETag, headersOf(head)['last-modified'] ?? '')
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

  describe.each(['getObject', 'headObject'] as const)('%s', (method) => {
    it.each(CONDITIONS)('%s', async (_name, conditions, expected) => {
      expect(await status(method, conditions(known))).toBe(expected)
    })
  })

  it('fails with a document, before the range is looked at', async () => {
    const failure = await failureOf(at.cos.getObject({ ...named(), IfMatch: OTHER_ETAG, Range: 'bytes=99-' }))
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
