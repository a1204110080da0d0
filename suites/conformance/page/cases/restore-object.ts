// Cases of the document's "Restoring an archived object".
import type { OperationInput } from '@coset/sdk'
import { type At, type OperationCases, read } from '../case.js'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const REFUSED = '403 InvalidObjectState'

type Request = OperationInput<'restoreObject'>['RestoreRequest']

async function archive({ cos, Bucket }: At, StorageClass: 'ARCHIVE' | 'DEEP_ARCHIVE' = 'ARCHIVE') {
  const named = { Bucket, Key: 'k' }
  await cos.putObject({ ...named, Body: 'content', StorageClass })
  return named
}

/** Asks for the object, and tells the tier it is on its way in. */
async function tierOf(at: At, RestoreRequest: Request): Promise<string> {
  await at.cos.restoreObject({ Bucket: at.Bucket, Key: 'k', RestoreRequest })
  return (await at.cos.headObject({ Bucket: at.Bucket, Key: 'k' })).RestoreStatus?.split(';')[0] ?? ''
}

export const restoreObject: OperationCases = {
  takes: {
    Bucket: async (at) => {
      const named = await archive(at)
      const RestoreRequest = { Days: 1 }
      const elsewhere = at.cos.restoreObject({ ...named, Bucket: await at.newBucket(), RestoreRequest })
      at.expect(await at.refusal(elsewhere)).toBe('404 NoSuchKey')
      at.expect((await at.cos.restoreObject({ ...named, RestoreRequest })).statusCode).toBe(202)
    },
    Key: async (at) => {
      const named = await archive(at)
      await at.cos.putObject({ ...named, Key: 'standard', Body: 'x' })
      const restore = (Key: string) => at.cos.restoreObject({ ...named, Key, RestoreRequest: { Days: 1 } })
      at.expect(await at.refusal(restore('missing'))).toBe('404 NoSuchKey')
      at.expect(await at.refusal(restore('standard'))).toBe('405 RestoreNonArchiveObject')
    },
    RestoreRequest: async (at) => {
      const named = await archive(at)
      at.expect(await at.refusal(read(at, 'k'))).toBe(REFUSED)
      await at.cos.restoreObject({ ...named, RestoreRequest: { Days: 100 } })
      const again = at.cos.restoreObject({ ...named, RestoreRequest: { Days: 100 } })
      at.expect(await at.refusal(again)).toBe('409 RestoreAlreadyInProgress')
      at.forward(5 * HOUR_MS)
      at.expect(await read(at, 'k')).toBe('content')
    },
    Days: async (at) => {
      const named = await archive(at)
      const none = at.cos.restoreObject({ ...named, RestoreRequest: { Days: 0 } })
      at.expect(await at.refusal(none)).toBe('400 InvalidArgument')
      await at.cos.restoreObject({ ...named, RestoreRequest: { Days: 2 } })
      at.forward(5 * HOUR_MS)
      at.expect(await read(at, 'k')).toBe('content')
      at.forward(DAY_MS)
      at.expect(await read(at, 'k')).toBe('content')
      at.forward(DAY_MS)
      at.expect(await at.refusal(read(at, 'k'))).toBe(REFUSED)
    },
    CASJobParameters: async (at) => {
      await archive(at)
      at.expect(await tierOf(at, { Days: 1, CASJobParameters: { Tier: 'Bulk' } })).toBe('tier="bulk"')
    },
    Tier: async (at) => {
      const named = await archive(at)
      const ask = (Tier: 'Expedited' | 'Bulk') => tierOf(at, { Days: 1, CASJobParameters: { Tier } })
      at.expect(await ask('Expedited')).toBe('tier="expedited"')
      at.forward(5 * MINUTE_MS)
      at.expect(await read(at, 'k')).toBe('content')
      await at.cos.deleteObject(named)
      await archive(at, 'DEEP_ARCHIVE')
      at.expect(await at.refusal(ask('Expedited'))).toBe('400 InvalidArgument')
      at.expect(await ask('Bulk')).toBe('tier="bulk"')
      at.forward(5 * HOUR_MS)
      at.expect(await at.refusal(read(at, 'k'))).toBe(REFUSED)
    },
  },
  tells: {},
}
