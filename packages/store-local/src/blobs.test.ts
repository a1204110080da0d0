import { mkdtemp, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobId, BlobStore, ByteStream } from '@coset/core'
import { blobAccessSuite, blobStoreSuite } from '@coset/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { pathOfBlob, shardOf } from './blob-format.js'
import { type LocalStore, openLocalStore } from './open.js'

const { signal } = new AbortController()

async function* once(content: Uint8Array): ByteStream {
  yield content
}

async function openOne() {
  const dir = await mkdtemp(join(tmpdir(), 'coset-blobs-'))
  const local = await openLocalStore({ dir })
  return {
    store: local.blobs,
    pathOf: (id: BlobId) => pathOfBlob(join(dir, 'blobs'), id),
    async close() {
      await local.close()
      await rm(dir, { recursive: true })
    },
  }
}

blobStoreSuite('local', openOne)
blobAccessSuite('local', openOne)

/** Which of the blobs that the suites write go to the second folder. */
const COLDNESS: Readonly<Record<string, (count: number) => boolean>> = {
  'local, beside a cold folder': () => false,
  'local, in the cold folder': () => true,
  'local, in both folders': (count) => count % 2 === 1,
}

async function openBoth(isCold: (count: number) => boolean) {
  const dir = await mkdtemp(join(tmpdir(), 'coset-blobs-'))
  const local = await openLocalStore({ dir: join(dir, 'data'), coldDir: join(dir, 'cold') })
  let count = 0
  const store: BlobStore = {
    ...local.blobs,
    write: (body, options) => local.blobs.write(body, { ...options, cold: isCold(count++) }),
  }
  return {
    store,
    pathOf: (id: BlobId) => pathOfBlob(join(dir, id.length > 32 ? 'cold' : 'data', 'blobs'), id),
    async close() {
      await local.close()
      await rm(dir, { recursive: true })
    },
  }
}

for (const [name, isCold] of Object.entries(COLDNESS)) blobStoreSuite(name, () => openBoth(isCold))
blobAccessSuite('local, in both folders', () => openBoth((count) => count % 2 === 1))

describe('local blobs', () => {
  let dir: string
  let store: LocalStore
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'coset-blobs-'))
    store = await openLocalStore({ dir })
  })
  afterEach(async () => {
    await store.close()
    await rm(dir, { recursive: true })
  })

  const pathOf = (id: BlobId) => join(dir, 'blobs', shardOf(id), id)
  const write = (content: Uint8Array) => store.blobs.write(once(content), { sizeMax: 1e9, signal })
  const read = async (id: BlobId, offset: number, length: number) => {
    const chunks: Uint8Array[] = []
    try {
      for await (const chunk of store.blobs.read(id, { offset, length }, { signal })) chunks.push(chunk)
      return { bytes: Buffer.concat(chunks) }
    } catch (error) {
      return { bytes: Buffer.concat(chunks), error }
    }
  }
  const flip = async (path: string, position: number) => {
    const file = await open(path, 'r+')
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, position)
    byte[0] = (byte[0] ?? 0) ^ 1
    await file.write(byte, 0, 1, position)
    await file.close()
  }
  const damage = { code: 'InternalError', message: 'The stored content is damaged.' }

  it('yields no byte of a damaged block, and every byte of the others', async () => {
    const content = Buffer.alloc(2_000_000, 'content')
    const { id } = await write(content)
    await flip(pathOf(id), 1_500_000)
    const whole = await read(id, 0, content.length)
    expect(whole.error).toMatchObject(damage)
    expect(whole.bytes.length).toBeLessThanOrEqual(1_500_000)
    expect(whole.bytes.equals(content.subarray(0, whole.bytes.length))).toBe(true)
    expect((await read(id, 0, 1_000_000)).bytes.equals(content.subarray(0, 1_000_000))).toBe(true)
    expect((await read(id, 1_900_000, 100_000)).bytes.length).toBe(100_000)
    expect((await read(id, 1_499_000, 10)).error).toMatchObject(damage)
  })

  it.each([
    0, 1, 10, 70_000, 70_003, 70_020, 70_039,
  ])('finds the flip of byte %i of a small blob', async (at) => {
    const { id } = await write(Buffer.alloc(70_000, 'x'))
    expect((await stat(pathOf(id))).size).toBe(70_040)
    await flip(pathOf(id), at)
    const { bytes, error } = await read(id, 0, 70_000)
    expect(error).toMatchObject(damage)
    expect(bytes.length).toBe(0)
  })

  it.each([0, 1, 20, 500, 65_536, 70_039])('finds a file cut to %i bytes', async (size) => {
    const { id } = await write(Buffer.alloc(70_000, 'x'))
    await truncate(pathOf(id), size)
    expect((await read(id, 0, 1)).error).toMatchObject(damage)
    expect(await store.blobs.list({ limit: 5 })).toEqual([{ id, size }])
  })

  it('names the blob and what is wrong with it, for the log alone', async () => {
    const causeOf = async (id: BlobId, length: number) => {
      const { error } = await read(id, 0, length)
      return ((error as Error).cause as Error).message
    }
    const { id } = await write(Buffer.alloc(200_000, 'x'))
    expect(await causeOf(id, 200_001)).toBe(`The blob ${id} holds 200000 bytes and not 200001.`)
    await flip(pathOf(id), 70_000)
    expect(await causeOf(id, 200_000)).toBe(
      `Block 1 of the blob ${id}, at byte 65536, does not have its checksum.`,
    )
    await truncate(pathOf(id), 1000)
    expect(await causeOf(id, 200_000)).toBe(
      `The file of the blob ${id} is cut or its footer is damaged: it has 1000 bytes.`,
    )
    await rm(pathOf(id))
    expect(await causeOf(id, 200_000)).toBe(`The file of the blob ${id} is missing.`)
  })

  it('lists what a crash left by its bare size, and passes over files of others', async () => {
    const { id } = await write(Buffer.from('whole'))
    const partial = `000000000001${shardOf(id)}${'0'.repeat(18)}` as BlobId
    await writeFile(pathOf(partial), Buffer.alloc(100))
    await writeFile(join(dir, 'blobs', shardOf(id), 'README'), 'not a blob')
    await writeFile(join(dir, 'blobs', 'stray'), 'not a shard')
    expect(await store.blobs.list({ limit: 10 })).toEqual([
      { id: partial, size: 100 },
      { id, size: 5 },
    ])
    await store.blobs.delete([partial])
    expect(await store.blobs.list({ limit: 10 })).toHaveLength(1)
  })

  it('removes the file of every write that fails', async () => {
    async function* broken(): ByteStream {
      yield Buffer.alloc(3_000_000)
      throw new Error('The body broke off.')
    }
    await expect(store.blobs.write(broken(), { sizeMax: 1e9, signal })).rejects.toThrow()
    const files = (await readdir(join(dir, 'blobs'), { recursive: true })).filter((name) => name.length > 3)
    expect(files).toEqual([])
  })

  it('spreads blobs of one time over many shards', async () => {
    await Promise.all(Array.from({ length: 60 }, () => write(Buffer.from('x'))))
    expect((await readdir(join(dir, 'blobs'))).length).toBeGreaterThan(20)
  })

  it('closes its files, whichever way a read ends', async () => {
    const openFiles = async () => {
      const links = await readdir('/proc/self/fd').catch(() => [])
      return links.length
    }
    const { id } = await write(Buffer.alloc(3_000_000))
    const before = await openFiles()
    for (let n = 0; n < 20; n++) {
      for await (const _ of store.blobs.read(id, { offset: 0, length: 3_000_000 }, { signal })) break
      await read(id, 0, 3_000_001)
      await read(id, 0, 3_000_000)
    }
    expect(await openFiles()).toBeLessThan(before + 10)
  })
})
