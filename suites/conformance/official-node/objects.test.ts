// Objects going in, by the official Node SDK.
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { md5, sha1, WRONG_DIGESTS } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, headersOf, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Region: at.Region, Key })
  const read = async (Key: string) => (await at.cos.getObject(named(Key))).Body

  describe('a body', () => {
    const small = randomBytes(1000)
    const large = randomBytes(300_000)
    const bodies: readonly (readonly [name: string, key: string, body: () => unknown, bytes: Buffer])[] = [
      ['a string', 'text', () => 'héllo, 世界', Buffer.from('héllo, 世界')],
      ['a small buffer', 'small', () => small, small],
      ['a large buffer', 'large', () => large, large],
      ['nothing', 'empty', () => '', Buffer.alloc(0)],
      ['an empty buffer', 'empty-buffer', () => Buffer.alloc(0), Buffer.alloc(0)],
      [
        'a stream without a length',
        'chunked',
        () => Readable.from([small, large]),
        Buffer.concat([small, large]),
      ],
      ['an empty stream', 'chunked-empty', () => Readable.from([]), Buffer.alloc(0)],
    ]
    it.each(bodies)('is stored whole: %s', async (_name, Key, body, bytes) => {
      const put = await at.cos.putObject({ ...named(Key), Body: body() as Buffer })
      expect(put.statusCode).toBe(200)
      expect(put.ETag).toBe(`"${md5(bytes)}"`)
      expect(headersOf(put)['x-cos-hash-crc64ecma']).toBe(crc64(bytes))
      expect(put.VersionId).toBeUndefined()
      const got = await at.cos.getObject(named(Key))
      expect(Buffer.compare(got.Body, bytes)).toBe(0)
      expect(got.ETag).toBe(put.ETag)
      expect(headersOf(got)['content-length']).toBe(String(bytes.length))
      expect(headersOf(got)['x-cos-hash-crc64ecma']).toBe(crc64(bytes))
    })

    it('is stored whole: a stream with its length', async () => {
      const Body = Readable.from([large.subarray(0, 77_777), large.subarray(77_777)])
      const put = await at.cos.putObject({ ...named('stream'), Body, ContentLength: large.length })
      expect(put.ETag).toBe(`"${md5(large)}"`)
      expect(Buffer.compare(await read('stream'), large)).toBe(0)
    })

    it('has the CRC that COS documents', async () => {
      const put = await at.cos.putObject({ ...named('documented'), Body: '[Object Content]' })
      expect(headersOf(put)['x-cos-hash-crc64ecma']).toBe('16749565679157681890')
      const empty = await at.cos.putObject({ ...named('documented'), Body: '' })
      expect(headersOf(empty)['x-cos-hash-crc64ecma']).toBe('0')
      expect(empty.ETag).toBe('"d41d8cd98f00b204e9800998ecf8427e"')
    })
  })

  it('replaces an object whole, and its headers with it', async () => {
    await at.cos.putObject({
      ...named('twice'),
      Body: 'first',
      ContentType: 'text/plain',
      'x-cos-meta-a': '1',
    })
    await at.cos.putObject({ ...named('twice'), Body: 'second one' })
    const got = await at.cos.getObject(named('twice'))
    expect(got.Body.toString()).toBe('second one')
    expect(headersOf(got)['content-type']).toBe('application/octet-stream')
    expect(headersOf(got)['x-cos-meta-a']).toBeUndefined()
  })

  it('keeps directory objects apart from what they seem to hold', async () => {
    await at.cos.putObject({ ...named('path/to/dir/'), Body: '' })
    await at.cos.putObject({ ...named('path/to/dir/file'), Body: 'f' })
    await at.cos.putObject({ ...named('path/to/dir'), Body: 'd' })
    expect((await at.cos.headObject(named('path/to/dir/'))).statusCode).toBe(200)
    expect((await read('path/to/dir')).toString()).toBe('d')
    expect((await read('path/to/dir/')).length).toBe(0)
  })

  describe('headers', () => {
    const stored = {
      CacheControl: 'max-age=86400, public',
      ContentDisposition: 'attachment; filename="a b.txt"',
      ContentEncoding: 'identity',
      ContentType: 'text/plain; charset=utf-8',
      Expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
    }

    it('come back as they were stored', async () => {
      await at.cos.putObject({
        ...named('headers'),
        Body: 'x',
        ...stored,
        Headers: { 'Content-Language': 'zh-CN' },
      })
      for (const result of [
        await at.cos.getObject(named('headers')),
        await at.cos.headObject(named('headers')),
      ]) {
        expect(headersOf(result)).toMatchObject({
          'cache-control': stored.CacheControl,
          'content-disposition': stored.ContentDisposition,
          'content-encoding': stored.ContentEncoding,
          'content-language': 'zh-CN',
          'content-type': stored.ContentType,
          expires: stored.Expires,
          'accept-ranges': 'bytes',
          'x-cos-object-type': 'normal',
        })
      }
    })

    it('of metadata come back in lower case', async () => {
      const meta = { 'x-cos-meta-a': '1', 'x-cos-meta-Author-Name': `A B/C~'(x)*!`, 'x-cos-meta-empty': '' }
      await at.cos.putObject({ ...named('meta'), Body: 'x', Headers: meta })
      const headers = headersOf(await at.cos.headObject(named('meta')))
      expect(headers['x-cos-meta-a']).toBe('1')
      expect(headers['x-cos-meta-author-name']).toBe(`A B/C~'(x)*!`)
      expect(headers['x-cos-meta-empty'] ?? '').toBe('')
    })

    it('of metadata have a limit', async () => {
      const Headers = { 'x-cos-meta-long': 'v'.repeat(4200) }
      expect(await refusal(at.cos.putObject({ ...named('meta-long'), Body: 'x', Headers }))).toBe(
        '400 MetadataTooLarge',
      )
      expect(await refusal(at.cos.getObject(named('meta-long')))).toBe('404 NoSuchKey')
    })

    it.each([
      'STANDARD',
      'STANDARD_IA',
      'INTELLIGENT_TIERING',
      'ARCHIVE',
      'DEEP_ARCHIVE',
    ] as const)('tell the storage class %s', async (StorageClass) => {
      const put = await at.cos.putObject({ ...named(StorageClass), Body: 'x', StorageClass })
      expect(headersOf(put)['x-cos-storage-class']).toBe(StorageClass)
      const headers = headersOf(await at.cos.headObject(named(StorageClass)))
      expect(headers['x-cos-storage-class']).toBe(StorageClass === 'STANDARD' ? undefined : StorageClass)
      expect(headers['x-cos-storage-tier']).toBe(
        StorageClass === 'INTELLIGENT_TIERING' ? 'FREQUENT' : undefined,
      )
      const archived = StorageClass.endsWith('ARCHIVE')
      const got = at.cos.getObject(named(StorageClass))
      if (archived) expect(await refusal(got)).toBe('403 InvalidObjectState')
      else expect((await got).Body.toString()).toBe('x')
    })

    it.each([
      ['SLOW', '400 NotSupportedStorageClass'],
      ['MAZ_STANDARD', '400 MAZOperationNotSupportOnOAZBucket'],
    ])('may not ask for the storage class %s', async (name, expected) => {
      const Headers = { 'x-cos-storage-class': name }
      expect(await refusal(at.cos.putObject({ ...named('class'), Body: 'x', Headers }))).toBe(expected)
    })

    it('count tags', async () => {
      const Headers = { 'x-cos-tagging': 'a=1&b%20c=%2Bd' }
      await at.cos.putObject({ ...named('tagged'), Body: 'x', Headers })
      expect(headersOf(await at.cos.headObject(named('tagged')))['x-cos-tagging-count']).toBe('2')
      const eleven = Array.from({ length: 11 }, (_, number) => `k${number}=v`).join('&')
      for (const tags of ['a=1&a=2', 'a=%21', '=v', eleven]) {
        const put = at.cos.putObject({ ...named('mistagged'), Body: 'x', Headers: { 'x-cos-tagging': tags } })
        expect(await refusal(put)).toBe('400 InvalidTag')
      }
    })
  })

  describe('digests', () => {
    it('are checked when they are right', async () => {
      const Headers = {
        'Content-MD5': md5('right', 'base64'),
        'x-cos-content-sha1': sha1('right').toUpperCase(),
      }
      const put = await at.cos.putObject({ ...named('digests'), Body: 'right', Headers })
      expect(put.statusCode).toBe(200)
    })

    it.each(WRONG_DIGESTS)('refuse %s, and the old object stays', async (_name, Headers, expected) => {
      for (const size of [4, 100_000]) {
        await at.cos.putObject({ ...named('kept'), Body: 'old' })
        const Body = Buffer.alloc(size, 'body')
        expect(await refusal(at.cos.putObject({ ...named('kept'), Body, Headers }))).toBe(expected)
        expect((await read('kept')).toString()).toBe('old')
      }
    })

    it('are sent by the SDK when it is told to', async () => {
      const careful = at.client({ UploadCheckContentMd5: true })
      await careful.putObject({ ...named('careful'), Body: 'x'.repeat(10_000) })
      expect((await read('careful')).length).toBe(10_000)
    })
  })

  describe('x-cos-forbid-overwrite', () => {
    const Headers = { 'x-cos-forbid-overwrite': 'true' }

    it('keeps an object that is there', async () => {
      await at.cos.putObject({ ...named('once'), Body: 'first', Headers })
      expect(await refusal(at.cos.putObject({ ...named('once'), Body: 'second', Headers }))).toBe(
        '409 FileAlreadyExists',
      )
      expect((await read('once')).toString()).toBe('first')
      await at.cos.putObject({
        ...named('once'),
        Body: 'third',
        Headers: { 'x-cos-forbid-overwrite': 'false' },
      })
      expect((await read('once')).toString()).toBe('third')
    })

    it.each(['Enabled', 'Suspended'] as const)('is ignored where versioning is %s', async (Status) => {
      const bucket = { Bucket: newBucketName(), Region: at.Region }
      await at.cos.putBucket(bucket)
      await at.cos.putBucketVersioning({ ...bucket, VersioningConfiguration: { Status } })
      for (const Body of ['first', 'second'])
        await at.cos.putObject({ ...bucket, Key: 'once', Body, Headers })
      expect((await at.cos.getObject({ ...bucket, Key: 'once' })).Body.toString()).toBe('second')
    })
  })

  describe('files', () => {
    let dir: string
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'coset-files-'))
    })
    afterAll(() => rm(dir, { recursive: true }))

    it('come from read streams, with their type', async () => {
      const path = join(dir, 'page.html')
      await writeFile(path, '<p>')
      await at.cos.putObject({ ...named('file'), Body: createReadStream(path), ContentLength: 3 })
      expect((await read('file')).toString()).toBe('<p>')
      expect(headersOf(await at.cos.headObject(named('file')))['content-type']).toBe('text/html')
    })

    it('up to the slice size go up by uploadFile, in one request', async () => {
      const bytes = randomBytes(700_000)
      const path = join(dir, 'some.bin')
      await writeFile(path, bytes)
      const uploaded = await at.cos.uploadFile({ ...named('uploaded'), FilePath: path })
      expect(uploaded.ETag).toBe(`"${md5(bytes)}"`)
      expect(Buffer.compare(await read('uploaded'), bytes)).toBe(0)
    })
  })

  it('refuses an object for a bucket that is not there', async () => {
    const put = at.cos.putObject({ ...named('a'), Bucket: newBucketName(), Body: 'x' })
    expect(await refusal(put)).toBe('404 NoSuchBucket')
  })

  it('refuses an ACL that objects do not have', async () => {
    const Headers = { 'x-cos-acl': 'public-read-write' }
    expect(await refusal(at.cos.putObject({ ...named('acl'), Body: 'x', Headers }))).toBe(
      '400 InvalidArgument',
    )
  })
})
