// putSymlink and getSymlink, and what reading through a link gives.
import { describe, expect, it } from 'vitest'
import { eachStyle, newBucketName, refusal } from './stations.js'

const EMPTY_ETAG = '"d41d8cd98f00b204e9800998ecf8427e"'

eachStyle((at) => {
  describe('a symbolic link', () => {
    it.each(['target', 'dir/文 件+%?.txt', "~!*'()/"])('to %s is told and read', async (SymlinkTarget) => {
      const { cos, Bucket } = at
      const put = await cos.putObject({
        Bucket,
        Key: SymlinkTarget,
        Body: 'content',
        ContentType: 'text/plain',
      })
      const link = await cos.putSymlink({ Bucket, Key: 'link', SymlinkTarget })
      expect(link).toMatchObject({ statusCode: 200, ETag: EMPTY_ETAG })
      expect(await cos.getSymlink({ Bucket, Key: 'link' })).toMatchObject({ SymlinkTarget, ETag: EMPTY_ETAG })
      const got = await cos.getObject({ Bucket, Key: 'link' })
      expect(await got.Body.text()).toBe('content')
      expect(got).toMatchObject({ ETag: put.ETag, ContentType: 'text/plain', ContentLength: 7 })
      expect(await cos.headObject({ Bucket, Key: 'link' })).toMatchObject({
        ETag: put.ETag,
        Crc64: put.Crc64,
      })
    })

    it('is an empty object in lists', async () => {
      const { cos, Bucket } = at
      await cos.putSymlink({ Bucket, Key: 'listed', SymlinkTarget: 'target' })
      const { Contents } = await cos.listObjects({ Bucket, Prefix: 'listed' })
      expect(Contents).toMatchObject([{ Key: 'listed', Size: 0, ETag: EMPTY_ETAG }])
    })

    it('is refused where it can not be', async () => {
      const { cos, Bucket } = at
      const SymlinkTarget = 'target'
      await cos.putObject({ Bucket, Key: 'object', Body: 'x' })
      await cos.putSymlink({ Bucket, Key: 'dangling', SymlinkTarget: 'nowhere' })
      await cos.putSymlink({ Bucket, Key: 'second', SymlinkTarget: 'dangling' })
      const refused: readonly (readonly [() => Promise<unknown>, string])[] = [
        [() => cos.putSymlink({ Bucket, Key: 'bad', SymlinkTarget: '/x' }), '400 InvalidObjectName'],
        [() => cos.putSymlink({ Bucket, Key: 'bad', SymlinkTarget: '' }), 'validation'],
        [() => cos.putSymlink({ Bucket, Key: 'bad', SymlinkTarget: '文'.repeat(284) }), '400 KeyTooLong'],
        [
          () => cos.putSymlink({ Bucket, Key: 'object', SymlinkTarget, ForbidOverwrite: true }),
          '409 FileAlreadyExists',
        ],
        [() => cos.putSymlink({ Bucket: newBucketName(), Key: 'k', SymlinkTarget }), '404 NoSuchBucket'],
        [() => cos.getSymlink({ Bucket, Key: 'bad' }), '404 NoSuchKey'],
        [() => cos.getSymlink({ Bucket, Key: 'object' }), '400 InvalidRequest'],
        [() => cos.getObject({ Bucket, Key: 'dangling' }), '404 NoSuchKey'],
        [() => cos.headObject({ Bucket, Key: 'dangling' }), '404 NoSuchKey'],
        [() => cos.getObject({ Bucket, Key: 'second' }), '400 InvalidRequest'],
      ]
      for (const [call, expected] of refused) expect(await refusal(call())).toBe(expected)
    })

    it('is told by version too', async () => {
      const { cos } = at
      const Bucket = newBucketName()
      await cos.putBucket({ Bucket })
      await cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
      const first = await cos.putSymlink({ Bucket, Key: 'link', SymlinkTarget: 'a' })
      const second = await cos.putSymlink({ Bucket, Key: 'link', SymlinkTarget: 'b' })
      const { VersionId } = first
      expect(await cos.getSymlink({ Bucket, Key: 'link', VersionId })).toMatchObject({
        SymlinkTarget: 'a',
        VersionId,
      })
      const current = { SymlinkTarget: 'b', VersionId: second.VersionId }
      expect(await cos.getSymlink({ Bucket, Key: 'link' })).toMatchObject(current)
      expect(await refusal(cos.getSymlink({ Bucket, Key: 'link', VersionId: 'MTIz' }))).toBe(
        '404 NoSuchVersion',
      )
    })

    it('opens nothing to readers who may not read its target', async () => {
      const { cos, Bucket } = at
      const anyone = at.client({ SecretId: '', SecretKey: '' })
      await cos.putObject({ Bucket, Key: 'secret', Body: 'secret' })
      await cos.putSymlink({ Bucket, Key: 'window', SymlinkTarget: 'secret', ACL: 'public-read' })
      expect(await refusal(anyone.getObject({ Bucket, Key: 'window' }))).toBe('403 AccessDenied')
      expect(await refusal(anyone.headObject({ Bucket, Key: 'window' }))).toBe('403 AccessDenied')
      expect((await anyone.getSymlink({ Bucket, Key: 'window' })).SymlinkTarget).toBe('secret')
      await cos.putObject({ Bucket, Key: 'secret', Body: 'public', ACL: 'public-read' })
      expect(await (await anyone.getObject({ Bucket, Key: 'window' })).Body.text()).toBe('public')
      await cos.putSymlink({ Bucket, Key: 'window', SymlinkTarget: 'secret', ACL: 'private' })
      expect(await refusal(anyone.getObject({ Bucket, Key: 'window' }))).toBe('403 AccessDenied')
      const put = anyone.putSymlink({ Bucket, Key: 'window', SymlinkTarget: 'secret' })
      expect(await refusal(put)).toBe('403 AccessDenied')
    })
  })
})
