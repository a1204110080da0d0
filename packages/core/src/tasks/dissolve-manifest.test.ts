import {
  failingAt,
  faultyPorts,
  partNamed,
  storeAbove,
  TestBucket,
  TestUpload,
  testCall,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import { copyObject } from '../objects/copy.js'
import { getObject } from '../objects/get.js'
import { copyPart } from '../uploads/copy-part.js'
import { reclaimGarbage } from './reclaim.js'

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

const reclaim = (store = bucket.store) => reclaimGarbage(bucket.call, store, bucket.clock.now())
const blobs = async () => (await bucket.store.blobs.list({ limit: 10_000 })).length

function copy(from: string, to: string) {
  const { body: _body, expected: _expected, ...target } = bucket.putInput(to, '')
  const source = { bucket: bucket.name, key: from, conditions: {} }
  const input = { ...target, source, replacesMetadata: false, replacesTags: false }
  return copyObject(bucket.call, bucket.store, input)
}

describe('a manifest that versions share', () => {
  it('keeps its bytes until the last of them is gone', async () => {
    await (await TestUpload.of(bucket, 'source', [partNamed('a'), 'end'])).complete()
    await copy('source', 'one')
    await copy('one', 'two')
    const whole = await bucket.readBytes('source')
    for (const [gone, left] of [
      ['source', 'one'],
      ['one', 'two'],
    ] as const) {
      await bucket.delete(gone)
      expect((await bucket.reclaimAndAudit()).stored).toHaveLength(2)
      expect(whole.equals(await bucket.readBytes(left))).toBe(true)
    }
    await bucket.delete('two')
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [], garbage: [], versions: 0 })
  })

  it('keeps its bytes when all but one go at once', async () => {
    await (await TestUpload.of(bucket, 'source', [partNamed('a'), 'end'])).complete()
    await copy('source', 'one')
    await copy('source', 'two')
    await Promise.all(['source', 'two'].map((key) => bucket.delete(key)))
    expect((await bucket.reclaimAndAudit()).stored).toHaveLength(2)
    expect((await bucket.readBytes('one')).subarray(-3).toString()).toBe('end')
    await bucket.put('one', '')
    expect((await bucket.reclaimAndAudit()).stored).toEqual([])
  })
})

describe('the parts of an aborted upload', () => {
  const COUNT = 150

  async function aborted(): Promise<void> {
    const upload = await TestUpload.begin(bucket, 'key')
    for (let number = 1; number <= COUNT; number++) await upload.put(number, `part ${number}`)
    await upload.abort()
  }

  it('go page by page', async () => {
    await aborted()
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [], garbage: [] })
  })

  it.each([
    2, 3, 4, 70, 71, 72, 140, 141, 142, 160, 155,
  ])('go on after a crash at call %i of the store', async (n) => {
    await aborted()
    const failing = await storeAbove(faultyPorts(bucket.store, failingAt(n, new Error('gone'))))
    await expect(reclaim(failing)).rejects.toThrow('gone')
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [], garbage: [] })
  })

  it('wait when the task is told to stop', async () => {
    await aborted()
    const call = testCall({ signal: AbortSignal.abort(new Error('stopping')) })
    await expect(reclaimGarbage(call, bucket.store, bucket.clock.now())).rejects.toThrow('stopping')
    expect(await blobs()).toBe(COUNT)
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [] })
  })

  it('go once when two processes reclaim them', async () => {
    await aborted()
    await Promise.all([reclaim(), reclaim(await storeAbove(bucket.store))])
    expect(await bucket.reclaimAndAudit()).toMatchObject({ stored: [], garbage: [] })
  })
})

describe('bytes that a copied part shares with an object', () => {
  const large = partNamed('object')

  async function copied(): Promise<TestUpload> {
    await bucket.put('object', large)
    const upload = await TestUpload.begin(bucket, 'key')
    const source = { bucket: bucket.name, key: 'object', conditions: {} }
    for (const partNumber of [1, 2]) {
      await copyPart(bucket.call, bucket.store, { ...upload.name, partNumber, source })
    }
    return upload
  }

  it('outlive the object, and the upload', async () => {
    const upload = await copied()
    await upload.abort()
    await bucket.reclaimAndAudit()
    expect(large.equals(await bucket.readBytes('object'))).toBe(true)
    const again = await copied()
    await bucket.delete('object')
    const etag = (await again.parts()).parts[0]?.part.etag ?? ''
    await again.complete([{ partNumber: 1, etag }])
    expect((await bucket.reclaimAndAudit()).stored).toHaveLength(1)
    expect(large.equals(await bucket.readBytes('key'))).toBe(true)
  })

  it.each([
    'abort',
    'complete',
  ] as const)('stay for a reader of the object, when both go: %s', async (end) => {
    const upload = await copied()
    if (end === 'complete') await upload.put(3, 'own')
    const { content } = await getObject(bucket.call, bucket.store, {
      bucket: bucket.name,
      key: 'object',
      conditions: {},
    })
    await bucket.delete('object')
    // Neither use of the bytes is left; those of the part were never read by anyone.
    if (end === 'abort') await upload.abort()
    else await upload.complete(upload.list(3))
    bucket.clock.advance(GARBAGE_DELAY_MS - 1)
    await reclaim()
    if (content.kind === 'bytes') throw new Error('The object was to be large.')
    let length = 0
    for await (const chunk of content.stream) length += chunk.length
    expect(length).toBe(large.length)
    expect((await bucket.reclaimAndAudit()).stored).toHaveLength(end === 'abort' ? 0 : 1)
  })
})
