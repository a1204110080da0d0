// postObject and forms for browsers, as this repository's own SDK makes them.
import { createHash } from 'node:crypto'
import { CosClient, CosClientError } from '@coset/sdk'
import { startServer } from '@coset/server/testing'
import { describe, expect, it } from 'vitest'
import { crc64 } from '../crc64.js'
import { eachStyle, newBucketName, refusal, type Station } from './stations.js'

const FILE_NAME = '$'.concat('{filename}')
const ETAG = `"${createHash('md5').update('content').digest('hex')}"`

async function* streamOf(...chunks: string[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

const textOf = async ({ cos, Bucket }: Station, Key: string) =>
  (await cos.getObject({ Bucket, Key })).Body.text()

eachStyle((at) => {
  describe('postObject', () => {
    it('stores an object and tells of it', async () => {
      const { cos, Bucket } = at
      const posted = await cos.postObject({ Bucket, Key: 'dir/文 件', Body: 'content' })
      expect(posted).toMatchObject({ statusCode: 204, Status: 204, ETag: ETAG })
      expect(posted.Crc64).toBe(BigInt(crc64('content')))
      expect(posted.Location).toMatch(/\/dir\/%E6%96%87%20%E4%BB%B6$/)
      expect(await textOf(at, 'dir/文 件')).toBe('content')
    })

    it('sends all that can be said of an object', async () => {
      const { cos, Bucket } = at
      await cos.postObject({
        Bucket,
        Key: 'described',
        Body: 'content',
        ContentType: 'text/plain',
        ContentDisposition: 'attachment; filename="文.txt"',
        CacheControl: 'no-store',
        Metadata: { Color: '蓝 "a"', 'x-cos-meta-b': 'c' },
        Tagging: 'a=b',
        StorageClass: 'STANDARD_IA',
        ACL: 'private',
        ContentMD5: createHash('md5').update('content').digest('base64'),
      })
      expect(await cos.headObject({ Bucket, Key: 'described' })).toMatchObject({
        ContentType: 'text/plain',
        ContentDisposition: 'attachment; filename="文.txt"',
        CacheControl: 'no-store',
        Metadata: { color: '蓝 "a"', b: 'c' },
        TaggingCount: 1,
        StorageClass: 'STANDARD_IA',
      })
    })

    it('takes every kind of body, of known length or not', async () => {
      const { cos, Bucket } = at
      const large = Buffer.alloc(700_000, 'large')
      const bodies = [Buffer.from('content'), new Blob(['content']), streamOf('con', 'tent'), '']
      for (const Body of bodies) {
        await cos.postObject({ Bucket, Key: 'body', Body })
        expect(await textOf(at, 'body')).toBe(Body === '' ? '' : 'content')
      }
      await cos.postObject({ Bucket, Key: 'body', Body: streamOf('con', 'tent'), ContentLength: 7 })
      expect(await textOf(at, 'body')).toBe('content')
      await cos.postObject({ Bucket, Key: 'body', Body: large })
      expect(await textOf(at, 'body')).toBe(large.toString())
    })

    it('stores nothing of a stream that has another length than it was to have', async () => {
      const { cos, Bucket } = at
      for (const ContentLength of [6, 8]) {
        const Body = streamOf('con', 'tent')
        expect(await refusal(cos.postObject({ Bucket, Key: 'unstored', Body, ContentLength }))).toBe('body')
      }
      expect(await cos.objectExists({ Bucket, Key: 'unstored' })).toBe(false)
    })

    it('puts the name of the file into the key', async () => {
      const { cos, Bucket } = at
      const Key = `up/${FILE_NAME}`
      const posted = await cos.postObject({ Bucket, Key, Body: 'named', FileName: '/tmp/文.txt' })
      expect(posted.Location).toMatch(/\/up\/%E6%96%87\.txt$/)
      expect(await textOf(at, 'up/文.txt')).toBe('named')
      await cos.postObject({ Bucket, Key, Body: 'unnamed' })
      expect(await textOf(at, 'up/file')).toBe('unnamed')
    })

    it('resolves with the status it asked for, and with a redirect', async () => {
      const { cos, Bucket } = at
      const asked = { Bucket, Key: 'k', Body: 'content' }
      expect(await cos.postObject({ ...asked, SuccessActionStatus: '201' })).toMatchObject({
        statusCode: 201,
      })
      const SuccessActionRedirect = 'https://my.website/done'
      const led = await cos.postObject({ ...asked, SuccessActionRedirect })
      expect([led.statusCode, led.Status]).toEqual([303, 303])
      expect(led.Location).toMatch(/^https:\/\/my\.website\/done\?bucket=.*&key=k&etag=/)
    })

    it('rejects with what the server refuses', async () => {
      const { cos, Bucket } = at
      const asked = { Bucket, Key: 'k', Body: 'content' }
      const stranger = at.client({ SecretKey: 'x'.repeat(32) })
      const anyone = at.client({ SecretId: '', SecretKey: '' })
      const refused: readonly (readonly [() => Promise<unknown>, string])[] = [
        [() => cos.postObject({ ...asked, Bucket: newBucketName() }), '404 NoSuchBucket'],
        [() => cos.postObject({ ...asked, Key: '/k' }), '400 InvalidObjectName'],
        [() => cos.postObject({ ...asked, TrafficLimit: 1 }), '400 InvalidArgument'],
        [() => cos.postObject({ ...asked, ContentMD5: 'mgNkuembtIDdJeHwKEyFVg==' }), '400 BadDigest'],
        [() => stranger.postObject(asked), '403 SignatureDoesNotMatch'],
        [() => anyone.postObject(asked), '403 AccessDenied'],
      ]
      for (const [call, expected] of refused) expect(await refusal(call())).toBe(expected)
    })

    it('stops when it is aborted', async () => {
      const { cos, Bucket } = at
      const controller = new AbortController()
      async function* stuck() {
        yield Buffer.from('x')
        controller.abort()
        await new Promise(() => undefined)
      }
      const call = cos.postObject({ Bucket, Key: 'aborted', Body: stuck() }, { signal: controller.signal })
      expect(await refusal(call)).toBe('aborted')
      expect(await cos.objectExists({ Bucket, Key: 'aborted' })).toBe(false)
    })
  })

  describe('a form for a browser', () => {
    async function submit(
      { url, fields }: { readonly url: string; readonly fields: Readonly<Record<string, string>> },
      content = 'content',
      name = 'a.txt',
    ): Promise<string> {
      const form = new FormData()
      for (const [field, value] of Object.entries(fields)) form.append(field, value)
      form.append('file', new Blob([content]), name)
      // The name of the host need not resolve, nor may fetch be told another.
      const { pathname } = new URL(url)
      const path = at.style === 'path style' ? pathname : `/${at.Bucket}${pathname}`
      const reply = await fetch(`${at.server.url}${path}`, { method: 'POST', body: form, redirect: 'manual' })
      return `${reply.status} ${/<Code>(.*)<\/Code>/.exec(await reply.text())?.[1] ?? ''}`.trim()
    }

    it('is accepted as it is', async () => {
      const { cos, Bucket } = at
      const Fields = { 'Content-Type': 'text/plain', success_action_status: '200', 'x-cos-meta-a': '文' }
      const form = cos.getPostObjectForm({ Bucket, Key: `form/${FILE_NAME}`, Expires: 60, Fields })
      expect(await submit(form, 'content', '文.txt')).toBe('200')
      const head = await cos.headObject({ Bucket, Key: 'form/文.txt' })
      expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { a: '文' } })
    })

    it('is refused with any of its fields changed, but not with its own conditions kept', async () => {
      const { cos, Bucket } = at
      const input = { Bucket, Key: 'mine', Expires: 60, Fields: { acl: 'private' } }
      const form = cos.getPostObjectForm({
        ...input,
        Conditions: [['starts-with', '$Content-Type', 'image/']],
      })
      const changed = (fields: Record<string, string>) =>
        submit({ url: form.url, fields: { ...form.fields, ...fields } })
      expect(await changed({ 'Content-Type': 'image/png' })).toBe('204')
      expect(await changed({ 'Content-Type': 'text/html' })).toBe('403 AccessDenied')
      expect(await changed({ 'Content-Type': 'image/png', key: 'other' })).toBe('403 AccessDenied')
      expect(await changed({ 'Content-Type': 'image/png', acl: 'public-read' })).toBe('403 AccessDenied')
      expect(await cos.objectExists({ Bucket, Key: 'other' })).toBe(false)
    })

    it('bounds the size of its file', async () => {
      const { cos, Bucket } = at
      const form = cos.getPostObjectForm({ Bucket, Key: 'sized', Expires: 60, ContentLengthRange: [3, 5] })
      expect(await submit(form, '12')).toBe('400 EntityTooSmall')
      expect(await submit(form, '123456')).toBe('400 EntityTooLarge')
      expect(await cos.objectExists({ Bucket, Key: 'sized' })).toBe(false)
      expect(await submit(form, '12345')).toBe('204')
    })

    it('has no secret in it', () => {
      const form = at.cos.getPostObjectForm({ Bucket: at.Bucket, Key: 'k', Expires: 60 })
      const policy = Buffer.from(form.fields.policy ?? '', 'base64').toString()
      expect(JSON.stringify(form) + policy).not.toContain(at.server.secretKey)
      expect(new URL(form.url).pathname).toBe(at.style === 'path style' ? `/${at.Bucket}/` : '/')
    })

    it('can not be made of nonsense', () => {
      const { cos, Bucket } = at
      const usual = { Bucket, Key: 'k', Expires: 60 }
      for (const wrong of [
        { ...usual, Expires: 0 },
        { ...usual, Expires: 1.5 },
        { ...usual, Key: '' },
        { ...usual, Bucket: '' },
        { ...usual, ContentLengthRange: [2, 1] as const },
        { ...usual, ContentLengthRange: [-1, 1] as const },
      ]) {
        expect(() => cos.getPostObjectForm(wrong)).toThrow(CosClientError)
      }
    })
  })
})

describe('temporary keys', () => {
  it('put their token into the form', async () => {
    const keys = { secretId: 'AKIDtemporary', secretKey: 'k'.repeat(32), token: 'tok/en+=' }
    const server = await startServer({ credentials: [keys] })
    try {
      const cos = new CosClient({ ...server.clientOptions, Token: keys.token })
      const without = new CosClient({ ...server.clientOptions, Retries: 0 })
      const Bucket = newBucketName()
      await cos.putBucket({ Bucket })
      expect((await cos.postObject({ Bucket, Key: 'k', Body: 'content' })).statusCode).toBe(204)
      const refused = without.postObject({ Bucket, Key: 'k', Body: 'content' })
      expect(await refusal(refused)).toBe('403 AccessDenied')
      expect(cos.getPostObjectForm({ Bucket, Key: 'k', Expires: 60 }).fields).toMatchObject({
        'x-cos-security-token': keys.token,
      })
      await Promise.all([cos.close(), without.close()])
    } finally {
      await server.stop()
    }
  })
})
