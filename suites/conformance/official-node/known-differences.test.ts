// Each known difference is still there, and each call not built yet still says so.
import { beforeAll, describe, expect, it } from 'vitest'
import { KNOWN_DIFFERENCES, NOT_IMPLEMENTED } from '../known-differences.js'
import { eachStyle, failureOf, headersOf, newBucketName, STYLES } from './stations.js'

type Difference = keyof typeof KNOWN_DIFFERENCES

eachStyle(
  (at) => {
    const bucket = () => ({ Bucket: at.Bucket, Region: at.Region })

    beforeAll(async () => {
      await at.cos.putObject({ ...bucket(), Key: 'k', Body: 'content' })
    })

    const shows: Readonly<Record<Difference, () => Promise<void>>> = {
      'wrong region': async () => {
        expect((await at.cos.headBucket({ ...bucket(), Region: 'ap-beijing' })).statusCode).toBe(200)
      },
      'foreign APPID': async () => {
        const made = at.cos.putBucket({ Bucket: 'foreign-1999999999', Region: at.Region })
        expect((await made).statusCode).toBe(200)
      },
      'host length': async () => {
        const Bucket = `${'h'.repeat(40)}-1250000000`
        expect((await at.cos.putBucket({ Bucket, Region: at.Region })).statusCode).toBe(200)
      },
      'path style': async () => {
        const path = at.client({ Domain: at.server.endpoint, Ip: '', Protocol: 'http:' })
        const got = await path.getObject({ ...bucket(), Key: `${at.Bucket}/k` })
        expect(got.Body.toString()).toBe('content')
      },
      'forced download': async () => {
        const headers = headersOf(await at.cos.getObject({ ...bucket(), Key: 'k' }))
        expect(headers['content-disposition']).toBeUndefined()
        expect(headers['x-cos-force-download']).toBeUndefined()
      },
      'order of versions': async () => {
        const own = { Bucket: newBucketName(), Region: at.Region }
        await at.cos.putBucket(own)
        await at.cos.putBucketVersioning({ ...own, VersioningConfiguration: { Status: 'Enabled' } })
        await at.cos.putObject({ ...own, Key: 'k', Body: 'x' })
        await at.cos.deleteObject({ ...own, Key: 'k' })
        const list = { ...own, Method: 'GET', Query: { versions: '' }, RawBody: true }
        const { Body } = (await at.cos.request(list as never)) as unknown as { Body: Buffer }
        const text = Body.toString()
        expect(text.indexOf('<Version>')).toBeGreaterThan(0)
        expect(text.indexOf('<DeleteMarker>')).toBeGreaterThan(text.indexOf('<Version>'))
      },
      acceleration: async () => {
        const fast = at.client({ UseAccelerate: true })
        expect((await fast.headObject({ ...bucket(), Key: 'k' })).statusCode).toBe(200)
      },
    }

    it.each(Object.keys(KNOWN_DIFFERENCES) as Difference[])('differs: %s', (name) => shows[name]())

    describe('not implemented', () => {
      it.each(Object.entries(NOT_IMPLEMENTED))('%s', async (method, params) => {
        const calls = at.cos as unknown as Readonly<Record<string, (params: object) => Promise<unknown>>>
        const failure = await failureOf(calls[method]?.({ ...bucket(), ...params }) ?? Promise.resolve())
        expect(failure).toMatchObject({ statusCode: 501, code: 'NotImplemented' })
      })
    })
  },
  STYLES.slice(0, 1),
)
