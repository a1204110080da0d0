// Objects coming out, by our own SDK: ranges, every form of a body, chosen headers.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { beforeAll, describe, expect, it } from 'vitest'
import { md5 } from '../cases/digests.js'
import { LARGE_RANGES, RANGES_BEYOND, RANGES_PASSED_OVER, SMALL_RANGES } from '../cases/ranges.js'
import { crc64 } from '../crc64.js'
import { eachStyle, failureOf, newBucketName, refusal } from './stations.js'

const SMALL = Buffer.from('0123456789')
const LARGE = Buffer.alloc(200_000, 'abcdefghijklmnopqrstuvwxyz0123456789-')

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })

  beforeAll(async () => {
    await at.cos.putObject({ ...named('small'), Body: SMALL, ContentType: 'text/plain' })
    await at.cos.putObject({ ...named('large'), Body: LARGE })
    await at.cos.putObject({ ...named('empty'), Body: '' })
    await at.cos.putObject({ ...named('json'), Body: '{"name":"é"}' })
  })

  describe('a range', () => {
    it.each(SMALL_RANGES)('%s is a part', async (Range, start, end) => {
      const got = await at.cos.getObject({ ...named('small'), Range })
      expect(await got.Body.text()).toBe(SMALL.subarray(start, end).toString())
      expect(got).toMatchObject({
        statusCode: 206,
        ContentRange: `bytes ${start}-${end - 1}/10`,
        ContentLength: end - start,
        Crc64: BigInt(crc64(SMALL)),
        ContentType: 'text/plain',
        AcceptRanges: 'bytes',
      })
    })

    it.each(LARGE_RANGES)('%s of a large object is a part', async (Range, start, end) => {
      const got = await at.cos.getObject({ ...named('large'), Range })
      expect(got.statusCode).toBe(206)
      expect(Buffer.compare(await got.Body.bytes(), LARGE.subarray(start, end))).toBe(0)
    })

    it.each(RANGES_BEYOND)('%s is beyond the object', async (Range) => {
      const failure = await failureOf(at.cos.getObject({ ...named('small'), Range }))
      expect(failure).toMatchObject({ statusCode: 416, code: 'InvalidRange' })
      expect(failure.headers['content-range']).toBe('bytes */10')
    })

    it('of an empty object is beyond it', async () => {
      const call = at.cos.getObject({ ...named('empty'), Range: 'bytes=0-' })
      expect(await refusal(call)).toBe('416 InvalidRange')
    })

    it.each(RANGES_PASSED_OVER)('%s is passed over', async (Range) => {
      const got = await at.cos.getObject({ ...named('small'), Range })
      expect(await got.Body.text()).toBe('0123456789')
      expect(got.statusCode).toBe(200)
      expect(got.ContentRange).toBeUndefined()
    })

    it('of a head tells its length', async () => {
      const head = await at.cos.headObject({ ...named('small'), Range: 'bytes=2-5' })
      expect(head).toMatchObject({ statusCode: 206, ContentLength: 4, ContentRange: 'bytes 2-5/10' })
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
      ContentType: asked.ResponseContentType,
      ContentLanguage: asked.ResponseContentLanguage,
      Expires: asked.ResponseExpires,
      CacheControl: asked.ResponseCacheControl,
      ContentDisposition: asked.ResponseContentDisposition,
      ContentEncoding: asked.ResponseContentEncoding,
    }
    const get = async (input: object) => {
      const got = await at.cos.getObject({ ...named('small'), ...input })
      await got.Body.bytes()
      return got
    }

    it('replaces headers of the reply, and not of the object', async () => {
      expect(await get(asked)).toMatchObject(expected)
      const plain = await get({})
      expect(plain.ContentType).toBe('text/plain')
      expect(plain.ContentDisposition).toBeUndefined()
    })

    it('replaces headers of a part', async () => {
      expect(await get({ ...asked, Range: 'bytes=0-1' })).toMatchObject({ ...expected, statusCode: 206 })
    })

    it('takes text beyond ASCII', async () => {
      const ResponseContentDisposition = 'attachment; filename="中文 😀.txt"'
      expect((await get({ ResponseContentDisposition })).ContentDisposition).toBe(ResponseContentDisposition)
    })

    it('refuses line breaks', async () => {
      const injected = { ...named('small'), ResponseContentType: 'text/html\r\nSet-Cookie: a=b' }
      expect(await refusal(at.cos.getObject(injected))).toBe('400 InvalidArgument')
    })
  })

  describe('a body', () => {
    it.each(['small', 'large', 'empty'])('of the object %s is read in every form', async (Key) => {
      const expected = { small: SMALL, large: LARGE, empty: Buffer.alloc(0) }[Key] ?? Buffer.alloc(0)
      const open = async () => (await at.cos.getObject(named(Key))).Body
      const chunks: Uint8Array[] = []
      for await (const chunk of await open()) chunks.push(chunk)
      const read = [
        await (await open()).bytes(),
        Buffer.from(await (await open()).text()),
        Buffer.concat(chunks),
        await buffer((await open()).stream() as never),
        await buffer((await open()).getRawStream()),
      ]
      for (const bytes of read) expect(Buffer.compare(bytes, expected)).toBe(0)
    })

    it('is read as JSON', async () => {
      expect(await (await at.cos.getObject(named('json'))).Body.json()).toEqual({ name: 'é' })
      const { Body } = await at.cos.getObject(named('small'))
      await expect(Body.json()).rejects.toThrow(SyntaxError)
    })

    it('is read once', async () => {
      const { Body } = await at.cos.getObject(named('small'))
      expect(Body.bodyUsed).toBe(false)
      await Body.text()
      expect(Body.bodyUsed).toBe(true)
      expect(await refusal(Body.text())).toBe('body')
    })

    it('is left early or cancelled, and the next request goes on', async () => {
      for await (const chunk of (await at.cos.getObject(named('large'))).Body) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      const { Body } = await at.cos.getObject(named('large'))
      Body.cancel()
      expect(await refusal(Body.bytes())).toBe('body')
      expect(await (await at.cos.getObject(named('small'))).Body.text()).toBe('0123456789')
    })

    it('goes into a file, whole', async () => {
      const dir = await mkdtemp(join(tmpdir(), 'coset-own-'))
      try {
        const path = join(dir, 'file')
        for (const Key of ['small', 'large', 'empty']) {
          await (await at.cos.getObject(named(Key))).Body.getStreamToFile(path)
        }
        expect((await readFile(path)).length).toBe(0)
        await (await at.cos.getObject(named('large'))).Body.getStreamToFile(path)
        expect(Buffer.compare(await readFile(path), LARGE)).toBe(0)
        expect(await readdir(dir)).toEqual(['file'])
      } finally {
        await rm(dir, { recursive: true })
      }
    })

    it('is ended by the caller’s signal', async () => {
      const controller = new AbortController()
      const { Body } = await at.cos.getObject(named('large'), { signal: controller.signal })
      controller.abort(new Error('enough'))
      expect(await refusal(Body.bytes())).toBe('aborted')
    })
  })

  it('heads an object', async () => {
    const head = await at.cos.headObject(named('small'))
    expect(head).toMatchObject({
      statusCode: 200,
      ETag: `"${md5(SMALL)}"`,
      ContentLength: 10,
      Crc64: BigInt(crc64(SMALL)),
      ObjectType: 'normal',
      AcceptRanges: 'bytes',
    })
    expect(Math.abs(head.LastModified.getTime() - Date.now())).toBeLessThan(600_000)
    expect(await at.cos.objectExists(named('small'))).toBe(true)
  })

  it.each(['getObject', 'headObject'] as const)('%s of what is not there is a 404', async (method) => {
    expect(await refusal(at.cos[method](named('missing')))).toBe('404 NoSuchKey')
    const code = method === 'getObject' ? 'NoSuchBucket' : 'NoSuchKey'
    const nowhere = at.cos[method]({ ...named('missing'), Bucket: newBucketName() })
    expect(await refusal(nowhere)).toBe(`404 ${code}`)
  })
})
