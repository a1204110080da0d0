import { createHash } from 'node:crypto'
import { Fault, LIMITS } from '@coset/model'
import {
  auditExactly,
  bodyOf,
  bodyThen,
  bytesNamed,
  failingAt,
  failingCommit,
  faultyPorts,
  losingCommit,
  type PortHook,
  storeAbove,
  TestBucket,
  testCall,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { putObject } from './put.js'

const LARGE = bytesNamed('large', 100_000)
const LARGER = bytesNamed('larger', 200_000)
const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

async function putBehind(hook: PortHook, content: Uint8Array = LARGE) {
  const store = await storeAbove(faultyPorts(bucket.store, hook))
  return putObject(bucket.call, store, bucket.putInput('key', content))
}

describe('what is stored', () => {
  const limit = LIMITS.inlineBytesMax

  it.each([0, 1, limit - 1, limit, limit + 1, 70_000])('is the %i bytes that came', async (size) => {
    const bytes = bytesNamed('any', size)
    const result = await bucket.put('key', bytes)
    expect(result).toMatchObject({ size, crc64: bucket.store.crc64.of(bytes), versionId: undefined })
    expect(result.etag).toBe(createHash('md5').update(bytes).digest('hex'))
    expect(await bucket.read('key')).toBe(bytes.toString())
    expect((await auditExactly(bucket.store)).stored).toHaveLength(size > limit ? 1 : 0)
  })

  it('does not depend on how the body is cut', async () => {
    const bytes = bytesNamed('cut', limit + 1)
    for (const chunkSize of [1000, limit, limit + 1]) {
      await bucket.put('key', bytes, { body: bodyOf(bytes, chunkSize) })
      expect(await bucket.read('key')).toBe(bytes.toString())
    }
  })

  it('includes headers, metadata, tags and the storage class', async () => {
    const given = {
      headers: { 'content-type': 'text/plain' },
      metadata: { name: '世界', other: '' },
      tags: [{ Key: 'k', Value: 'v' }],
      storageClass: 'STANDARD_IA' as const,
    }
    await bucket.put('key', 'x', given)
    const { objects } = await bucket.list()
    expect(objects[0]?.version).toMatchObject(given)
  })
})

describe('a replaced object', () => {
  it('gives its blob back as garbage, in the same commit', async () => {
    await bucket.put('key', LARGE)
    await bucket.put('key', LARGER)
    const { referenced, garbage } = await auditExactly(bucket.store)
    expect([referenced.length, garbage.length]).toEqual([1, 1])
    expect(await bucket.read('key')).toBe(LARGER.toString())
  })

  it('stays when overwriting is forbidden', async () => {
    await bucket.put('key', LARGE)
    const put = bucket.put('key', LARGER, { forbidOverwrite: true })
    await expect(put).rejects.toThrow(fault('FileAlreadyExists'))
    expect(await bucket.read('key')).toBe(LARGE.toString())
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })

  it('is no obstacle to forbidOverwrite where versions keep it', async () => {
    await bucket.setVersioning('Enabled')
    await bucket.put('key', 'old', { forbidOverwrite: true })
    await bucket.put('key', 'new', { forbidOverwrite: true })
    expect(await bucket.timeline('key')).toEqual(['new', 'old'])
  })
})

describe('a body that is not what was announced', () => {
  const md5 = (text: string) => createHash('md5').update(text).digest('base64')
  const sha1 = (bytes: Uint8Array) => createHash('sha1').update(bytes).digest('hex')

  it.each([
    ['small', Buffer.from('small')],
    ['large', LARGE],
  ])('is refused when its digests differ, and leaves nothing (%s)', async (_name, bytes) => {
    const right = { md5: createHash('md5').update(bytes).digest('base64'), sha1: sha1(bytes).toUpperCase() }
    const wrongMd5 = bucket.put('key', bytes, { expected: { md5: md5('else') } })
    await expect(wrongMd5).rejects.toThrow(fault('BadDigest'))
    const wrongSha1 = bucket.put('key', bytes, { expected: { ...right, sha1: '0'.repeat(40) } })
    await expect(wrongSha1).rejects.toThrow(fault('InvalidSHA1Digest'))
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], versions: 0 })
    await bucket.put('key', bytes, { expected: right })
  })

  it.each([
    [{ md5: 'not base64' }, 'InvalidDigest'],
    [{ md5: md5('x').slice(1) }, 'InvalidDigest'],
    [{ sha1: 'not hex' }, 'InvalidSHA1Digest'],
  ])('is not even read when the digest %j is none', async (expected, code) => {
    let read = false
    async function* stream() {
      read = true
      yield LARGE
    }
    const put = bucket.put('key', '', { body: { stream: stream(), length: LARGE.length }, expected })
    await expect(put).rejects.toThrow(fault(code))
    expect(read).toBe(false)
  })

  it.each([
    ['shorter', 10, 9],
    ['longer', 10, 11],
    ['shorter', 100_000, 99_999],
    ['longer', 100_000, 100_001],
  ])('is refused when it is %s', async (_word, announced, sent) => {
    const { stream } = bodyOf(bytesNamed('x', sent))
    const put = bucket.put('key', '', { body: { stream, length: announced } })
    await expect(put).rejects.toThrow(fault('IncompleteBody'))
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], versions: 0 })
  })

  it('may come without a length', async () => {
    await bucket.put('key', '', { body: { stream: bodyOf(LARGE).stream, length: undefined } })
    expect(await bucket.read('key')).toBe(LARGE.toString())
  })

  it.each([0, 100, 100_000])('leaves nothing when it breaks off after %i bytes', async (size) => {
    const stream = bodyThen(LARGE.subarray(0, size), () => {
      throw new Fault('IncompleteBody')
    })
    const put = bucket.put('key', '', { body: { stream, length: LARGE.length } })
    await expect(put).rejects.toThrow(fault('IncompleteBody'))
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], versions: 0 })
  })

  it('is refused by its announced size alone', async () => {
    const body = { stream: bodyOf('x').stream, length: LIMITS.putBytesMax + 1 }
    await expect(bucket.put('key', '', { body })).rejects.toThrow(fault('EntityTooLarge'))
  })
})

describe('a put that is refused', () => {
  it.each([
    ['', 'InvalidObjectName'],
    ['/a', 'InvalidObjectName'],
    ['\\a', 'InvalidObjectName'],
    ['a\0b', 'InvalidObjectName'],
    ['a\u001ab', 'InvalidObjectName'],
    ['a\ud800', 'InvalidObjectName'],
    ['中'.repeat(284), 'KeyTooLong'],
  ])('has the key %j', async (key, code) => {
    await expect(bucket.put(key, 'x')).rejects.toThrow(fault(code))
  })

  it('has too much metadata, or a class of several zones', async () => {
    const metadata = { a: 'x'.repeat(LIMITS.metadataBytesMax) }
    await expect(bucket.put('key', 'x', { metadata })).rejects.toThrow(fault('MetadataTooLarge'))
    const headers = { expires: 'x'.repeat(LIMITS.storedHeadersBytesMax) }
    await expect(bucket.put('key', 'x', { headers })).rejects.toThrow(fault('MetadataTooLarge'))
    const put = bucket.put('key', 'x', { storageClass: 'MAZ_STANDARD' })
    await expect(put).rejects.toThrow(fault('MAZOperationNotSupportOnOAZBucket'))
  })

  it('has no bucket, and its body is not read', async () => {
    let read = false
    async function* stream() {
      read = true
      yield LARGE
    }
    const body = { stream: stream(), length: LARGE.length }
    const put = bucket.put('key', '', { bucket: 'none-1250000000', body })
    await expect(put).rejects.toThrow(fault('NoSuchBucket'))
    expect(read).toBe(false)
  })
})

describe('the blob of a put that fails', () => {
  const stored = async () => (await bucket.store.blobs.list({ limit: 10 })).length

  it('is deleted when the caller leaves before the commit', async () => {
    const controller = new AbortController()
    const store = await storeAbove(
      faultyPorts(bucket.store, ({ method, moment }) => {
        if (method === 'writeBlob' && moment === 'after') controller.abort(new Error('The client left.'))
      }),
    )
    const call = testCall({ signal: controller.signal })
    const put = putObject(call, store, bucket.putInput('key', LARGE))
    await expect(put).rejects.toThrow(fault('RequestTimeout'))
    expect(await stored()).toBe(0)
  })

  it('stays with its object when the caller leaves during the commit', async () => {
    const controller = new AbortController()
    const store = await storeAbove(
      faultyPorts(bucket.store, ({ method, moment }) => {
        if (method === 'commit' && moment === 'before') controller.abort(new Error('The client left.'))
      }),
    )
    await putObject(testCall({ signal: controller.signal }), store, bucket.putInput('key', LARGE))
    expect(await bucket.read('key')).toBe(LARGE.toString())
  })

  it('is deleted when the commit surely was not made', async () => {
    const full = new Fault('InsufficientStorage')
    await expect(putBehind(failingCommit(full))).rejects.toThrow(full)
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], versions: 0 })
  })

  it.each([
    new Error('The connection to the store broke.'),
    new Fault('InternalError'),
  ])('stays when the commit may have been made: %s', async (error) => {
    await expect(putBehind(losingCommit(error))).rejects.toThrow(error)
    expect(await bucket.read('key')).toBe(LARGE.toString())
    await auditExactly(bucket.store)
    await expect(putBehind(failingCommit(error), LARGER)).rejects.toThrow(error)
    // An orphan now, which reclaim finds.
    expect(await stored()).toBe(2)
  })

  it('is left to reclaim when it can not be deleted, and the first fault is told', async () => {
    const warnings: string[] = []
    const quiet = () => {}
    const log = {
      debug: quiet,
      info: quiet,
      warn: (_: object, text: string) => warnings.push(text),
      error: quiet,
    }
    const hook: PortHook = ({ method, moment }) => {
      if (method === 'deleteBlobs' && moment === 'before') throw new Error('The disk is gone.')
    }
    const store = await storeAbove(faultyPorts(bucket.store, hook))
    const input = bucket.putInput('key', LARGE, { body: { stream: bodyOf(LARGE).stream, length: 1 } })
    await expect(putObject(testCall({ log }), store, input)).rejects.toThrow(fault('IncompleteBody'))
    expect(warnings).toEqual(['an unused blob could not be deleted'])
  })

  it('does not hide what the store says before there is one', async () => {
    const broken = new Error('The store can not be read.')
    await expect(putBehind(failingAt(1, broken))).rejects.toThrow(broken)
    expect(await stored()).toBe(0)
  })
})
