// The official Python SDK, where this machine has it: `pip install cos-python-sdk-v5`.
import { spawn, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { md5 } from './cases/digests.js'
import { crc64 } from './crc64.js'
import { startSlowServer } from './slow-server.js'

const PYTHON = process.env.PYTHON ?? 'python3'
const Bucket = 'python-1250000000'

const probe = spawnSync(PYTHON, ['-c', 'import qcloud_cos'], { encoding: 'utf8' })
const missing = probe.status !== 0
if (missing) {
  const reason = (probe.error?.message ?? probe.stderr).trim().split('\n').at(-1)
  console.warn(`The official Python SDK is not tried: ${reason}`)
}

interface Outcome {
  readonly status?: number
  readonly code?: string
  readonly text?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly result?: Readonly<Record<string, unknown>>
}
type Step = readonly [method: string, params: object]

describe.skipIf(missing)('the official Python SDK', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startServer({ storage: 'local' })
    await run(['create_bucket', { Bucket }])
  })
  afterAll(() => server?.stop())

  /** The SDK goes through the server as its proxy, so that it uses the host names of COS. */
  function run(...steps: readonly Step[]): Promise<readonly Outcome[]> {
    return runAt(server, ...steps)
  }

  async function runAt(at: TestServer, ...steps: readonly Step[]): Promise<readonly Outcome[]> {
    const { url: proxy, region, secretId, secretKey } = at
    const child = spawn(PYTHON, [fileURLToPath(new URL('python/drive.py', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(JSON.stringify({ proxy, region, secretId, secretKey, steps }))
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    if (output === '') throw new Error(errors)
    return JSON.parse(output) as Outcome[]
  }

  it('asks objects in SQL', async () => {
    const ask = (Expression: string) => {
      const params = {
        Bucket,
        Key: 'table.csv',
        Expression,
        ExpressionType: 'SQL',
        InputSerialization: {
          CompressionType: 'NONE',
          CSV: { FileHeaderInfo: 'USE', RecordDelimiter: '\n' },
        },
        OutputSerialization: { CSV: { QuoteFields: 'ASNEEDED', RecordDelimiter: '\n', FieldDelimiter: ',' } },
        RequestProgress: { Enabled: 'FALSE' },
      }
      return ['select_object_content', params] as const
    }
    const Body = 'name,score\nAda,12\nBob,7\n'
    const [, found, counted, refused] = await run(
      ['put_object', { Bucket, Key: 'table.csv', Body }],
      ask('SELECT s.name FROM COSObject s WHERE CAST(s.score AS INT) > 10'),
      ask('SELECT COUNT(*) FROM COSObject'),
      ask('SELECT'),
      ['delete_object', { Bucket, Key: 'table.csv' }],
    )
    expect(found?.text).toBe('Ada\n')
    expect(found?.result?.kinds).toEqual(['Records', 'Stats', 'End'])
    expect(counted?.text).toBe('2\n')
    expect(refused).toMatchObject({ status: 400, code: 'SQLParsingError' })
  })

  it('stores, reads, heads and deletes', async () => {
    const named = { Bucket, Key: 'dir/a' }
    const [put, got, part, head, removed, gone] = await run(
      [
        'put_object',
        {
          ...named,
          Body: 'héllo',
          ContentType: 'text/plain',
          Metadata: { 'x-cos-meta-a': 'b' },
          EnableMD5: true,
        },
      ],
      ['get_object', named],
      ['get_object', { ...named, Range: 'bytes=0-0' }],
      ['head_object', named],
      ['delete_object', named],
      ['get_object', named],
    )
    expect(put?.result).toMatchObject({ 'x-cos-hash-crc64ecma': crc64('héllo') })
    expect(got).toMatchObject({
      text: 'héllo',
      headers: { 'Content-Type': 'text/plain', 'x-cos-meta-a': 'b' },
    })
    expect(part).toMatchObject({ text: 'h', headers: { 'Content-Range': 'bytes 0-0/6' } })
    expect(head?.result).toMatchObject({ 'Content-Length': '6' })
    expect(removed?.code).toBeUndefined()
    expect(gone).toEqual({ status: 404, code: 'NoSuchKey' })
  })

  // Without `a/.`, which the SDK signs and then sends as `a/`.
  const odd = [
    'a b',
    'a+b',
    'a%20b',
    'a&b=c?d#e',
    `it's "q"`,
    '中文/😀',
    './a',
    'a/../b',
    'a//b',
    'trailing ',
    '(a)*[b]{c}~!@$',
    'k'.repeat(850),
  ]
  it.each(odd)('keeps the key %j', async (Key) => {
    const [put, got, list, deleted, empty] = await run(
      ['put_object', { Bucket, Key, Body: Key }],
      ['get_object', { Bucket, Key }],
      ['list_objects', { Bucket, Prefix: Key }],
      ['delete_objects', { Bucket, Delete: { Object: [{ Key }], Quiet: 'false' } }],
      ['list_objects', { Bucket }],
    )
    expect(put?.code).toBeUndefined()
    expect(got?.text).toBe(Key)
    expect(list?.result?.Contents).toMatchObject([{ Key }])
    expect(deleted?.result?.Deleted).toMatchObject([{ Key }])
    expect(empty?.result?.Contents).toBeUndefined()
  })

  it('pages and folds', async () => {
    const keys = ['x/1', 'x/2', 'y', 'z/1']
    const outcomes = await run(
      ...keys.map((Key): Step => ['put_object', { Bucket, Key, Body: '' }]),
      ['list_objects', { Bucket, Delimiter: '/' }],
      ['list_objects', { Bucket, MaxKeys: 2 }],
      ['list_objects', { Bucket, Marker: 'x/2' }],
      ['delete_objects', { Bucket, Delete: { Object: keys.map((Key) => ({ Key })), Quiet: 'true' } }],
    )
    const [folded, first, rest, deleted] = outcomes.slice(keys.length).map((outcome) => outcome.result)
    expect(folded).toMatchObject({
      CommonPrefixes: [{ Prefix: 'x/' }, { Prefix: 'z/' }],
      Contents: [{ Key: 'y' }],
    })
    expect(first).toMatchObject({ IsTruncated: 'true', NextMarker: 'x/2' })
    expect(rest).toMatchObject({ Contents: [{ Key: 'y' }, { Key: 'z/1' }] })
    expect(deleted?.Deleted).toBeUndefined()
  })

  it('keeps versions', async () => {
    const own = { Bucket: 'versions-1250000000' }
    const put = (Body: string): Step => ['put_object', { ...own, Key: 'k', Body }]
    const outcomes = await run(
      ['create_bucket', own],
      ['put_bucket_versioning', { ...own, Status: 'Enabled' }],
      ['get_bucket_versioning', own],
      put('one'),
      put('two'),
      ['delete_object', { ...own, Key: 'k' }],
      ['list_objects_versions', own],
      ['get_object', { ...own, Key: 'k' }],
    )
    const [, , state, one, two, deleted, list, got] = outcomes
    const id = (outcome: Outcome | undefined) => outcome?.result?.['x-cos-version-id']
    expect(state?.result).toEqual({ Status: 'Enabled' })
    expect(list?.result?.Version).toMatchObject([{ VersionId: id(two) }, { VersionId: id(one) }])
    expect(list?.result?.DeleteMarker).toMatchObject([{ VersionId: id(deleted), IsLatest: 'true' }])
    expect(got).toEqual({ status: 404, code: 'NoSuchKey' })
    const [old] = await run(['get_object', { ...own, Key: 'k', VersionId: id(one) }])
    expect(old?.text).toBe('one')
  })

  it('manages buckets', async () => {
    const own = { Bucket: 'managed-1250000000' }
    const [made, again, head, list, removed, gone] = await run(
      ['create_bucket', { ...own, ACL: 'public-read' }],
      ['create_bucket', own],
      ['head_bucket', own],
      ['list_buckets', {}],
      ['delete_bucket', own],
      ['head_bucket', own],
    )
    expect(made?.code).toBeUndefined()
    expect(again).toEqual({ status: 409, code: 'BucketAlreadyOwnedByYou' })
    expect(head?.result).toMatchObject({ 'x-cos-bucket-region': 'ap-guangzhou' })
    expect(JSON.stringify(list?.result)).toContain('"managed-1250000000"')
    expect(removed?.code).toBeUndefined()
    expect(gone?.status).toBe(404)
  })

  describe('uploads', () => {
    const named = { Bucket, Key: 'multi 中文' }
    const begin: Step = [
      'create_multipart_upload',
      { ...named, StorageClass: 'STANDARD_IA', ContentType: 'a/b' },
    ]
    /** Of the first step of a run. */
    const upload = { ...named, UploadId: { $of: [0, 'UploadId'] } }
    const put = (PartNumber: number, Body: string): Step => ['upload_part', { ...upload, PartNumber, Body }]
    const part = (PartNumber: number, step: number) => ({ PartNumber, ETag: { $of: [step, 'ETag'] } })
    const complete = (...Part: object[]): Step => [
      'complete_multipart_upload',
      { ...upload, MultipartUpload: { Part } },
    ]

    it('are begun, filled, listed and completed', async () => {
      const large = 'l'.repeat(1024 * 1024)
      const [, second, , parts, page, list, done, again, gone, got] = await run(
        begin,
        put(2, 'end'),
        put(1, large),
        ['list_parts', upload],
        ['list_parts', { ...upload, MaxParts: 1, PartNumberMarker: 1, EncodingType: 'url' }],
        ['list_multipart_uploads', { Bucket, Prefix: 'multi' }],
        complete(part(1, 2), part(2, 1)),
        complete(part(1, 2), part(2, 1)),
        ['list_parts', upload],
        ['head_object', named],
      )
      expect(second?.result).toMatchObject({ ETag: `"${md5('end')}"`, 'x-cos-hash-crc64ecma': crc64('end') })
      expect(parts?.result).toMatchObject({
        IsTruncated: 'false',
        StorageClass: 'STANDARD_IA',
        Part: [
          { PartNumber: '1', Size: String(large.length) },
          { PartNumber: '2', Size: '3', ETag: `"${md5('end')}"` },
        ],
      })
      expect(page?.result).toMatchObject({ IsTruncated: 'false', Part: [{ PartNumber: '2' }] })
      expect(list?.result).toMatchObject({ Upload: [{ Key: named.Key, StorageClass: 'STANDARD_IA' }] })
      const digests = [large, 'end'].map((content) => createHash('md5').update(content).digest())
      expect(done?.result).toMatchObject({ ETag: `"${md5(Buffer.concat(digests))}-2"`, Key: named.Key })
      expect(again?.result?.ETag).toBe(done?.result?.ETag)
      expect(gone).toEqual({ status: 404, code: 'NoSuchUpload' })
      expect(got?.result).toMatchObject({
        'Content-Type': 'a/b',
        'Content-Length': String(large.length + 3),
        'x-cos-hash-crc64ecma': crc64(`${large}end`),
      })
    })

    it('are aborted, and refused what is wrong', async () => {
      const [, , number, id, order, wrong, aborted, again] = await run(
        begin,
        put(1, 'x'),
        put(10_001, 'x'),
        ['upload_part', { ...named, UploadId: 'x', PartNumber: 1, Body: 'x' }],
        complete(part(2, 1), part(1, 1)),
        complete({ PartNumber: 1, ETag: md5('other') }),
        ['abort_multipart_upload', upload],
        ['abort_multipart_upload', upload],
      )
      expect(number).toEqual({ status: 400, code: 'InvalidArgument' })
      expect(id).toEqual({ status: 404, code: 'NoSuchUpload' })
      expect(order).toEqual({ status: 400, code: 'InvalidPartOrder' })
      expect(wrong).toEqual({ status: 400, code: 'InvalidPart' })
      expect(aborted?.code).toBeUndefined()
      expect(again).toEqual({ status: 404, code: 'NoSuchUpload' })
    })

    it('page through lists, folded and encoded', async () => {
      const own = { Bucket: 'pages-1250000000' }
      const start = (Key: string): Step => ['create_multipart_upload', { ...own, Key }]
      const outcomes = await run(
        ['create_bucket', own],
        ...['a', 'b/1', 'b/2', 'c d'].map(start),
        ['list_multipart_uploads', { ...own, Delimiter: '/' }],
        ['list_multipart_uploads', { ...own, MaxUploads: 1 }],
        [
          'list_multipart_uploads',
          {
            ...own,
            KeyMarker: { $of: [6, 'NextKeyMarker'] },
            UploadIdMarker: { $of: [6, 'NextUploadIdMarker'] },
          },
        ],
      )
      const [folded, first, rest] = outcomes.slice(5).map(({ result }) => result)
      expect(folded).toMatchObject({
        CommonPrefixes: [{ Prefix: 'b/' }],
        Upload: [{ Key: 'a' }, { Key: 'c d' }],
      })
      expect(first).toMatchObject({ IsTruncated: 'true', Upload: [{ Key: 'a' }] })
      expect(rest).toMatchObject({ Upload: [{ Key: 'b/1' }, { Key: 'b/2' }, { Key: 'c d' }] })
    })

    it('are made of files, taken up where they were left, copied and downloaded', async () => {
      const dir = await mkdtemp(join(tmpdir(), 'coset-python-'))
      const content = randomBytes(3 * 1024 * 1024 + 77)
      const [LocalFilePath, DestFilePath] = [join(dir, 'file'), join(dir, 'downloaded')]
      await writeFile(LocalFilePath, content)
      const file = { Bucket, Key: 'file' }
      const source = { Bucket, Key: 'file', Region: server.region }
      try {
        const [first, uploaded, head, copied, downloaded, left] = await run(
          ['create_multipart_upload', file],
          ['upload_file', { ...file, LocalFilePath, PartSize: 1, MAXThread: 2, EnableMD5: true }],
          ['head_object', file],
          ['copy', { Bucket, Key: 'copied', CopySource: source }],
          ['download_file', { Bucket, Key: 'copied', DestFilePath, PartSize: 1, EnableCRC: true }],
          ['list_multipart_uploads', { Bucket, Prefix: 'file' }],
        )
        expect(uploaded?.result?.ETag).toMatch(/-4"$/)
        expect(uploaded?.result?.UploadId ?? first?.result?.UploadId).toBe(first?.result?.UploadId)
        expect(head?.result).toMatchObject({ 'x-cos-hash-crc64ecma': crc64(content) })
        expect(copied?.code).toBeUndefined()
        expect(downloaded?.code).toBeUndefined()
        expect(md5(await readFile(DestFilePath))).toBe(md5(content))
        // The upload that was there already is the one that was completed.
        expect(left?.result?.Upload).toBeUndefined()
      } finally {
        await rm(dir, { recursive: true, force: true })
      }
    })

    it('are completed behind white space, or fail there', async () => {
      const slow = await startSlowServer()
      try {
        const [, begun, filled] = await runAt(slow.server, ['create_bucket', { Bucket }], begin, [
          'upload_part',
          { ...named, UploadId: { $of: [1, 'UploadId'] }, PartNumber: 1, Body: 'x' },
        ])
        const UploadId = begun?.result?.UploadId
        const Part = [{ PartNumber: 1, ETag: filled?.result?.ETag }]
        const ask = (MultipartUpload: object): Step => [
          'complete_multipart_upload',
          { ...named, UploadId, MultipartUpload },
        ]
        const [done] = await slow.slowly(() => runAt(slow.server, ask({ Part })))
        expect(done?.result?.ETag).toMatch(/-1"$/)
        const [other] = await runAt(slow.server, begin)
        const gone = { ...named, UploadId: other?.result?.UploadId }
        await runAt(slow.server, ['upload_part', { ...gone, PartNumber: 1, Body: 'x' }])
        const [failed] = await slow.slowly(
          () => runAt(slow.server, ['complete_multipart_upload', { ...gone, MultipartUpload: { Part } }]),
          () => runAt(slow.server, ['abort_multipart_upload', gone]),
        )
        expect(failed?.code).toBeTruthy()
        expect(failed?.result).toBeUndefined()
      } finally {
        await slow.server.stop()
      }
    })
  })
})
