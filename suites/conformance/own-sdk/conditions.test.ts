// The four conditions of a read, by our own SDK.
import { ObjectBody } from '@coset/sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { CONDITIONS, type Known, knownOf, OTHER_ETAG } from '../cases/conditions.js'
import { eachStyle, failureOf } from './stations.js'

eachStyle((at) => {
  const named = () => ({ Bucket: at.Bucket, Key: 'object' })
  let known: Known

  beforeAll(async () => {
    await at.cos.putObject({ ...named(), Body: 'content', ContentType: 'text/plain' })
    const head = await at.cos.headObject(named())
    known = knownOf(head.ETag, head.headers['last-modified'] ?? '')
  })

  describe.each(['getObject', 'headObject'] as const)('%s', (method) => {
    it.each(CONDITIONS)('%s', async (_name, conditions, expected) => {
      const call = at.cos[method]({ ...named(), ...conditions(known) })
      if (expected !== 200) {
        const failure = await failureOf(call)
        const code = expected === 304 ? 'NotModified' : 'PreconditionFailed'
        expect(failure).toMatchObject({ statusCode: expected, code })
        return
      }
      const got = await call
      expect(got.statusCode).toBe(200)
      if ('Body' in got && got.Body instanceof ObjectBody) expect(await got.Body.text()).toBe('content')
    })
  })

  it('takes times as dates', async () => {
    const time = new Date(known.modified)
    expect((await failureOf(at.cos.getObject({ ...named(), IfModifiedSince: time }))).statusCode).toBe(304)
    expect((await at.cos.headObject({ ...named(), IfUnmodifiedSince: time })).LastModified).toEqual(time)
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
    expect(await got.Body.text()).toBe('con')
  })
})
