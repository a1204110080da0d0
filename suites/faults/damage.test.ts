// Files of stored objects, damaged on the disk under a running server: no reader ever gets a wrong byte, the operator
// is told, and a scrub finds each of them.
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Damage, type Log, scrub } from '@coset/core'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { bytesNamed, testCall } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { BLOCK, flip, HARMS_AT_START } from './harms.js'

const Bucket = 'damage-1250000000'
const Key = 'dir/ö'
const MIB = 1024 * 1024
/** Longer than what a reader verifies before it hands out its first byte. */
const CONTENT = bytesNamed('content', 3 * MIB)

interface LogLine {
  readonly path: string
  readonly err: Error
}

let dir: string
let server: TestServer
let cos: CosClient
let logged: LogLine[]
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-damage-'))
  logged = []
  const nothing = () => undefined
  const error = (fields: object) => void logged.push(fields as LogLine)
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error }
  server = await startServer({ dir, log })
  cos = new CosClient({ ...server.clientOptions, Retries: 0 })
  await cos.putBucket({ Bucket })
  await cos.putObject({ Bucket, Key, Body: CONTENT })
})
afterEach(async () => {
  await cos.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

async function blobFile(): Promise<{ readonly id: string; readonly path: string }> {
  const names = await readdir(join(dir, 'blobs'), { recursive: true })
  const [name = '', ...others] = names.filter((one) => one.length > 3)
  if (others.length > 0) throw new Error('There is more than one blob.')
  return { id: name.slice(3), path: join(dir, 'blobs', name) }
}

interface Got {
  readonly status: number
  readonly body: Buffer
  /** Whether all announced bytes came. */
  readonly whole: boolean
}

function get(range?: string): Promise<Got> {
  const url = cos.getPresignedUrl({ Method: 'GET', Bucket, Key })
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false, headers: range === undefined ? {} : { range } })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      const { statusCode: status = 0 } = response
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('error', () => undefined)
      response.on('close', () => {
        resolve({ status, body: Buffer.concat(chunks), whole: response.complete })
      })
    })
    sent.end()
  })
}

async function scrubbed(): Promise<readonly Damage[]> {
  const damages: Damage[] = []
  const pace = async () => undefined
  await scrub(testCall(), server.store, { pace, onDamage: (damage) => damages.push(damage) })
  return damages
}

describe.each(HARMS_AT_START)('$name', ({ harm, reason }) => {
  it('is an error document before the first byte, logged once with key and blob', async () => {
    const { id, path } = await blobFile()
    await harm(path)
    const { status, body, whole } = await get()
    expect({ status, whole }).toEqual({ status: 500, whole: true })
    expect(body.toString()).toMatch(
      /<Code>InternalError<\/Code>\s*<Message>The stored content is (damaged|missing)\.</,
    )
    expect(body.toString()).not.toContain(id)
    expect(logged).toHaveLength(1)
    expect(decodeURIComponent(logged[0]?.path ?? '')).toContain(Key)
    const cause = logged[0]?.err.cause as Error
    expect(cause.message).toMatch(reason)
    expect(cause.message).toContain(id)
  })

  it('makes the SDK reject, and is found by a scrub', async () => {
    const { id, path } = await blobFile()
    await harm(path)
    await expect(cos.getObject({ Bucket, Key })).rejects.toMatchObject({
      code: 'InternalError',
      statusCode: 500,
    })
    expect(await scrubbed()).toEqual([
      {
        bucket: Bucket,
        key: Key,
        versionId: 'null',
        kind: 'unreadable',
        problem: expect.stringMatching(reason),
        blobs: [id],
      },
    ])
  })
})

describe('a flipped bit far from the beginning', () => {
  const AT = 40 * BLOCK + 7

  it('cuts the connection; what came before is right, and the log tells once', async () => {
    const { id, path } = await blobFile()
    await flip(path, AT)
    const { status, body, whole } = await get()
    expect({ status, whole }).toEqual({ status: 200, whole: false })
    expect(body.length).toBeLessThanOrEqual(40 * BLOCK)
    expect(body.equals(CONTENT.subarray(0, body.length))).toBe(true)
    expect(logged).toHaveLength(1)
    expect((logged[0]?.err.cause as Error).message).toContain(`Block 40 of the blob ${id}`)
  })

  it('makes the SDK reject, even when it resumes, and is found by a scrub', async () => {
    const { id, path } = await blobFile()
    await flip(path, AT)
    const patient = new CosClient({ ...server.clientOptions, Retries: 1 })
    for (const client of [cos, patient]) {
      const { Body } = await client.getObject({ Bucket, Key })
      await expect(Body.bytes()).rejects.toThrow()
    }
    await patient.close()
    expect(await scrubbed()).toMatchObject([{ key: Key, kind: 'unreadable', blobs: [id] }])
  })

  it('leaves ranges of other blocks readable, and fails those of its own', async () => {
    const { path } = await blobFile()
    await flip(path, AT)
    const before = await get('bytes=0-999999')
    expect(before.status).toBe(206)
    expect(before.body.equals(CONTENT.subarray(0, 1_000_000))).toBe(true)
    const after = await get(`bytes=${41 * BLOCK}-`)
    expect(after.body.equals(CONTENT.subarray(41 * BLOCK))).toBe(true)
    expect(logged).toEqual([])
    expect((await get(`bytes=${AT + 10}-${AT + 20}`)).status).toBe(500)
    expect(logged).toHaveLength(1)
  })
})

describe('an object with damaged content', () => {
  beforeEach(async () => {
    await flip((await blobFile()).path, 0)
  })

  it('still has its metadata, and harms no other', async () => {
    await cos.putObject({ Bucket, Key: 'other', Body: bytesNamed('other', MIB) })
    expect((await cos.headObject({ Bucket, Key })).ContentLength).toBe(CONTENT.length)
    const { Body } = await cos.getObject({ Bucket, Key: 'other' })
    expect(Buffer.from(await Body.bytes()).equals(bytesNamed('other', MIB))).toBe(true)
    expect(await scrubbed()).toHaveLength(1)
  })

  it('is whole again once it is put again', async () => {
    await cos.putObject({ Bucket, Key, Body: CONTENT })
    expect((await get()).body.equals(CONTENT)).toBe(true)
    expect(await scrubbed()).toEqual([])
  })

  it('is whole again when its file is brought back from a copy', async () => {
    const { path } = await blobFile()
    await flip(path, 0)
    await copyFile(path, `${path}.copy`)
    await flip(path, 0)
    expect((await get()).status).toBe(500)
    await copyFile(`${path}.copy`, path)
    expect((await get()).body.equals(CONTENT)).toBe(true)
  })

  it('can be replaced by a small one, and deleted', async () => {
    await cos.putObject({ Bucket, Key, Body: 'small' })
    expect((await get()).body.toString()).toBe('small')
    await cos.deleteObject({ Bucket, Key })
    expect((await get()).status).toBe(404)
    expect(await scrubbed()).toEqual([])
  })
})

describe('an object of parts', () => {
  it('is served up to the damaged part, and ranges of the others still are', async () => {
    const parts = [bytesNamed('one', MIB), bytesNamed('two', MIB + 1)]
    const { UploadId } = await cos.createMultipartUpload({ Bucket, Key })
    const Part: { PartNumber: number; ETag: string }[] = []
    for (const [at, Body] of parts.entries()) {
      const { ETag } = await cos.uploadPart({ Bucket, Key, UploadId, PartNumber: at + 1, Body })
      Part.push({ PartNumber: at + 1, ETag })
    }
    await cos.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Part } })
    const listed = await server.store.blobs.list({ limit: 9 })
    const second = listed.find(({ size }) => size === MIB + 1)?.id ?? ''
    await rm(join(dir, 'blobs', second.slice(12, 14), second))
    const { body, whole } = await get()
    expect(whole).toBe(false)
    expect(body.equals(parts[0]?.subarray(0, body.length) ?? Buffer.of(0))).toBe(true)
    expect((await get(`bytes=0-${MIB - 1}`)).body.equals(parts[0] ?? Buffer.of())).toBe(true)
    expect((await get(`bytes=${MIB}-`)).status).toBe(500)
    await expect((await cos.getObject({ Bucket, Key })).Body.bytes()).rejects.toThrow()
    expect(await scrubbed()).toMatchObject([{ key: Key, kind: 'unreadable', blobs: [second] }])
  })
})

describe('several versions', () => {
  it('are each told by a scrub', async () => {
    await cos.putBucketVersioning({ Bucket, Status: 'Enabled' })
    const second = await cos.putObject({ Bucket, Key, Body: bytesNamed('second', MIB) })
    await cos.deleteObject({ Bucket, Key })
    const names = await readdir(join(dir, 'blobs'), { recursive: true })
    for (const name of names.filter((one) => one.length > 3)) await flip(join(dir, 'blobs', name), 10)
    const damages = await scrubbed()
    expect(damages.map(({ versionId }) => versionId).sort()).toEqual([second.VersionId, 'null'].sort())
  })
})
