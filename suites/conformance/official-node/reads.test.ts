// Objects coming out, by the official Node SDK: ranges, streams, chosen headers.
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { LARGE_RANGES, RANGES_BEYOND, RANGES_PASSED_OVER, SMALL_RANGES } from '../cases/ranges.js'
import { crc64 } from '../crc64.js'
import { eachStyle, failureOf, headersOf, newBucketName, refusal } from './stations.js'

const SMALL = Buffer.from('0123456789')
const LARGE = Buffer.alloc(200_000, 'abcdefghijklmnopqrstuvwxyz0123456789-')

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })

  beforeAll(async () => {
    await at.cos.putObject({ ...named('small'), Body: SMALL, ContentType: 'text/plain' })
    await at.cos.putObject({ ...named('large'), Body: LARGE })
    await at.cos.putObject({ ...named('empty'), Body: '' })
  })

  describe('a range', () => {
    it.each(SMALL_RANGES)('%s is a part', async (Range, start, end) => {
      const got = await at.cos.getObject({ ...named('small'), Range })
      expect(got.statusCode).toBe(206)
      expect(got.Body.toString()).toBe(SMALL.subarray(start, end).toString())
      const headers = headersOf(got)
      expect(headers['content-range']).toBe(`bytes ${start}-${end - 1}/10`)
      expect(headers['content-length']).toBe(String(end - start))
      expect(headers['x-cos-hash-crc64ecma']).toBe(crc64(SMALL))
      expect(headers['content-type']).toBe('text/plain')
    })

    it.each(LARGE_RANGES)('%s of a large object is a part', async (Range, start, end) => {
      const got = await at.cos.getObject({ ...named('large'), Range })
      expect(got.statusCode).toBe(206)
      expect(Buffer.compare(got.Body, LARGE.subarray(start, end))).toBe(0)
    })

    it.each(RANGES_BEYOND)('%s is beyond the object', async (Range) => {
      const failure = await failureOf(at.cos.getObject({ ...named('small'), Range }))
      expect(failure).toMatchObject({ statusCode: 416, code: 'InvalidRange' })
      expect(failure.headers?.['content-range']).toBe('bytes */10')
    })

    it('of an empty object is beyond it', async () => {
      expect(await refusal(at.cos.getObject({ ...named('empty'), Range: 'bytes=0-' }))).toBe(
        '416 InvalidRange',
      )
    })

    it.each(RANGES_PASSED_OVER)('%s is passed over', async (Range) => {
      const got = await at.cos.getObject({ ...named('small'), Range })
      expect(got.statusCode).toBe(200)
      expect(got.Body.toString()).toBe('0123456789')
      expect(headersOf(got)['content-range']).toBeUndefined()
    })

    it('of a head tells its length', async () => {
      const head = await at.cos.headObject({ ...named('small'), Headers: { Range: 'bytes=2-5' } })
      expect(head.statusCode).toBe(206)
      expect(headersOf(head)).toMatchObject({ 'content-length': '4', 'content-range': 'bytes 2-5/10' })
    })
  })

  describe('response-*', () => {
    const asked = {
      ResponseContentType: 'text/html; charset=gbk',
      ResponseContentLanguage: 'zh-CN, en',
      ResponseExpires: 'Wed, 21 Oct 2065 07:28:00 GMT',
      ResponseCacheControl: 'no-cache',
      ResponseContentDisposition: `attachment; filename="a+b & c.txt"; filename*=UTF-8''%E4%B8%AD`,
      ResponseContentEncoding: 'identity',
    }
    const expected = {
      'content-type': asked.ResponseContentType,
      'content-language': asked.ResponseContentLanguage,
      expires: asked.ResponseExpires,
      'cache-control': asked.ResponseCacheControl,
      'content-disposition': asked.ResponseContentDisposition,
      'content-encoding': asked.ResponseContentEncoding,
    }

    it('replaces headers of the reply, and not of the object', async () => {
      expect(headersOf(await at.cos.getObject({ ...named('small'), ...asked }))).toMatchObject(expected)
      const plain = headersOf(await at.cos.getObject(named('small')))
      expect(plain['content-type']).toBe('text/plain')
      expect(plain['content-disposition']).toBeUndefined()
    })

    it('replaces headers of a part', async () => {
      const got = await at.cos.getObject({ ...named('small'), ...asked, Range: 'bytes=0-1' })
      expect(got.statusCode).toBe(206)
      expect(headersOf(got)).toMatchObject(expected)
    })

    it('takes text beyond ASCII, as UTF-8', async () => {
      const got = await at.cos.getObject({
        ...named('small'),
        ResponseContentDisposition: 'attachment; filename="中文 😀.txt"',
      })
      const bytes = Buffer.from(headersOf(got)['content-disposition'] ?? '', 'latin1')
      expect(bytes.toString()).toBe('attachment; filename="中文 😀.txt"')
    })

    it('refuses line breaks', async () => {
      const injected = { ...named('small'), ResponseContentType: 'text/html\r\nSet-Cookie: a=b' }
      expect(await refusal(at.cos.getObject(injected))).toBe('400 InvalidArgument')
    })
  })

  it('downloads into a stream', async () => {
    const body = await buffer(at.cos.getObjectStream(named('large')) as Readable)
    expect(Buffer.compare(body, LARGE)).toBe(0)
  })

  it('tells a stream of its failure', async () => {
    const failure = await new Promise((resolve) => {
      at.cos.getObjectStream(named('missing'), (error) => resolve(error)).on('error', () => {})
    })
    expect(failure).toMatchObject({ statusCode: 404 })
  })

  it('downloads into a file', async () => {
    const path = join(
      tmpdir(),
      `coset-download-${process.pid}-${createHash('md5').update(at.Bucket).digest('hex')}`,
    )
    await at.cos.getObject({ ...named('large'), Output: path as never })
    expect(Buffer.compare(await readFile(path), LARGE)).toBe(0)
    await rm(path)
  })

  it('downloads in ranges by downloadFile', async () => {
    const path = join(tmpdir(), `coset-ranges-${process.pid}-${at.Bucket}`)
    const three = Buffer.alloc(3 * 1024 * 1024 + 17, 'ranges of a file ')
    await at.cos.putObject({ ...named('three'), Body: three })
    await at.cos.downloadFile({ ...named('three'), FilePath: path, ChunkSize: 1024 * 1024, ParallelLimit: 3 })
    expect(Buffer.compare(await readFile(path), three)).toBe(0)
    await rm(path)
  })

  it('heads an object', async () => {
    const head = await at.cos.headObject(named('small'))
    expect(head.statusCode).toBe(200)
    expect(head.ETag).toBe(`"${createHash('md5').update(SMALL).digest('hex')}"`)
    const headers = headersOf(head)
    expect(headers['content-length']).toBe('10')
    expect(headers['x-cos-hash-crc64ecma']).toBe(crc64(SMALL))
    expect(headers['last-modified']).toMatch(/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/)
    expect(Math.abs(Date.parse(headers['last-modified'] ?? '') - Date.now())).toBeLessThan(600_000)
  })

  it.each(['getObject', 'headObject'] as const)('%s of what is not there is a 404', async (method) => {
    const failure = await failureOf(at.cos[method](named('missing')) as Promise<unknown>)
    expect(failure.statusCode).toBe(404)
    expect(failure.RequestId).toBeTruthy()
    expect(failure.DeleteMarker).toBeUndefined()
    if (method === 'getObject') {
      expect(failure.code).toBe('NoSuchKey')
      expect(failure.message).toBe('The specified key does not exist.')
    }
    const nowhere = at.cos[method]({ ...named('missing'), Bucket: newBucketName() }) as Promise<unknown>
    expect((await failureOf(nowhere)).statusCode).toBe(404)
  })
})
