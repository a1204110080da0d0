// Archived objects and their restoring, by the official Node SDK.
import { afterEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, RESTORE_MS, travel } from '../cases/travel.js'
import { eachStyle, headersOf, newBucketName, refusal, STYLES } from './stations.js'

const clock = travel()
const ONGOING = 'ongoing-request="true"'
const RESTORED =
  /^ongoing-request="false", expiry-date="[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"$/

eachStyle(
  (at) => {
    /** Server and client together: the SDK finds out the server's time by a header that no test moves. */
    const forward = (byMs: number) => {
      clock.forward(byMs)
      const { options } = at.cos as unknown as { readonly options: { SystemClockOffset: number } }
      options.SystemClockOffset = clock.now() - Date.now()
    }
    afterEach(() => {
      clock.home()
      forward(0)
    })
    const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })
    const put = (Key: string, StorageClass: 'ARCHIVE' | 'DEEP_ARCHIVE' = 'ARCHIVE') =>
      at.cos.putObject({ ...named(Key), Body: 'content', StorageClass })
    const restore = (Key: string, Days = 1, Tier?: string) =>
      at.cos.restoreObject({
        ...named(Key),
        RestoreRequest: { Days, ...(Tier ? { CASJobParameters: { Tier: Tier as 'Bulk' } } : {}) } as never,
      })
    const head = async (Key: string) => headersOf(await at.cos.headObject(named(Key)))
    const listed = async (Key: string) => {
      const { Contents } = await at.cos.getBucket({ ...named(Key), Prefix: Key })
      return Contents[0] as { readonly StorageClass: string; readonly RestoreStatus?: string } | undefined
    }

    it('goes from archived over ongoing to restored, and back', async () => {
      await put('life')
      expect(await refusal(at.cos.getObject(named('life')))).toBe('403 InvalidObjectState')
      expect((await head('life'))['x-cos-restore']).toBeUndefined()
      expect(await listed('life')).not.toHaveProperty('RestoreStatus')

      expect((await restore('life', 2, 'Expedited')).statusCode).toBe(202)
      const ongoing = await head('life')
      expect(ongoing['x-cos-restore']).toBe(ONGOING)
      expect(ongoing['x-cos-restore-status']).toMatch(/^tier="expedited"; request-date="[^"]+ GMT"$/)
      expect(await listed('life')).toMatchObject({ StorageClass: 'ARCHIVE', RestoreStatus: 'ONGOING' })
      expect(await refusal(at.cos.getObject(named('life')))).toBe('403 InvalidObjectState')
      expect(await refusal(restore('life'))).toBe('409 RestoreAlreadyInProgress')

      forward(MINUTE)
      const got = await at.cos.getObject(named('life'))
      expect(got.Body.toString()).toBe('content')
      expect(headersOf(got)['x-cos-storage-class']).toBe('ARCHIVE')
      for (const headers of [headersOf(got), await head('life')]) {
        expect(headers['x-cos-restore']).toMatch(RESTORED)
        expect(headers['x-cos-restore-status']).toBeUndefined()
      }
      expect(await listed('life')).toMatchObject({ StorageClass: 'ARCHIVE', RestoreStatus: 'DONE' })

      forward(2 * DAY)
      expect(await refusal(at.cos.getObject(named('life')))).toBe('403 InvalidObjectState')
      expect((await head('life'))['x-cos-restore']).toBeUndefined()
      expect(await listed('life')).not.toHaveProperty('RestoreStatus')
    })

    it('is kept longer when it is asked for again', async () => {
      await put('extended')
      await restore('extended', 1, 'Expedited')
      forward(HOUR)
      expect((await restore('extended', 3)).statusCode).toBe(200)
      forward(2 * DAY)
      expect((await at.cos.getObject(named('extended'))).Body.toString()).toBe('content')
    })

    it('is upgraded to a faster tier in DEEP_ARCHIVE', async () => {
      await put('deep', 'DEEP_ARCHIVE')
      expect(await refusal(restore('deep', 1, 'Expedited'))).toBe('400 InvalidArgument')
      expect((await restore('deep', 1, 'Bulk')).statusCode).toBe(202)
      expect((await restore('deep', 1, 'Standard')).statusCode).toBe(202)
      expect((await head('deep'))['x-cos-restore-status']).toMatch(/^tier="standard"/)
      forward(12 * HOUR)
      expect((await at.cos.getObject(named('deep'))).Body.toString()).toBe('content')
    })

    it('is of the version that is named', async () => {
      const own = { Bucket: newBucketName(), Region: at.Region, Key: 'k' }
      await at.cos.putBucket(own)
      await at.cos.putBucketVersioning({ ...own, VersioningConfiguration: { Status: 'Enabled' } })
      const archived = { ...own, StorageClass: 'ARCHIVE' as const }
      const { VersionId = '' } = await at.cos.putObject({ ...archived, Body: 'first' })
      await at.cos.putObject({ ...archived, Body: 'second' })
      const RestoreRequest = { Days: 1, CASJobParameters: { Tier: 'Expedited' as const } }
      await at.cos.restoreObject({ ...own, VersionId, RestoreRequest } as never)
      const { Versions } = await at.cos.listObjectVersions({ ...own })
      expect(Versions.map((one) => (one as { RestoreStatus?: string }).RestoreStatus)).toEqual([
        undefined,
        'ONGOING',
      ])
      forward(MINUTE)
      expect((await at.cos.getObject({ ...own, VersionId })).Body.toString()).toBe('first')
      expect(await refusal(at.cos.getObject(own))).toBe('403 InvalidObjectState')
    })

    describe('is refused', () => {
      it('for what is not archived, or not there', async () => {
        await at.cos.putObject({ ...named('plain'), Body: 'x' })
        expect(await refusal(restore('plain'))).toBe('405 RestoreNonArchiveObject')
        expect(await refusal(restore('absent'))).toBe('404 NoSuchKey')
      })

      it.each([
        [0, '400 InvalidArgument'],
        [366, '400 InvalidArgument'],
        [-1, '400 MalformedXML'],
      ])('for %d days', async (days, expected) => {
        await put('days')
        expect(await refusal(restore('days', days))).toBe(expected)
      })

      it('for a tier that is none', async () => {
        await put('tier')
        expect(await refusal(restore('tier', 1, 'Instant'))).toBe('400 MalformedXML')
      })
    })

    it('stays archived for everything but reading its content', async () => {
      await put('other')
      expect((await at.cos.headObject(named('other'))).statusCode).toBe(200)
      const Tags = [{ Key: 'a', Value: 'b' }]
      expect((await at.cos.putObjectTagging({ ...named('other'), Tags })).statusCode).toBe(200)
      expect((await at.cos.putObject({ ...named('other'), Body: 'new' })).statusCode).toBe(200)
      expect((await at.cos.getObject(named('other'))).Body.toString()).toBe('new')
      await put('other')
      expect((await at.cos.deleteObject(named('other'))).statusCode).toBe(204)
    })
  },
  STYLES,
  { clock, restoreMs: RESTORE_MS },
)
