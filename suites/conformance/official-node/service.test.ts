// GET Service, by the official Node SDK: filters and pages.
import type COS from 'cos-nodejs-sdk-v5'
import { beforeAll, describe, expect, it } from 'vitest'
import { eachStyle, refusal } from './stations.js'

eachStyle((at) => {
  const names = ['alpha-1250000000', 'beta-1250000000', 'gamma-1250000000', 'zeta-1250000000']

  beforeAll(async () => {
    await at.cos.deleteBucket({ Bucket: at.Bucket, Region: at.Region })
    for (const Bucket of names) {
      const tags = { alpha: 'team=red', beta: 'team=blue&stage=test', gamma: 'team=red&stage=live' }
      const tagging = tags[Bucket.split('-')[0] as 'alpha']
      await at.cos.putBucket({
        Bucket,
        Region: at.Region,
        Headers: tagging ? { 'x-cos-tagging': tagging } : {},
      })
    }
  })

  /** The SDK's types leave the filters out. */
  const list = (params: Record<string, unknown> = {}) => at.cos.getService(params as COS.GetServiceParams)
  const listed = async (params: Record<string, unknown> = {}) =>
    (await list(params)).Buckets.map((bucket) => bucket.Name)

  it('lists all buckets in order of name', async () => {
    const { Buckets, Owner } = await list()
    expect(Buckets.map((bucket) => bucket.Name)).toEqual(names)
    expect(Owner).toEqual({ ID: 'qcs::cam::uin/1250000000:uin/1250000000', DisplayName: '1250000000' })
    for (const bucket of Buckets) {
      expect(bucket.Location).toBe(at.Region)
      expect(bucket.CreationDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
      expect(Math.abs(Date.parse(bucket.CreationDate) - Date.now())).toBeLessThan(600_000)
    }
  })

  it('lists those of a region', async () => {
    expect(await listed({ Region: at.Region })).toEqual(names)
    // A domain of one's own does not tell the region.
    if (at.style.startsWith('COS')) expect(await listed({ Region: 'ap-beijing' })).toEqual([])
  })

  it('pages by marker and size', async () => {
    expect(await listed({ MaxKeys: 2 })).toEqual(names.slice(0, 2))
    expect(await listed({ MaxKeys: 2, Marker: 'beta-1250000000' })).toEqual(names.slice(2))
    expect(await listed({ Marker: 'b' })).toEqual(names.slice(1))
    expect(await listed({ Marker: 'zeta-1250000000' })).toEqual([])
    expect(await listed({ MaxKeys: 2000 })).toEqual(names)
  })

  it('filters by tag', async () => {
    expect(await listed({ TagKey: 'team' })).toEqual(names.slice(0, 3))
    expect(await listed({ TagKey: 'team', TagValue: 'red' })).toEqual([
      'alpha-1250000000',
      'gamma-1250000000',
    ])
    expect(await listed({ TagKey: 'stage', TagValue: 'none' })).toEqual([])
  })

  describe('by time of creation', () => {
    const past = Math.floor(Date.now() / 1000) - 3600
    const future = past + 7200
    it.each([
      ['gt', past, 4],
      ['gte', past, 4],
      ['lt', past, 0],
      ['lte', past, 0],
      ['gt', future, 0],
      ['gte', future, 0],
      ['lt', future, 4],
      ['lte', future, 4],
    ] as const)('%s %d finds %d', async (CreateRange, CreateTime, expected) => {
      expect(await listed({ CreateRange, CreateTime })).toHaveLength(expected)
    })
  })

  it.each([
    { MaxKeys: -1 },
    { MaxKeys: 'many' },
    { CreateTime: 'today' },
    { CreateTime: 1, CreateRange: 'near' },
  ])('refuses %o', async (params) => {
    expect(await refusal(list(params))).toBe('400 InvalidArgument')
  })
})
