import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { metadataStoreSuite } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openLocalStore } from './open.js'

const bytes = (text: string) => new TextEncoder().encode(text)
const everything = { start: new Uint8Array(0), end: new Uint8Array(8).fill(255) }

metadataStoreSuite('local', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'coset-metadata-'))
  const local = await openLocalStore({ dir })
  return {
    store: local.metadata,
    async close() {
      await local.close()
      await rm(dir, { recursive: true })
    },
  }
})

describe('local metadata', () => {
  let dir: string
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-metadata-'))
  })
  afterEach(() => rm(dir, { recursive: true, force: true }))

  it('keeps everything across a reopening, and goes on with greater stamps', async () => {
    const first = await openLocalStore({ dir })
    const written = await first.metadata.commit({
      checks: [],
      writes: [{ kind: 'put', key: bytes('a'), value: bytes('1') }],
    })
    const before = await first.metadata.scan(everything, { limit: 10 })
    await first.close()

    const second = await openLocalStore({ dir })
    expect(await second.metadata.scan(everything, { limit: 10 })).toEqual(before)
    const later = await second.metadata.commit({ checks: [], writes: [] })
    expect(later.ok && written.ok && later.stamp > written.stamp).toBe(true)
    await second.close()
  })

  it('finishes the commits it accepted before it closes, and refuses others', async () => {
    const first = await openLocalStore({ dir })
    const put = (n: number) =>
      first.metadata.commit({
        checks: [],
        writes: [{ kind: 'put', key: Uint8Array.of(n), value: bytes('x') }],
      })
    const accepted = Array.from({ length: 50 }, (_, n) => put(n))
    await first.close()
    await Promise.all(accepted)
    await expect(put(99)).rejects.toMatchObject({ code: 'ServiceUnavailable' })

    const second = await openLocalStore({ dir })
    expect(await second.metadata.scan(everything, { limit: 100 })).toHaveLength(50)
    await second.close()
  })

  it('commits more at a time than one transaction takes', async () => {
    const store = await openLocalStore({ dir })
    const value = new Uint8Array(40_000)
    const commits = Array.from({ length: 600 }, (_, n) =>
      store.metadata.commit({
        checks: [],
        writes: [{ kind: 'put', key: Uint8Array.of(n >> 8, n & 255), value }],
      }),
    )
    const stamps = (await Promise.all(commits)).map((result) => (result.ok ? result.stamp : -1n))
    expect(new Set(stamps).size).toBe(600)
    expect(await store.metadata.scan(everything, { limit: 1000 })).toHaveLength(600)
    await store.close()
  })
})
