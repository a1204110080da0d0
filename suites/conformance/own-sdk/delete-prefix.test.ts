// Deletion by prefix, by our own SDK.
import { beforeAll, describe, expect, it } from 'vitest'
import { ODD_KEYS } from '../cases/keys.js'
import { eachStyle, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string, Bucket = at.Bucket) => ({ Bucket, Key })
  const put = (keys: readonly string[], Bucket = at.Bucket) =>
    Promise.all(keys.map((Key) => at.cos.putObject({ Bucket, Key, Body: 'x' })))
  const keysOf = async (Bucket = at.Bucket) =>
    (await at.cos.listObjects({ Bucket })).Contents.map(({ Key }) => Key)

  describe('deletePrefix', () => {
    it('deletes 2,500 objects, and nothing beside them', async () => {
      const keys = Array.from({ length: 2500 }, (_, index) => `logs/${index}`)
      for (let start = 0; start < keys.length; start += 50) await put(keys.slice(start, start + 50))
      await put(['log', 'logs', 'logt'])
      const told: string[] = []
      const progress: number[] = []
      const onDeleted = ({ Key }: { readonly Key: string }) => void told.push(Key)
      const onProgress = ({ deleted }: { readonly deleted: number }) => void progress.push(deleted)
      const input = { Bucket: at.Bucket, Prefix: 'logs/' }
      const tried = await at.cos.deletePrefix(input, { dryRun: true, onDeleted })
      expect(tried).toMatchObject({ deleted: 2500, failed: [], success_all: true })
      expect(told.splice(0)).toHaveLength(2500)
      const result = await at.cos.deletePrefix(input, { onDeleted, onProgress })
      expect(result).toEqual({ deleted: 2500, failed: [], stoppedEarly: false, success_all: true })
      expect(told.sort()).toEqual(keys.sort())
      expect(progress.at(-1)).toBe(2500)
      expect(await keysOf()).toEqual(['log', 'logs', 'logt'])
    })

    it('takes its prefix as plain text', async () => {
      await put(['root/logs/a', 'root/logs2', 'root/log'])
      expect((await at.cos.deletePrefix({ Bucket: at.Bucket, Prefix: 'root/logs' })).deleted).toBe(2)
      expect(await keysOf()).toContain('root/log')
      expect(await at.cos.deletePrefix({ Bucket: at.Bucket, Prefix: 'none/' })).toMatchObject({
        deleted: 0,
        success_all: true,
      })
    })

    it('empties a bucket only when that is said', async () => {
      const Bucket = newBucketName()
      await at.cos.putBucket({ Bucket })
      await put([...ODD_KEYS], Bucket)
      expect(await refusal(at.cos.deletePrefix({ Bucket, Prefix: '' }))).toBe('validation')
      const result = await at.cos.deletePrefix({ Bucket, Prefix: '' }, { deleteAll: true })
      expect(result).toMatchObject({ failed: [], success_all: true })
      expect(await keysOf(Bucket)).toEqual([])
    })

    it('of a bucket that is not there rejects', async () => {
      const input = { Bucket: 'none-1250000000', Prefix: 'a' }
      expect(await refusal(at.cos.deletePrefix(input))).toMatch(/^404 NoSuchBucket/)
    })

    it('that is aborted tells what was done', async () => {
      const keys = Array.from({ length: 1200 }, (_, index) => `aborted/${index}`)
      for (let start = 0; start < keys.length; start += 50) await put(keys.slice(start, start + 50))
      const controller = new AbortController()
      const onProgress = () => controller.abort()
      const deleting = at.cos.deletePrefix(
        { Bucket: at.Bucket, Prefix: 'aborted/' },
        { signal: controller.signal, onProgress, concurrency: 1 },
      )
      const result = { deleted: 1000, failed: [], stoppedEarly: true, success_all: false }
      await expect(deleting).rejects.toMatchObject({ kind: 'aborted', result })
      expect((await at.cos.listObjects({ Bucket: at.Bucket, Prefix: 'aborted/' })).Contents).toHaveLength(200)
    })
  })

  describe('deletePrefix of versions', () => {
    const Bucket = newBucketName()
    beforeAll(async () => {
      await at.cos.putBucket({ Bucket })
      await at.cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
      for (let round = 0; round < 30; round++) {
        await put(
          Array.from({ length: 50 }, (_, index) => `v/${index}`),
          Bucket,
        )
      }
      await at.cos.deleteObject(named('v/7', Bucket))
    })

    it('hides them behind markers', async () => {
      expect((await at.cos.deletePrefix({ Bucket, Prefix: 'v/' })).deleted).toBe(49)
      expect(await keysOf(Bucket)).toEqual([])
      expect((await at.cos.listObjectVersions({ Bucket })).IsTruncated).toBe(true)
    })

    it('removes all of them, and the markers, when that is said', async () => {
      const result = await at.cos.deletePrefix({ Bucket, Prefix: 'v/' }, { allVersions: true })
      expect(result).toMatchObject({ deleted: 1550, success_all: true })
      await at.cos.deleteBucket({ Bucket })
    })
  })
})
