// Objects that grow, by our own SDK.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { md5 } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, failureOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })

  describe('appendObject', () => {
    it('grows from position to position, of any kind of body', async () => {
      const large = randomBytes(100_000)
      const bodies = ['first,', large, Readable.from([large, large])]
      const lengths = [6, 100_000, 200_000]
      let Position = 0
      for (const [index, Body] of bodies.entries()) {
        const appended = await at.cos.appendObject({ ...named('log'), Position, Body, Metadata: { a: '1' } })
        Position += lengths[index] ?? 0
        expect(appended.NextAppendPosition).toBe(Position)
      }
      const whole = Buffer.concat([Buffer.from('first,'), large, large, large])
      const head = await at.cos.headObject(named('log'))
      expect(head).toMatchObject({
        ObjectType: 'appendable',
        ContentLength: whole.length,
        NextAppendPosition: whole.length,
        Crc64: BigInt(crc64(whole)),
        Metadata: { a: '1' },
      })
      const got = await at.cos.getObject(named('log'))
      expect(Buffer.compare(await got.Body.bytes(), whole)).toBe(0)
    })

    it('is checked by the MD5 of what is added', async () => {
      const added = await at.cos.appendObject({ ...named('md5'), Position: 0, Body: 'one', EnableMD5: true })
      expect(added).toMatchObject({ ETag: `"${md5('one')}"`, ContentSha1: md5('one') })
      const wrong = { ...named('md5'), Position: 3, Body: 'two', ContentMD5: md5Base64('other') }
      expect(await refusal(at.cos.appendObject(wrong))).toBe('400 BadDigest')
      expect((await at.cos.headObject(named('md5'))).ContentLength).toBe(3)
    })

    it('is refused at any other position, and the right one is told', async () => {
      await at.cos.appendObject({ ...named('positions'), Position: 0, Body: 'hello' })
      for (const Position of [0, 4, 6]) {
        const failure = await failureOf(at.cos.appendObject({ ...named('positions'), Position, Body: 'x' }))
        expect(failure).toMatchObject({ statusCode: 409, code: 'AppendPositionErr' })
        expect(failure.headers['x-cos-next-append-position']).toBe('5')
      }
    })

    it('is refused for objects that were put, in archives, and with versioning', async () => {
      await at.cos.putObject({ ...named('whole'), Body: 'hello' })
      const append = (more: object) =>
        refusal(at.cos.appendObject({ ...named('new'), Position: 0, Body: 'x', ...more }))
      expect(await append({ Key: 'whole', Position: 5 })).toBe('409 ObjectNotAppendable')
      expect(await append({ StorageClass: 'DEEP_ARCHIVE' })).toBe('400 InvalidArgument')
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket })
      await at.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
      expect(await append({ Bucket })).toBe('400 InvalidRequest')
      expect(await at.cos.objectExists(named('new'))).toBe(false)
    })
  })
})

function md5Base64(text: string): string {
  return Buffer.from(md5(text), 'hex').toString('base64')
}
