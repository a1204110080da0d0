import { Fault, LIMITS } from '@coset/model'
import {
  auditExactly,
  bytesNamed,
  faultyPorts,
  type GivenCopy,
  interruptedPorts,
  type PortHook,
  storeAbove,
  TestBucket,
  TestCopies,
} from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { GARBAGE_DELAY_MS } from '../catalog/versions.js'
import type { Store } from '../store.js'
import { reclaimGarbage } from '../tasks/reclaim.js'
import { getVersion } from './change.js'

const MIB = 1024 * 1024
const LARGE = bytesNamed('large', 100_000)
const fault = (code: string) => expect.objectContaining({ code })

let bucket: TestBucket
beforeEach(async () => {
  bucket = await TestBucket.open()
})
afterEach(() => bucket.close())

function copy(from: string, key: string, given: GivenCopy = {}, store: Store = bucket.store) {
  return new TestCopies(bucket).copy(from, key, given, store)
}

const version = async (key: string) =>
  (await getVersion(bucket.call, bucket.store, { bucket: bucket.name, key })).version

function reclaim() {
  bucket.clock.advance(GARBAGE_DELAY_MS)
  return reclaimGarbage(bucket.call, bucket.store, bucket.clock.now())
}

describe('the bytes of a copy', () => {
  const unread: PortHook = ({ method }) => {
    if (/Blob$/.test(method)) throw new Error(`A copy calls ${method}.`)
  }

  it.each([
    ['a small object', () => bucket.put('source', 'small')],
    ['an empty object', () => bucket.put('source', '')],
    ['a large object', () => bucket.put('source', LARGE)],
    [
      'an object of parts',
      () => new TestCopies(bucket).upload('source', [bytesNamed('1', MIB), bytesNamed('2', 10)]),
    ],
    [
      'a copy of parts',
      () => new TestCopies(bucket).upload('s', [bytesNamed('1', MIB)]).then(() => copy('s', 'source')),
    ],
  ])('are neither read nor written: %s', async (_name, make) => {
    await make()
    const content = await bucket.read('source')
    const { etag } = await version('source')
    const store = await storeAbove(faultyPorts(bucket.store, unread))
    expect((await copy('source', 'copy', {}, store)).etag).toBe(etag)
    await auditExactly(bucket.store)
    await bucket.delete('source')
    await bucket.delete('s')
    await reclaim()
    expect(await bucket.read('copy')).toBe(content)
    await auditExactly(bucket.store)
    await bucket.delete('copy')
    await reclaim()
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], garbage: [], versions: 0 })
    expect(
      await bucket.store.metadata.scan(
        { start: Buffer.from('manifest/'), end: Buffer.from('manifest0') },
        { limit: 9 },
      ),
    ).toEqual([])
  })

  it('are those of the source as it is when the copy is made', async () => {
    await bucket.put('source', LARGE)
    const behind = interruptedPorts(bucket.store, 'commit', () =>
      bucket.put('source', bytesNamed('new', 9000)),
    )
    await copy('source', 'copy', {}, await storeAbove(behind))
    expect(await bucket.read('copy')).toBe(bytesNamed('new', 9000).toString())
    await reclaim()
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })

  it('are not there when the source is deleted and reclaimed before the copy is made', async () => {
    await bucket.put('source', LARGE)
    const behind = interruptedPorts(bucket.store, 'commit', async () => {
      await bucket.delete('source')
      await reclaim()
    })
    await expect(copy('source', 'copy', {}, await storeAbove(behind))).rejects.toThrow(fault('NoSuchKey'))
    expect(await auditExactly(bucket.store)).toMatchObject({ stored: [], versions: 0 })
  })

  it('go on to be claimed when the version that was copied is no longer the newest', async () => {
    await bucket.setVersioning('Enabled')
    const { versionId } = await bucket.put('source', LARGE)
    const behind = interruptedPorts(bucket.store, 'commit', () => bucket.put('source', 'newer'))
    await copy('source', 'copy', { versionId }, await storeAbove(behind))
    expect(await bucket.read('copy')).toBe(LARGE.toString())
    await auditExactly(bucket.store)
  })

  it('replace those of the target, which are given back', async () => {
    await bucket.put('source', LARGE)
    await bucket.put('copy', bytesNamed('old', 9000))
    await copy('source', 'copy')
    await copy('source', 'copy')
    expect(await reclaim()).toEqual({ blobs: 1 })
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })

  it('are those of one of its states when the source is written all the time', async () => {
    await bucket.put('source', LARGE)
    let isDone = false
    const writing = (async () => {
      for (let n = 0; !isDone; n++) await bucket.put('source', bytesNamed(String(n), 9000))
    })()
    for (let n = 0; n < 20; n++) await copy('source', `copy ${n}`)
    isDone = true
    await writing
    await reclaim()
    await auditExactly(bucket.store)
  })

  it('wait for their turn where they always lose', async () => {
    await bucket.put('source', LARGE)
    const { metadata } = bucket.store
    let lost = 0
    const losing = await storeAbove({
      blobs: bucket.store.blobs,
      metadata: {
        ...faultyPorts(bucket.store, () => {}).metadata,
        async commit(commit) {
          if (lost < LIMITS.attemptsMax && ++lost > 0)
            await bucket.put('source', bytesNamed(String(lost), 9000))
          return metadata.commit(commit)
        },
      },
    })
    await copy('source', 'copy', {}, losing)
    expect(await bucket.read('copy')).toBe(bytesNamed(String(LIMITS.attemptsMax), 9000).toString())
    await auditExactly(bucket.store)
  })

  it('survive copies made both ways at once', async () => {
    await bucket.put('a', LARGE)
    await bucket.put('b', bytesNamed('b', 9000))
    const others = await Promise.all([bucket.store, storeAbove(bucket.store)])
    const turns = Array.from({ length: 20 }, (_, at) => at)
    const done = await Promise.allSettled(
      turns.map((at) => {
        const [from, to] = at % 2 === 0 ? ['a', 'b'] : ['b', 'a']
        return copy(from ?? '', to ?? '', {}, others[at % 3 === 0 ? 1 : 0])
      }),
    )
    for (const one of done) {
      if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(Fault)
    }
    await reclaim()
    expect(await bucket.read('a')).toBe(await bucket.read('b'))
    expect((await auditExactly(bucket.store)).stored).toHaveLength(1)
  })
})
