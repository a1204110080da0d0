// Objects going in, by our own SDK.
import { randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { BodyInput, PutObjectInput } from '@coset/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { md5, sha1, WRONG_DIGESTS } from '../cases/digests.js'
import { crc64 } from '../crc64.js'
import { eachStyle, newBucketName, refusal } from './stations.js'

eachStyle((at) => {
  const named = (Key: string) => ({ Bucket: at.Bucket, Key })
  const read = async (Key: string) => Buffer.from(await (await at.cos.getObject(named(Key))).Body.bytes())

  describe('a body', () => {
    const small = randomBytes(1000)
    const large = randomBytes(600_000)
    const both = Buffer.concat([small, large])
    const webStream = (...chunks: Uint8Array[]) => new Blob(chunks as Uint8Array<ArrayBuffer>[]).stream()
    const bodies: readonly (readonly [name: string, body: () => BodyInput, bytes: Buffer])[] = [
      ['a string', () => 'héllo, 世界', Buffer.from('héllo, 世界')],
      ['an empty string', () => '', Buffer.alloc(0)],
      ['a small buffer', () => small, small],
      ['a large buffer', () => large, large],
      ['an empty buffer', () => Buffer.alloc(0), Buffer.alloc(0)],
      ['an ArrayBuffer', () => Uint8Array.from(small).buffer, small],
      [
        'a view into more',
        () => new Uint16Array(Uint8Array.from(small).buffer, 2, 100),
        small.subarray(2, 202),
      ],
      ['a Blob', () => new Blob([Uint8Array.from(large)]), large],
      ['an empty Blob', () => new Blob([]), Buffer.alloc(0)],
      ['an array of chunks', () => [small, large], both],
      ['a stream of Node', () => Readable.from([small, large]), both],
      ['an empty stream of Node', () => Readable.from([]), Buffer.alloc(0)],
      ['a stream of the web', () => webStream(small, large), both],
      ['an empty stream of the web', () => webStream(), Buffer.alloc(0)],
      [
        'an async generator of bytes and text',
        () => pieces('é', small),
        Buffer.concat([Buffer.from('é'), small]),
      ],
      ['an iterator', () => [small, large].values(), both],
    ]

    async function* pieces(...chunks: (Uint8Array | string)[]) {
      yield* chunks
    }

    it.each(bodies)('is stored whole: %s', async (name, body, bytes) => {
      const put = await at.cos.putObject({ ...named(name), Body: body() })
      expect(put).toMatchObject({ statusCode: 200, ETag: `"${md5(bytes)}"`, Crc64: BigInt(crc64(bytes)) })
      expect(put.VersionId).toBeUndefined()
      const got = await at.cos.getObject(named(name))
      expect(Buffer.compare(await got.Body.bytes(), bytes)).toBe(0)
      expect(got).toMatchObject({ ETag: put.ETag, ContentLength: bytes.length, Crc64: put.Crc64 })
    })

    it('is stored whole: a stream with its length', async () => {
      const Body = Readable.from([large.subarray(0, 77_777), large.subarray(77_777)])
      const put = await at.cos.putObject({ ...named('stream'), Body, ContentLength: large.length })
      expect(put.ETag).toBe(`"${md5(large)}"`)
      expect(Buffer.compare(await read('stream'), large)).toBe(0)
    })

    it.each([
      ['less', 999],
      ['more', 1001],
    ])('is refused when it has not the length it was given: %s', async (_name, ContentLength) => {
      const put = at.cos.putObject({ ...named('length'), Body: small, ContentLength })
      expect(await refusal(put)).toBe('validation')
      const streamed = at.cos.putObject({ ...named('length'), Body: Readable.from([small]), ContentLength })
      expect(await refusal(streamed)).toBe('body')
      expect(await at.cos.objectExists(named('length'))).toBe(false)
    })

    it('that fails on its way leaves nothing', async () => {
      const Body = (async function* () {
        yield large
        throw new Error('the source broke')
      })()
      expect(await refusal(at.cos.putObject({ ...named('broken'), Body }))).toBe('body')
      expect(await at.cos.objectExists(named('broken'))).toBe(false)
    })

    it('has the CRC that COS documents', async () => {
      const put = await at.cos.putObject({ ...named('documented'), Body: '[Object Content]' })
      expect(put.Crc64).toBe(16749565679157681890n)
      expect((await at.cos.putObject({ ...named('documented'), Body: '' })).Crc64).toBe(0n)
    })
  })

  it('replaces an object whole, and its headers with it', async () => {
    await at.cos.putObject({
      ...named('twice'),
      Body: 'first',
      ContentType: 'text/plain',
      Metadata: { a: '1' },
    })
    await at.cos.putObject({ ...named('twice'), Body: 'second one' })
    const got = await at.cos.getObject(named('twice'))
    expect(await got.Body.text()).toBe('second one')
    expect(got.ContentType).toBe('application/octet-stream')
    expect(got.Metadata ?? {}).toEqual({})
  })

  it('keeps directory objects apart from what they seem to hold', async () => {
    for (const Key of ['path/to/dir/', 'path/to/dir/file', 'path/to/dir'])
      await at.cos.putObject({ ...named(Key), Body: Key })
    for (const Key of ['path/to/dir/', 'path/to/dir/file', 'path/to/dir'])
      expect((await read(Key)).toString()).toBe(Key)
  })

  describe('headers', () => {
    const stored = {
      CacheControl: 'max-age=86400, public',
      ContentDisposition: 'attachment; filename="a b.txt"',
      ContentEncoding: 'identity',
      ContentLanguage: 'zh-CN',
      ContentType: 'text/plain; charset=utf-8',
      Expires: 'Wed, 21 Oct 2065 07:28:00 GMT',
    }
    const both = async (Key: string) => {
      const got = await at.cos.getObject(named(Key))
      await got.Body.bytes()
      return [got, await at.cos.headObject(named(Key))]
    }

    it('come back as they were stored', async () => {
      await at.cos.putObject({ ...named('headers'), Body: 'x', ...stored })
      for (const result of await both('headers')) expect(result).toMatchObject(stored)
    })

    it('come back beyond ASCII', async () => {
      const ContentDisposition = 'attachment; filename="中文 😀.txt"'
      const Metadata = { author: '作者 é', tail: 'x 😀' }
      await at.cos.putObject({ ...named('beyond'), Body: 'x', ContentDisposition, Metadata })
      for (const result of await both('beyond'))
        expect(result).toMatchObject({ ContentDisposition, Metadata })
    })

    it('of metadata come back in lower case, with or without their prefix', async () => {
      const Metadata = { a: '1', 'x-cos-meta-Author-Name': `A B/C~'(x)*!`, empty: '', padded: '  x  ' }
      await at.cos.putObject({ ...named('meta'), Body: 'x', Metadata })
      const head = await at.cos.headObject(named('meta'))
      expect(head.Metadata).toMatchObject({ a: '1', 'author-name': `A B/C~'(x)*!`, padded: 'x' })
      expect(head.Metadata?.empty ?? '').toBe('')
    })

    it('of metadata have a limit', async () => {
      const Metadata = { long: 'v'.repeat(4200) }
      expect(await refusal(at.cos.putObject({ ...named('long'), Body: 'x', Metadata }))).toBe(
        '400 MetadataTooLarge',
      )
      expect(await at.cos.objectExists(named('long'))).toBe(false)
    })

    it.each(['a\r\nb', 'a\u0000b', 'a\u007fb'])('refuse %j before anything is sent', async (value) => {
      const inputs: Partial<PutObjectInput>[] = [{ Metadata: { a: value } }, { ContentType: value }]
      for (const input of inputs)
        expect(await refusal(at.cos.putObject({ ...named('ctl'), Body: 'x', ...input }))).toBe('validation')
    })

    it.each([
      'STANDARD',
      'STANDARD_IA',
      'INTELLIGENT_TIERING',
      'ARCHIVE',
      'DEEP_ARCHIVE',
    ] as const)('tell the storage class %s', async (StorageClass) => {
      const put = await at.cos.putObject({ ...named(StorageClass), Body: 'x', StorageClass })
      expect(put.StorageClass).toBe(StorageClass)
      const head = await at.cos.headObject(named(StorageClass))
      expect(head.StorageClass).toBe(StorageClass === 'STANDARD' ? undefined : StorageClass)
      expect(head.StorageTier).toBe(StorageClass === 'INTELLIGENT_TIERING' ? 'FREQUENT' : undefined)
      const got = at.cos.getObject(named(StorageClass))
      if (StorageClass.endsWith('ARCHIVE')) expect(await refusal(got)).toBe('403 InvalidObjectState')
      else expect(await (await got).Body.text()).toBe('x')
    })

    it.each([
      ['SLOW', '400 NotSupportedStorageClass'],
      ['MAZ_STANDARD', '400 MAZOperationNotSupportOnOAZBucket'],
    ])('may not ask for the storage class %s', async (name, expected) => {
      const StorageClass = name as 'STANDARD'
      expect(await refusal(at.cos.putObject({ ...named('class'), Body: 'x', StorageClass }))).toBe(expected)
    })

    it('count tags', async () => {
      await at.cos.putObject({ ...named('tagged'), Body: 'x', Tagging: 'a=1&b%20c=%2Bd' })
      for (const result of await both('tagged')) expect(result?.TaggingCount).toBe(2)
      const eleven = Array.from({ length: 11 }, (_, number) => `k${number}=v`).join('&')
      for (const Tagging of ['a=1&a=2', 'a=%21', '=v', eleven])
        expect(await refusal(at.cos.putObject({ ...named('mistagged'), Body: 'x', Tagging }))).toBe(
          '400 InvalidTag',
        )
    })
  })

  describe('digests', () => {
    const large = Buffer.alloc(100_000, 'body')

    it('are checked when they are right', async () => {
      const put = await at.cos.putObject({
        ...named('digests'),
        Body: large,
        ContentMD5: md5(large, 'base64'),
        ContentSha1: sha1(large).toUpperCase(),
      })
      expect(put.statusCode).toBe(200)
    })

    it.each(WRONG_DIGESTS)('refuse %s, and the old object stays', async (_name, headers, expected) => {
      const digests = { ContentMD5: headers['Content-MD5'], ContentSha1: headers['x-cos-content-sha1'] }
      for (const Body of [Buffer.from('body'), large]) {
        await at.cos.putObject({ ...named('kept'), Body: 'old' })
        expect(await refusal(at.cos.putObject({ ...named('kept'), Body, ...digests }))).toBe(expected)
        expect((await read('kept')).toString()).toBe('old')
      }
    })

    it('are computed when that is asked for', async () => {
      for (const Body of ['text', large, new Blob([Uint8Array.from(large)])]) {
        const put = await at.cos.putObject({ ...named('md5'), Body, EnableMD5: true })
        expect(put.statusCode).toBe(200)
      }
      const Body = Readable.from([large])
      expect(await refusal(at.cos.putObject({ ...named('md5'), Body, EnableMD5: true }))).toBe('validation')
    })
  })

  describe('ForbidOverwrite', () => {
    it('keeps an object that is there', async () => {
      const put = (Body: string, ForbidOverwrite: boolean | 'true') =>
        at.cos.putObject({ ...named('once'), Body, ForbidOverwrite })
      await put('first', true)
      expect(await refusal(put('second', true))).toBe('409 FileAlreadyExists')
      expect(await refusal(put('second', 'true'))).toBe('409 FileAlreadyExists')
      expect((await read('once')).toString()).toBe('first')
      await put('third', false)
      expect((await read('once')).toString()).toBe('third')
    })

    it('lets one of many through', async () => {
      const racing = Array.from({ length: 10 }, (_, number) =>
        at.cos.putObject({ ...named('raced'), Body: `writer ${number}`, ForbidOverwrite: true }),
      )
      const outcomes = await Promise.allSettled(racing)
      const winners = outcomes.flatMap(({ status }, number) => (status === 'fulfilled' ? [number] : []))
      expect(winners).toHaveLength(1)
      expect((await read('raced')).toString()).toBe(`writer ${winners[0]}`)
    })

    it.each(['Enabled', 'Suspended'] as const)('is ignored where versioning is %s', async (Status) => {
      const bucket = { Bucket: newBucketName() }
      await at.cos.putBucket(bucket)
      await at.cos.putBucketVersioning({ ...bucket, Status })
      for (const Body of ['first', 'second'])
        await at.cos.putObject({ ...bucket, Key: 'once', Body, ForbidOverwrite: true })
      expect(await (await at.cos.getObject({ ...bucket, Key: 'once' })).Body.text()).toBe('second')
    })
  })

  describe('files', () => {
    let dir: string
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'coset-own-'))
    })
    afterAll(() => rm(dir, { recursive: true }))

    it('come from read streams', async () => {
      const path = join(dir, 'page.html')
      await writeFile(path, '<p>')
      await at.cos.putObject({ ...named('file'), Body: createReadStream(path) })
      expect((await read('file')).toString()).toBe('<p>')
    })

    it.each([0, 1, 700_000])('of %d bytes go up whole', async (size) => {
      const bytes = randomBytes(size)
      const LocalFilePath = join(dir, `${size}.bin`)
      await writeFile(LocalFilePath, bytes)
      const put = await at.cos.putObjectFromLocalFile({
        ...named(`${size}`),
        LocalFilePath,
        EnableMD5: true,
        Metadata: { from: 'file' },
      })
      expect(put.ETag).toBe(`"${md5(bytes)}"`)
      expect(Buffer.compare(await read(`${size}`), bytes)).toBe(0)
      expect((await at.cos.headObject(named(`${size}`))).Metadata).toEqual({ from: 'file' })
    })

    it('that are not there are told', async () => {
      const LocalFilePath = join(dir, 'none')
      const put = at.cos.putObjectFromLocalFile({ ...named('none'), LocalFilePath })
      expect(await refusal(put)).toBe('file')
      const Body = createReadStream(LocalFilePath)
      expect(await refusal(at.cos.putObject({ ...named('none'), Body }))).toBe('body')
      expect(await at.cos.objectExists(named('none'))).toBe(false)
    })
  })

  it('refuses an object for a bucket that is not there', async () => {
    for (const Body of ['x', Buffer.alloc(300_000), Readable.from(['x'])]) {
      const put = at.cos.putObject({ Key: 'a', Bucket: newBucketName(), Body })
      expect(await refusal(put)).toBe('404 NoSuchBucket')
    }
  })

  it('refuses an ACL that objects do not have', async () => {
    const put = at.cos.putObject({ ...named('acl'), Body: 'x', ACL: 'public-read-write' })
    expect(await refusal(put)).toBe('400 InvalidArgument')
  })
})
