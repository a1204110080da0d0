// Objects that our own SDK encrypts, by single calls.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { nodePlatform } from '@coset/sdk'
import type { CosEncryptionClient, EncryptionSettings } from '@coset/sdk/encryption'
import { beforeAll, describe, expect, it } from 'vitest'
import { refusal } from './stations.js'
import { digest, MIB, random, seeded, withVault } from './vault.js'

const vault = withVault()
const md5 = (bytes: Uint8Array | string) => createHash('md5').update(bytes).digest('base64')
const FORMATS: readonly EncryptionSettings[] = [
  { format: 'sealed' },
  { format: 'sealed', segmentBytes: 4096 },
  { format: 'python' },
]

describe.each(FORMATS)('an encrypted object, $format $segmentBytes', (settings) => {
  let cos: CosEncryptionClient
  beforeAll(() => {
    cos = vault.at.client({ settings })
  })
  const named = () => ({ Bucket: vault.at.Bucket, Key: `dir/${settings.format} é+%` })

  it('is stored as something else, and read back however its body is read', async () => {
    const Body = 'Grüße\n'.repeat(20_000)
    const put = await cos.putObject({
      ...named(),
      Body,
      ContentType: 'text/plain',
      Metadata: { Colour: 'red' },
    })
    const stored = await vault.at.stored(named().Key)
    expect(put.ETag).toBe(stored.ETag)
    expect(Buffer.from(stored.bytes).includes('Grüße')).toBe(false)
    const got = () => cos.getObject(named())
    const first = await got()
    expect(first).toMatchObject({
      ContentLength: Buffer.byteLength(Body),
      ContentType: 'text/plain',
      statusCode: 200,
    })
    expect({ ...first.Metadata }).toEqual({ colour: 'red' })
    expect(await first.Body.text()).toBe(Body)
    expect(Buffer.from(await (await got()).Body.bytes()).toString()).toBe(Body)
    expect(await text((await got()).Body.getRawStream())).toBe(Body)
    expect(await new Response((await got()).Body.stream()).text()).toBe(Body)
    const chunks: Uint8Array[] = []
    for await (const chunk of (await got()).Body) chunks.push(chunk)
    expect(Buffer.concat(chunks).toString()).toBe(Body)
    const path = join(vault.at.folder, 'written')
    await (await got()).Body.getStreamToFile(path)
    expect(await readFile(path, 'utf8')).toBe(Body)
  })

  it('has its own length and metadata in its head, and tells how it is encrypted', async () => {
    await cos.putObject({ ...named(), Body: 'twelve bytes', Metadata: { a: 'b' }, ContentEncoding: 'none' })
    const head = await cos.headObject(named())
    const authenticated = settings.format === 'sealed'
    expect(head).toMatchObject({
      ContentLength: 12,
      ContentEncoding: 'none',
      encryption: { format: settings.format, authenticated },
    })
    expect({ ...head.Metadata }).toEqual({ a: 'b' })
    expect(head.headers['x-cos-meta-client-side-encryption-key']).toBeDefined()
  })

  it('of any size gives any range that a plain one gives', async () => {
    const next = seeded(settings.segmentBytes ?? 1)
    for (const size of [0, 1, 15, 16, 17, 4096, 65_535, 65_536, 65_537, 200_000]) {
      const content = random(size)
      const plain = { ...named(), Key: 'plain' }
      await cos.putObject({ ...named(), Body: content })
      await vault.at.plain.putObject({ ...plain, Body: content })
      expect(digest(await (await cos.getObject(named())).Body.bytes())).toBe(digest(content))
      const [from, to] = [next(0, size + 10), next(0, size + 10)]
      const ranges = [
        '0-0',
        '0-',
        '15-16',
        '16-31',
        '-1',
        '-0',
        '-17',
        `${size}-`,
        `${size - 1}-`,
        `-${size + 5}`,
      ]
      for (const range of [...ranges, `${Math.min(from, to)}-${Math.max(from, to)}`, `${from}-`]) {
        const Range = `bytes=${range}`
        const [ours, theirs] = await Promise.all([
          told(cos, named(), Range),
          told(vault.at.plain, plain, Range),
        ])
        expect(ours, `${Range} of ${size}`).toEqual(theirs)
      }
    }
  })

  it('is made of every kind of body', async () => {
    const content = random(300_000)
    async function* pieces(size = 70_001) {
      for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
    }
    const bodies = [
      content,
      new Uint8Array(content).buffer,
      new Blob([content]),
      [content.subarray(0, 10), content.subarray(10)],
      pieces(),
      new Response(content).body ?? '',
    ]
    for (const Body of bodies) {
      await cos.putObject({ ...named(), Body })
      expect(digest(await (await cos.getObject(named())).Body.bytes())).toBe(digest(content))
    }
    const LocalFilePath = await vault.at.file(content)
    await cos.putObjectFromLocalFile({ ...named(), LocalFilePath })
    expect(digest(await (await cos.getObject(named())).Body.bytes())).toBe(digest(content))
    await cos.putObject({ ...named(), Body: pieces(), ContentLength: content.length })
    expect(digest(await (await cos.getObject(named())).Body.bytes())).toBe(digest(content))
  })

  it('is what its caller said, or nothing is stored', async () => {
    const content = random(100_000)
    async function* once() {
      yield content
    }
    const Key = 'told'
    const Bucket = vault.at.Bucket
    await cos.putObject({ Bucket, Key, Body: content, EnableMD5: true, ContentMD5: md5(content) })
    await cos.putObject({
      Bucket,
      Key,
      Body: once(),
      ContentMD5: md5(content),
      ContentLength: content.length,
    })
    await cos.deleteObject({ Bucket, Key })
    const ContentMD5 = md5('other')
    expect(await refusal(cos.putObject({ Bucket, Key, Body: content, ContentMD5 }))).toBe('checksum')
    expect(await refusal(cos.putObject({ Bucket, Key, Body: once(), ContentMD5 }))).toBe('checksum')
    const ContentLength = content.length
    const wrong = { Bucket, Key, Body: once(), ContentMD5, ContentLength }
    expect(await refusal(cos.putObject(wrong))).toBe('checksum')
    const short = { Bucket, Key, Body: once(), ContentLength: content.length + 1 }
    expect(await refusal(cos.putObject(short))).toBe('body')
    expect(await refusal(cos.putObject({ Bucket, Key, Body: content, ContentLength: 5 }))).toBe('validation')
    expect(await refusal(cos.putObject({ Bucket, Key, Body: once(), EnableMD5: true }))).toBe('validation')
    const Metadata = { 'x-cos-meta-Client-Side-Encryption-Key': 'mine' }
    expect(await refusal(cos.putObject({ Bucket, Key, Body: content, Metadata }))).toBe('validation')
    expect(await cos.objectExists({ Bucket, Key })).toBe(false)
  })

  it('is read under the conditions and with the headers that are asked for', async () => {
    const { ETag } = await cos.putObject({ ...named(), Body: 'content' })
    for (const Range of [undefined, 'bytes=1-2']) {
      const got = await cos.getObject({ ...named(), Range, IfMatch: ETag, ResponseCacheControl: 'no-store' })
      expect(got.CacheControl).toBe('no-store')
      expect(await got.Body.text()).toBe(Range ? 'on' : 'content')
      const other = cos.getObject({ ...named(), Range, IfMatch: '"other"' })
      expect(await refusal(other)).toBe('412 PreconditionFailed')
      const same = cos.getObject({ ...named(), Range, IfNoneMatch: ETag })
      expect(await refusal(same)).toBe('304 NotModified')
      const future = new Date(Date.now() + 3_600_000)
      expect(await refusal(cos.getObject({ ...named(), Range, IfModifiedSince: future }))).toBe(
        '304 NotModified',
      )
    }
    expect(await refusal(cos.getObject({ ...named(), Range: 'bytes=0-1,3-4' }))).toBe('validation')
    expect(await (await cos.getObject({ ...named(), Range: 'lines=1-2' })).Body.text()).toBe('content')
  })
})

/** What a reader is told of a range, and gets. */
async function told(
  cos: Pick<CosEncryptionClient, 'getObject'>,
  named: { readonly Bucket: string; readonly Key: string },
  Range: string,
) {
  try {
    const { statusCode, ContentLength, ContentRange, Body } = await cos.getObject({ ...named, Range })
    return { statusCode, ContentLength, ContentRange, content: digest(await Body.bytes()) }
  } catch (error) {
    return refusal(Promise.reject(error))
  }
}

describe('a client that encrypts', () => {
  it('reads a range of what it looked at, whoever replaces the object meanwhile', async () => {
    const named = { Bucket: vault.at.Bucket, Key: 'replaced' }
    const writer = vault.at.client()
    await writer.putObject({ ...named, Body: 'the first content' })
    let heads = 0
    const platform = {
      transport(options: Parameters<typeof nodePlatform.transport>[0]) {
        const transport = nodePlatform.transport(options)
        return {
          async send(request: Parameters<typeof transport.send>[0]) {
            const reply = await transport.send(request)
            const isFirst = request.method === 'HEAD' && ++heads === 1
            if (isFirst) await writer.putObject({ ...named, Body: 'another content' })
            return reply
          },
          close: () => transport.close(),
        }
      },
    }
    const { Body } = await vault.at.client({ platform }).getObject({ ...named, Range: 'bytes=0-6' })
    expect(await Body.text()).toBe('another')
    expect(heads).toBe(2)
  })

  it('reads a version, and a range of it', async () => {
    const { plain } = vault.at
    const Bucket = 'versions-1250000000'
    const cos = vault.at.client()
    await plain.putBucket({ Bucket })
    await plain.putBucketVersioning({ Bucket, Status: 'Enabled' })
    const { VersionId } = await cos.putObject({ Bucket, Key: 'k', Body: 'first' })
    await cos.putObject({ Bucket, Key: 'k', Body: 'second and longer' })
    expect(await (await cos.getObject({ Bucket, Key: 'k', VersionId })).Body.text()).toBe('first')
    expect(await (await cos.getObject({ Bucket, Key: 'k', VersionId, Range: 'bytes=-2' })).Body.text()).toBe(
      'st',
    )
    expect((await cos.headObject({ Bucket, Key: 'k', VersionId })).ContentLength).toBe(5)
    expect(await (await cos.getObject({ Bucket, Key: 'k', Range: 'bytes=-2' })).Body.text()).toBe('er')
  })

  it('reads large content as it comes, and lets go of what is not wanted', async () => {
    const cos = vault.at.client()
    const named = { Bucket: vault.at.Bucket, Key: 'large' }
    await cos.putObject({ ...named, Body: random(8 * MIB) })
    const { Body } = await cos.getObject(named)
    for await (const chunk of Body) {
      expect(chunk.length).toBeGreaterThan(0)
      break
    }
    const cancelled = await cos.getObject(named)
    cancelled.Body.cancel()
    expect(await refusal(cancelled.Body.bytes())).toBe('body')
    const controller = new AbortController()
    const aborted = await cos.getObject(named, { signal: controller.signal })
    controller.abort()
    expect(await refusal(aborted.Body.bytes())).toBe('aborted')
  })

  it('reads plain objects only where that is wanted', async () => {
    const { plain, Bucket } = vault.at
    const named = { Bucket, Key: 'plain' }
    await plain.putObject({ ...named, Body: 'anyone can read this', Metadata: { a: 'b' } })
    const strict = vault.at.client()
    expect(await refusal(strict.getObject(named))).toBe('encryption')
    expect(await refusal(strict.getObject({ ...named, Range: 'bytes=0-1' }))).toBe('encryption')
    expect(await refusal(strict.headObject(named))).toBe('encryption')
    expect(await strict.objectExists(named)).toBe(true)
    const lenient = vault.at.client({ settings: { plain: 'read' } })
    expect(await (await lenient.getObject(named)).Body.text()).toBe('anyone can read this')
    expect(await (await lenient.getObject({ ...named, Range: 'bytes=0-5' })).Body.text()).toBe('anyone')
    expect(await lenient.headObject(named)).toMatchObject({ ContentLength: 20, encryption: undefined })
  })
})
