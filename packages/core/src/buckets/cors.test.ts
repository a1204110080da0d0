import { auditExactly, storeAbove, TestBucket } from '@coset/testkit'
import { describe, expect, it } from 'vitest'
import type { CorsConfiguration } from '../access/cors.js'
import { deleteCors, findCors, getCors, putCors } from './cors.js'
import { deleteBucket } from './delete.js'

const fault = (code: string) => expect.objectContaining({ code })
const allowing = (...allowedOrigins: string[]): CorsConfiguration => ({
  rules: [{ allowedOrigins, allowedMethods: ['GET'], allowedHeaders: [], exposedHeaders: [] }],
  responseVary: false,
})

describe('rules of a bucket', () => {
  it('are got as they were put, the last ones whole', async () => {
    const { call, store, name } = await TestBucket.open()
    await putCors(call, store, name, allowing('http://a', 'http://b'))
    expect(await getCors(call, store, name)).toEqual(allowing('http://a', 'http://b'))
    await putCors(call, store, name, allowing('http://c'))
    expect(await getCors(call, store, name)).toEqual(allowing('http://c'))
  })

  it('may be absent, and be deleted twice', async () => {
    const { call, store, name } = await TestBucket.open()
    await expect(getCors(call, store, name)).rejects.toThrow(fault('NoSuchCORSConfiguration'))
    await putCors(call, store, name, allowing('*'))
    await deleteCors(call, store, name)
    await deleteCors(call, store, name)
    expect(await findCors(call, store, name)).toBeUndefined()
  })

  it('stay as they were when new ones are refused', async () => {
    const { call, store, name } = await TestBucket.open()
    await putCors(call, store, name, allowing('*'))
    await expect(putCors(call, store, name, allowing('http://*.*'))).rejects.toThrow(fault('InvalidRequest'))
    expect(await getCors(call, store, name)).toEqual(allowing('*'))
  })

  it('need the bucket', async () => {
    const { call, store } = await TestBucket.open()
    for (const use of [getCors, findCors, deleteCors]) {
      await expect(use(call, store, 'none-1250000000')).rejects.toThrow(fault('NoSuchBucket'))
    }
    await expect(putCors(call, store, 'none-1250000000', allowing('*'))).rejects.toThrow(
      fault('NoSuchBucket'),
    )
  })

  it('go with the bucket, and are not those of its namesake', async () => {
    const bucket = await TestBucket.open()
    const { call, store, name } = bucket
    await putCors(call, store, name, allowing('*'))
    await deleteBucket(call, store, name)
    await auditExactly(store)
    await bucket.create()
    expect(await findCors(call, store, name)).toBeUndefined()
  })

  it('never outlive a bucket that another process deletes meanwhile', async () => {
    for (let round = 0; round < 20; round++) {
      const { call, store, name } = await TestBucket.open()
      const other = await storeAbove(store)
      const delay = async () => {
        for (let turn = 0; turn < round % 10; turn++) await Promise.resolve()
      }
      const [put, deleted] = await Promise.allSettled([
        putCors(call, store, name, allowing('*')),
        delay().then(() => deleteBucket(call, other, name)),
      ])
      expect(deleted.status).toBe('fulfilled')
      if (put.status === 'rejected') expect(put.reason).toMatchObject({ code: 'NoSuchBucket' })
      await auditExactly(store)
    }
  })
})
