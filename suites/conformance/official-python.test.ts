// The official Python SDK, where this machine has it: `pip install cos-python-sdk-v5`.
import { spawn, spawnSync } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { crc64 } from './crc64.js'

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
  async function run(...steps: readonly Step[]): Promise<readonly Outcome[]> {
    const { url: proxy, region, secretId, secretKey } = server
    const child = spawn(PYTHON, [fileURLToPath(new URL('python/drive.py', import.meta.url))], {
      stdio: ['pipe', 'pipe', 'pipe'],
    })
    child.stdin.end(JSON.stringify({ proxy, region, secretId, secretKey, steps }))
    const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)])
    if (output === '') throw new Error(errors)
    return JSON.parse(output) as Outcome[]
  }

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
})
