// What a refusal tells, and what callers without a key pair may do, by our own SDK.
import { CosClientError, CosError, CosServiceError } from '@coset/sdk'
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, failureOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  describe('a refusal', () => {
    it('tells all that its document does', async () => {
      const failure = await failureOf(at.cos.getObject({ Bucket: at.Bucket, Key: 'dir/missing é' }))
      expect(failure).toBeInstanceOf(CosError)
      expect(failure).toBeInstanceOf(Error)
      expect(failure.name).toBe('CosServiceError')
      expect(failure.message).toBe('The specified key does not exist.')
      expect(failure.getErrorMsg()).toBe('The specified key does not exist.')
      expect(failure.getErrorCode()).toBe('NoSuchKey')
      expect(failure.getStatusCode()).toBe(404)
      expect(failure.method).toBe('GET')
      expect(failure.getRequestId()).toMatch(/^[A-Za-z0-9+/]+=*$/)
      expect(failure.getRequestId()).toBe(failure.headers['x-cos-request-id'])
      expect(failure.getTraceId()).toMatch(/^[A-Za-z0-9+/]+=*$/)
      expect(failure.getTraceId()).toBe(failure.headers['x-cos-trace-id'])
      expect(failure.getResourceLocation()).toContain(at.Bucket)
      expect(failure.getResourceLocation()).toMatch(/dir\/missing/)
      expect(failure.getOriginMsg()).toContain('<Code>NoSuchKey</Code>')
      expect(failure.getDigestMsg()).toEqual({
        code: 'NoSuchKey',
        message: 'The specified key does not exist.',
        resource: failure.getResourceLocation(),
        requestid: failure.getRequestId(),
        traceid: failure.getTraceId(),
      })
    })

    it('of a HEAD tells what its status and headers do', async () => {
      const failure = await failureOf(at.cos.headObject({ Bucket: at.Bucket, Key: 'missing' }))
      expect(failure.getErrorCode()).toBe('NoSuchKey')
      expect(failure.getStatusCode()).toBe(404)
      expect(failure.getOriginMsg()).toBe('')
      expect(failure.getDigestMsg()).toEqual({})
      expect(failure.getResourceLocation()).toBe('Unknown')
      expect(failure.getRequestId()).toBe(failure.headers['x-cos-request-id'])
      expect(failure.getTraceId()).toBe(failure.headers['x-cos-trace-id'])
    })

    it('never quotes the secret key', async () => {
      const wrong = at.client({ SecretKey: 'a-secret-that-is-wrong' })
      const failure = await failureOf(wrong.listObjects({ Bucket: at.Bucket }))
      expect(failure).toMatchObject({ statusCode: 403, code: 'SignatureDoesNotMatch' })
      const told = [failure.message, failure.stack, failure.getOriginMsg(), JSON.stringify(failure)].join()
      expect(told).not.toContain('a-secret-that-is-wrong')
    })

    it('of an unknown key id is told', async () => {
      const stranger = at.client({ SecretId: 'AKIDunknown' })
      expect(await refusal(stranger.listObjects({ Bucket: at.Bucket }))).toBe('403 InvalidAccessKeyId')
    })
  })

  it('of the client is no refusal', async () => {
    const call = at.cos.getObject({ Bucket: at.Bucket, Key: '' })
    const error = await call.catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(CosClientError)
    expect(error).not.toBeInstanceOf(CosServiceError)
    expect(error).toMatchObject({ kind: 'validation', requestSent: false })
  })

  it('heals a clock that is wrong', async () => {
    for (const offsetMs of [-7_200_000, 7_200_000]) {
      const client = at.client({}, { now: () => Date.now() + offsetMs })
      await client.putObject({ Bucket: at.Bucket, Key: 'clock', Body: 'x' })
      expect((await client.headObject({ Bucket: at.Bucket, Key: 'clock' })).statusCode).toBe(200)
    }
  })

  it('is aborted before anything is sent', async () => {
    const signal = AbortSignal.abort(new Error('no'))
    expect(await refusal(at.cos.putObject({ Bucket: at.Bucket, Key: 'never', Body: 'x' }, { signal }))).toBe(
      'aborted',
    )
    expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'never' })).toBe(false)
  })
})

eachStyle((at) => {
  const open = { Bucket: newBucketName() }
  const anonymous = () => at.client({ SecretId: undefined, SecretKey: undefined })

  beforeAll(async () => {
    await at.cos.putBucket({ ...open, ACL: 'public-read' })
    await at.cos.putObject({ ...open, Key: 'a', Body: 'for all' })
    await at.cos.putObject({ ...open, Key: 'hidden', Body: 'not for all', ACL: 'private' })
    await at.cos.putObject({ Bucket: at.Bucket, Key: 'shown', Body: 'for all', ACL: 'public-read' })
    await at.cos.putObject({ Bucket: at.Bucket, Key: 'b', Body: 'not for all' })
  })

  describe('a client without a key pair', () => {
    it('reads and lists what is public', async () => {
      const client = anonymous()
      expect(await (await client.getObject({ ...open, Key: 'a' })).Body.text()).toBe('for all')
      expect((await client.headObject({ ...open, Key: 'a' })).ContentLength).toBe(7)
      expect((await client.listObjects(open)).Contents.map(({ Key }) => Key)).toEqual(['a', 'hidden'])
      expect(await client.bucketExists(open)).toBe(true)
      const shown = await client.getObject({ Bucket: at.Bucket, Key: 'shown' })
      expect(await shown.Body.text()).toBe('for all')
    })

    it('does nothing else', async () => {
      const client = anonymous()
      const calls = [
        client.putObject({ ...open, Key: 'a', Body: 'x' }),
        client.deleteObject({ ...open, Key: 'a' }),
        client.deleteBucket(open),
        client.getBucketVersioning(open),
        client.getObject({ ...open, Key: 'hidden' }),
        client.getObject({ Bucket: at.Bucket, Key: 'b' }),
        client.headObject({ Bucket: at.Bucket, Key: 'b' }),
        client.headBucket({ Bucket: at.Bucket }),
        client.listObjects({ Bucket: at.Bucket }),
        client.listBuckets(),
        client.putBucket({ Bucket: newBucketName() }),
      ]
      for (const call of await Promise.allSettled(calls)) {
        expect(call).toMatchObject({ reason: { statusCode: 403, code: 'AccessDenied' } })
      }
      expect(await refusal(client.bucketExists({ Bucket: at.Bucket }))).toBe('403 AccessDenied')
      expect(await (await at.cos.getObject({ ...open, Key: 'a' })).Body.text()).toBe('for all')
    })

    it('makes bare URLs', async () => {
      const url = anonymous().getPresignedDownloadUrl({ ...open, Key: 'a' })
      expect(new URL(url).search).toBe('')
    })
  })
})
