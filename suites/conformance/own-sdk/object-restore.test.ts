// Archived objects and their restoring, by our own SDK.
import { afterEach, describe, expect, it } from 'vitest'
import { DAY, HOUR, MINUTE, RESTORE_MS, travel } from '../cases/travel.js'
import { eachStyle, refusal, STYLES } from './stations.js'

const clock = travel()

afterEach(() => clock.home())

eachStyle(
  (at) => {
    const named = (Key: string) => ({ Bucket: at.Bucket, Key })
    const put = (Key: string, StorageClass: 'ARCHIVE' | 'DEEP_ARCHIVE' = 'ARCHIVE') =>
      at.cos.putObject({ ...named(Key), Body: 'content', StorageClass })
    const restore = (Key: string, Days = 1, Tier?: 'Expedited' | 'Standard' | 'Bulk') =>
      at.cos.restoreObject({ ...named(Key), RestoreRequest: { Days, CASJobParameters: { Tier } } })
    const read = async (Key: string) => (await at.cos.getObject(named(Key))).Body.text()
    const status = async (Key: string) =>
      (await at.cos.listObjects({ Bucket: at.Bucket, Prefix: Key })).Contents[0]?.RestoreStatus

    it('goes from archived over ongoing to restored, and back', async () => {
      await put('life')
      const started = await restore('life', 2, 'Expedited')
      expect([started.statusCode, started.Restore]).toEqual([202, undefined])
      const ongoing = await at.cos.headObject(named('life'))
      expect(ongoing.Restore).toBe('ongoing-request="true"')
      expect(ongoing.RestoreStatus).toMatch(/^tier="expedited"; request-date=/)
      expect(await status('life')).toBe('ONGOING')
      expect(await refusal(read('life'))).toBe('403 InvalidObjectState')

      clock.forward(MINUTE)
      const got = await at.cos.getObject(named('life'))
      expect(await got.Body.text()).toBe('content')
      expect(got).toMatchObject({ StorageClass: 'ARCHIVE', Restore: expect.stringContaining('expiry-date=') })
      expect(got.RestoreStatus).toBeUndefined()
      expect(await status('life')).toBe('DONE')

      clock.forward(2 * DAY)
      expect(await refusal(read('life'))).toBe('403 InvalidObjectState')
      expect(await status('life')).toBeUndefined()
    })

    it('takes the Standard tier when none is named', async () => {
      await put('standard')
      const request = { ...named('standard'), RestoreRequest: { Days: '1' } } as const
      expect((await at.cos.restoreObject(request)).statusCode).toBe(202)
      expect((await at.cos.headObject(named('standard'))).RestoreStatus).toMatch(/^tier="standard"/)
      clock.forward(2 * HOUR)
      expect(await refusal(read('standard'))).toBe('403 InvalidObjectState')
      clock.forward(HOUR)
      expect(await read('standard')).toBe('content')
    })

    it('is kept longer when it is asked for again', async () => {
      await put('extended')
      await restore('extended', 1, 'Expedited')
      clock.forward(HOUR)
      const extended = await restore('extended', 3)
      expect(extended.statusCode).toBe(200)
      expect(extended.Restore).toMatch(/^ongoing-request="false", expiry-date=/)
      clock.forward(2 * DAY)
      expect(await read('extended')).toBe('content')
    })

    it('is upgraded to a faster tier in DEEP_ARCHIVE, and not in ARCHIVE', async () => {
      for (const StorageClass of ['ARCHIVE', 'DEEP_ARCHIVE'] as const) {
        await put(StorageClass, StorageClass)
        await restore(StorageClass, 1, 'Bulk')
      }
      expect(await refusal(restore('ARCHIVE'))).toBe('409 RestoreAlreadyInProgress')
      expect((await restore('DEEP_ARCHIVE')).statusCode).toBe(202)
      expect(await refusal(restore('DEEP_ARCHIVE'))).toBe('409 RestoreAlreadyInProgress')
      expect(await refusal(restore('DEEP_ARCHIVE', 1, 'Expedited'))).toBe('400 InvalidArgument')
    })

    describe('is refused', () => {
      it('for what is not archived, or not there', async () => {
        await at.cos.putObject({ ...named('plain'), Body: 'x' })
        expect(await refusal(restore('plain'))).toBe('405 RestoreNonArchiveObject')
        expect(await refusal(restore('absent'))).toBe('404 NoSuchKey')
      })

      it('for days and tiers that can not be', async () => {
        await put('days')
        expect(await refusal(restore('days', 0))).toBe('400 InvalidArgument')
        expect(await refusal(restore('days', 366))).toBe('400 InvalidArgument')
        expect(await refusal(restore('days', 1, 'Instant' as 'Bulk'))).toBe('400 MalformedXML')
      })
    })
  },
  STYLES,
  { clock, restoreMs: RESTORE_MS },
)
