// Cases of the document's "Querying object metadata" and "Downloading an object".
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { GetObjectInput, GetObjectOutput, HeadObjectOutput } from '@coset/sdk'
import {
  type At,
  type Cases,
  isNow,
  isSlow,
  keep,
  type OperationCases,
  PAST,
  put,
  SLOW_BYTES,
  SLOWEST,
  told,
  VERSION_ID,
} from '../case.js'

const OTHER_ETAG = '"00000000000000000000000000000000"'
const named = (at: At) => ({ Bucket: at.Bucket, Key: 'k' })

async function store(at: At): Promise<HeadObjectOutput> {
  await put(at, 'k', 'content')
  return at.cos.headObject(named(at))
}

async function storeAll(at: At): Promise<void> {
  await keep(at)
  await at.cos.putObject({
    ...named(at),
    Body: 'content',
    CacheControl: 'max-age=1000000',
    ContentType: 'text/plain',
    ContentDisposition: 'attachment; filename="filename.jpg"',
    ContentEncoding: 'identity',
    ContentLanguage: 'zh-cn',
    Expires: 'Wed, 28 Oct 2049 20:30:00 GMT',
    Metadata: { test: 'test' },
  })
}

type Attributes = HeadObjectOutput | GetObjectOutput
const ATTRIBUTES: Readonly<Record<string, (reply: Attributes, at: At) => void>> = {
  ETag: ({ ETag }, { expect }) => expect(ETag).toBe('"9a0364b9e99bb480dd25e1f0284c8555"'),
  'Last-Modified': ({ LastModified }, { expect }) => expect(isNow(LastModified)).toBe(true),
  'Cache-Control': ({ CacheControl }, { expect }) => expect(CacheControl).toBe('max-age=1000000'),
  'Content-Type': ({ ContentType }, { expect }) => expect(ContentType).toBe('text/plain'),
  'Content-Disposition': ({ ContentDisposition }, { expect }) =>
    expect(ContentDisposition).toBe('attachment; filename="filename.jpg"'),
  'Content-Encoding': ({ ContentEncoding }, { expect }) => expect(ContentEncoding).toBe('identity'),
  'Content-Language': ({ ContentLanguage }, { expect }) => expect(ContentLanguage).toBe('zh-cn'),
  'Content-Length': ({ ContentLength }, { expect }) => expect(ContentLength).toBe(7),
  Expires: ({ Expires }, { expect }) => expect(Expires).toBe('Wed, 28 Oct 2049 20:30:00 GMT'),
  'x-cos-meta-*': ({ Metadata }, { expect }) => expect(Metadata).toEqual({ test: 'test' }),
  'x-cos-version-id': ({ VersionId }, { expect }) => expect(VersionId).toMatch(VERSION_ID),
  'x-cos-request-id': ({ requestId }, { expect }) => expect(requestId).toMatch(/^[A-Za-z0-9+/=]+$/),
}

export const headObject: OperationCases = {
  takes: {
    Bucket: async (at) => {
      await store(at)
      const elsewhere = at.cos.headObject({ ...named(at), Bucket: await at.newBucket() })
      at.expect(await at.refusal(elsewhere)).toBe('404 NoSuchKey')
    },
    Key: async (at) => {
      await store(at)
      at.expect(await at.refusal(at.cos.headObject({ ...named(at), Key: 'other' }))).toBe('404 NoSuchKey')
    },
    VersionId: async (at) => {
      await keep(at)
      const VersionId = await put(at, 'k', 'one')
      await put(at, 'k', 'second')
      at.expect((await at.cos.headObject({ ...named(at), VersionId })).ContentLength).toBe(3)
    },
    IfModifiedSince: async (at) => {
      const { LastModified } = await store(at)
      const head = (IfModifiedSince: Date) => at.cos.headObject({ ...named(at), IfModifiedSince })
      at.expect((await head(PAST)).statusCode).toBe(200)
      at.expect(await at.refusal(head(LastModified))).toBe('304 NotModified')
    },
  },
  tells: told(async (at) => {
    await storeAll(at)
    return at.cos.headObject(named(at))
  }, ATTRIBUTES),
}

type Override = Extract<keyof GetObjectInput, `Response${string}`>
const OVERRIDES: Readonly<Record<Override, readonly [member: keyof GetObjectOutput, value: string]>> = {
  ResponseCacheControl: ['CacheControl', 'no-cache'],
  ResponseContentDisposition: ['ContentDisposition', 'attachment; filename="other.jpg"'],
  ResponseContentEncoding: ['ContentEncoding', 'identity'],
  ResponseContentLanguage: ['ContentLanguage', 'en'],
  ResponseContentType: ['ContentType', 'text/css'],
  ResponseExpires: ['Expires', 'Thu, 29 Oct 2049 20:30:00 GMT'],
}

const overrideCases: Cases = Object.fromEntries(
  Object.entries(OVERRIDES).map(([parameter, [member, value]]): [string, Cases[string]] => [
    parameter,
    async (at) => {
      await store(at)
      const got = await at.cos.getObject({ ...named(at), [parameter]: value })
      at.expect(got[member]).toBe(value)
      at.expect(await got.Body.text()).toBe('content')
      at.expect((await at.cos.headObject(named(at)))[member as keyof HeadObjectOutput]).not.toBe(value)
    },
  ]),
)

/** What is read with the condition. */
type Read = (
  at: At,
  condition: Pick<GetObjectInput, 'IfMatch' | 'IfNoneMatch' | 'IfModifiedSince' | 'IfUnmodifiedSince'>,
) => Promise<string>

/** Of reading the object `k`. */
export function conditionCases(read: Read): Cases {
  const refused = (at: At, condition: Parameters<Read>[1]) => at.refusal(read(at, condition))
  return {
    IfMatch: async (at) => {
      const { ETag } = await store(at)
      at.expect(await read(at, { IfMatch: ETag })).toBe('content')
      at.expect(await refused(at, { IfMatch: OTHER_ETAG })).toBe('412 PreconditionFailed')
    },
    IfNoneMatch: async (at) => {
      const { ETag } = await store(at)
      at.expect(await read(at, { IfNoneMatch: OTHER_ETAG })).toBe('content')
      at.expect(await refused(at, { IfNoneMatch: ETag })).toBe('304 NotModified')
    },
    IfModifiedSince: async (at) => {
      const { LastModified } = await store(at)
      at.expect(await read(at, { IfModifiedSince: 'Wed, 28 Oct 2014 20:30:00 GMT' })).toBe('content')
      at.expect(await refused(at, { IfModifiedSince: LastModified })).toBe('304 NotModified')
    },
    IfUnmodifiedSince: async (at) => {
      const { LastModified } = await store(at)
      at.expect(await read(at, { IfUnmodifiedSince: LastModified })).toBe('content')
      at.expect(await refused(at, { IfUnmodifiedSince: PAST })).toBe('412 PreconditionFailed')
    },
  }
}

const get = async (at: At, more: Partial<GetObjectInput>) =>
  (await at.cos.getObject({ ...named(at), ...more })).Body.text()
const refused = (at: At, more: Partial<GetObjectInput>) => at.refusal(get(at, more))

export const getObject: OperationCases = {
  takes: {
    ...overrideCases,
    ...conditionCases(get),
    Bucket: async (at) => {
      await store(at)
      at.expect(await get(at, {})).toBe('content')
      at.expect(await refused(at, { Bucket: await at.newBucket() })).toBe('404 NoSuchKey')
    },
    Key: async (at) => {
      await store(at)
      await put(at, 'other', 'of another key')
      at.expect(await get(at, { Key: 'other' })).toBe('of another key')
    },
    Range: async (at) => {
      await store(at)
      at.expect(await get(at, { Range: 'bytes=1-3' })).toBe('ont')
      at.expect(await refused(at, { Range: 'bytes=7-' })).toBe('416 InvalidRange')
    },
    VersionId: async (at) => {
      await keep(at)
      const VersionId = await put(at, 'k', 'one')
      await put(at, 'k', 'second')
      at.expect(await get(at, { VersionId })).toBe('one')
      at.expect(await get(at, {})).toBe('second')
    },
    TrafficLimit: async (at) => {
      await at.cos.putObject({ ...named(at), Body: SLOW_BYTES })
      at.expect(await isSlow(() => get(at, { TrafficLimit: `${SLOWEST}` }))).toBe(true)
      at.expect(await refused(at, { TrafficLimit: SLOWEST - 1 })).toBe('400 InvalidArgument')
    },
  },
  tells: told(
    async (at) => {
      await storeAll(at)
      return at.cos.getObject({ ...named(at), Range: 'bytes=0-6' })
    },
    {
      ...ATTRIBUTES,
      Body: async ({ Body }, { expect }) => expect(await Body.text()).toBe('content'),
      'Body.get_raw_stream': async ({ Body }, { expect }) => {
        const chunks: Uint8Array[] = []
        for await (const chunk of Body.getRawStream()) chunks.push(chunk)
        expect(Buffer.concat(chunks).toString()).toBe('content')
      },
      'Body.get_stream_to_file': async ({ Body }, { expect, dir }) => {
        await Body.getStreamToFile(join(dir, 'file'))
        expect(await readFile(join(dir, 'file'), 'utf8')).toBe('content')
      },
      'Accept-Ranges': ({ AcceptRanges }, { expect }) => expect(AcceptRanges).toBe('bytes'),
      'Content-Range': ({ ContentRange }, { expect }) => expect(ContentRange).toBe('bytes 0-6/7'),
    },
  ),
}
