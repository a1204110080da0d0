// Files that go up in one request.
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { loadCrc64 } from '@coset/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { BUCKET, clientOf, fakeTime, reply, reset } from '../testing/scripted-server.js'
import { failureOf, LARGE, MIB, UploadStage } from '../testing/upload-stage.js'

let at: UploadStage
beforeEach(async () => {
  at = await UploadStage.open()
  return () => at.close()
})

describe('a small file', () => {
  it.each([0, 1, 300_000, 20 * MIB])('of %d bytes is one request, and leaves no record', async (size) => {
    await at.put(LARGE.subarray(0, size))
    const done = await at.upload({ Metadata: { a: 'b' }, ACL: 'public-read', TrafficLimit: 819_200 })
    expect(at.bucket.calls).toEqual(['put'])
    expect(at.isStored(LARGE.subarray(0, size))).toBe(true)
    expect(at.server.requests[0]?.headers).toMatchObject({
      'x-cos-meta-a': 'b',
      'x-cos-acl': 'public-read',
      'x-cos-traffic-limit': '819200',
      'content-length': String(size),
    })
    const { of } = await loadCrc64()
    expect(done).toMatchObject({
      statusCode: 200,
      ETag: `"${at.bucket.objects.get('k')?.etag}"`,
      Crc64: of(LARGE.subarray(0, size)),
      Location: `http://${at.server.host}/${BUCKET}/k`,
      UploadId: undefined,
      bytesResumed: 0,
    })
    expect(await at.records()).toEqual([])
  })

  it.each([300, 300_000])('of %d bytes is digested when asked to', async (size) => {
    const bytes = LARGE.subarray(0, size)
    await at.put(bytes)
    const ContentMD5 = createHash('md5').update(bytes).digest('base64')
    await at.upload({ EnableMD5: true })
    expect(at.server.requests[0]?.headers['content-md5']).toBe(ContentMD5)
    await at.upload({ ContentMD5 })
    expect(at.server.requests[1]?.headers['content-md5']).toBe(ContentMD5)
  })

  it('is sent again when the connection breaks, and when it arrives as something else', async () => {
    await at.put(LARGE.subarray(0, 300_000))
    const faults = [reset, reply(200, { etag: '"e"', 'x-cos-hash-crc64ecma': '1' }), reply(503)]
    at.bucket.fault = () => faults.shift()
    await at.upload()
    expect(at.bucket.calls).toEqual(['put', 'put', 'put', 'put'])
    expect(at.isStored(LARGE.subarray(0, 300_000))).toBe(true)
  })

  it('is not stored when it changes while it is sent', async () => {
    await at.put(LARGE.subarray(0, 10 * MIB))
    const time = fakeTime()
    // Each chunk is told, and each time the file is another.
    const client = clientOf(
      at.server,
      {},
      { ...time, platform: { ...time.platform, now: () => (time.nowMs += 1000) } },
    )
    let edits = 0
    const onProgress = () => writeFileSync(at.file, randomBytes(5 * MIB + ++edits))
    expect(await failureOf(at.upload({}, { onProgress }, client))).toMatchObject({ kind: 'changed' })
    expect([at.bucket.objects.get('k'), edits > 1]).toEqual([undefined, true])
    await client.close()
  })
})
