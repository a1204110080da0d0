// Objects that grow, by the official Node SDK.
import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { md5 } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string, Bucket = at.Bucket) => ({ Bucket, Region: at.Region, Key })
  const append = (Key: string, Position: number, Body: string | Buffer, more: object = {}) =>
    at.cos.appendObject({ ...named(Key), Position, Body: Body as Buffer, ...more })

  it('grows from position to position, as headObject tells them', async () => {
    const chunks = [Buffer.from('first,'), randomBytes(100_000), Buffer.from(',last')]
    const made = await append('log', 0, chunks[0] ?? '', { ContentType: 'text/plain', 'x-cos-meta-a': '1' })
    expect(headersOf(made)).toMatchObject({
      etag: `"${md5('first,')}"`,
      'x-cos-next-append-position': '6',
      'x-cos-content-sha1': md5('first,'),
    })
    for (const chunk of chunks.slice(1)) {
      const head = headersOf(await at.cos.headObject(named('log')))
      expect(head['x-cos-object-type']).toBe('appendable')
      const appended = await append('log', Number(head['content-length']), chunk)
      const length = Number(head['content-length']) + chunk.length
      expect(headersOf(appended)['x-cos-next-append-position']).toBe(String(length))
    }
    const whole = Buffer.concat(chunks)
    const got = await at.cos.getObject(named('log'))
    expect(Buffer.compare(got.Body, whole)).toBe(0)
    expect(headersOf(got)).toMatchObject({
      'content-type': 'text/plain',
      'x-cos-meta-a': '1',
      'x-cos-hash-crc64ecma': crc64(whole),
      'x-cos-next-append-position': String(whole.length),
    })
    const range = await at.cos.getObject({ ...named('log'), Range: 'bytes=5-7' })
    expect(Buffer.compare(range.Body, whole.subarray(5, 8))).toBe(0)
  })

  it('tells the right position when it was given a wrong one', async () => {
    await append('positions', 0, 'hello')
    for (const position of [0, 4, 6]) {
      const failure = await failureOf(append('positions', position, 'x'))
      expect(failure).toMatchObject({ statusCode: 409, code: 'AppendPositionErr' })
      expect(failure.headers?.['x-cos-next-append-position']).toBe('5')
    }
    expect(await refusal(append('new', 1, 'x'))).toBe('409 AppendPositionErr')
    expect(await refusal(append('new', -1, 'x'))).toBe('400 InvalidArgument')
  })

  it('is not made of an object that was put, nor in an archive', async () => {
    await at.cos.putObject({ ...named('whole'), Body: 'hello' })
    expect(await refusal(append('whole', 5, 'x'))).toBe('409 ObjectNotAppendable')
    const StorageClass = 'ARCHIVE'
    expect(await refusal(append('archived', 0, 'x', { StorageClass }))).toBe('400 InvalidArgument')
  })

  it('is not copied', async () => {
    await append('grown', 0, 'hello')
    const CopySource = `${at.Bucket}.cos.${at.Region}.myqcloud.com/grown`
    expect(await refusal(at.cos.putObjectCopy({ ...named('copy'), CopySource }))).toBe(
      '400 InvalidCopySource',
    )
  })

  describe('in a bucket with versioning', () => {
    it('is refused', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket, Region: at.Region })
      const VersioningConfiguration = { Status: 'Enabled' } as const
      await at.cos.putBucketVersioning({ Bucket, Region: at.Region, VersioningConfiguration })
      expect(await refusal(append('k', 0, 'x', { Bucket }))).toBe('400 InvalidRequest')
    })
  })
})
