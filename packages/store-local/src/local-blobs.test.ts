import { createReadStream } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BlobId } from '@coset/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { blobAccess } from './blob-access.js'
import { BLOCK_SIZE, pathOfBlob, TrailerBuilder } from './blob-format.js'
import { openBlobs } from './local-blobs.js'
import { openLocalStore } from './open.js'

/** More blocks than the checksums of any one part of the table are for, so that it is read in four. */
const BLOCKS = 3 * 4096 + 100
const LENGTH = BLOCKS * BLOCK_SIZE - 7

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-local-'))
})
afterEach(() => rm(dir, { recursive: true }))

const idOf = (digit: string) => digit.repeat(32) as BlobId
const damage = 'The stored content is damaged.'

describe('a blob of many blocks', () => {
  /** It is all zeros, of which the file system keeps none; but what it is compared with is real. */
  async function writeLarge(id: BlobId, change: (trailer: Buffer) => void = () => {}): Promise<void> {
    const trailer = new TrailerBuilder()
    const zeros = Buffer.alloc(BLOCK_SIZE)
    for (let at = 0; at < LENGTH; at += BLOCK_SIZE) trailer.add(zeros.subarray(0, LENGTH - at))
    const bytes = trailer.finish()
    change(bytes)
    await mkdir(join(dir, id.slice(12, 14)))
    const file = await open(pathOfBlob(dir, id), 'w')
    await file.write(bytes, 0, bytes.length, LENGTH)
    await file.close()
  }

  it('is compared with the right checksums, in any order', async () => {
    await writeLarge(idOf('1'))
    const blobs = openBlobs({ main: dir })
    const into = Buffer.alloc(2 * BLOCK_SIZE + 2)
    const edges = [0, 4095, 4096, 8190, 8191, BLOCKS - 3, 12_287, 12_289, 5, 0]
    for (const block of edges) {
      into.fill(1)
      blobs.read(idOf('1'), block * BLOCK_SIZE + 3, into)
      expect(into.some(Boolean), `block ${block}`).toBe(false)
    }
    expect(() => blobs.read(idOf('1'), LENGTH - 1, Buffer.alloc(2))).toThrow(damage)
    blobs.close()
  })

  it('is damaged where one of them is', async () => {
    const blocks = [0, 4095, 4096, 12_287, BLOCKS - 1]
    await writeLarge(idOf('2'), (trailer) => {
      for (const block of blocks) trailer[block * 4] = (trailer[block * 4] ?? 0) ^ 1
    })
    const blobs = openBlobs({ main: dir })
    const read = (block: number) => () => blobs.read(idOf('2'), block * BLOCK_SIZE, Buffer.alloc(1))
    for (const block of blocks) {
      expect(read(block), `block ${block}`).toThrow(damage)
      if (block > 0) expect(read(block - (block === 4096 ? 2 : 1))).not.toThrow()
    }
    blobs.close()
  })
})

describe('readers of local blobs', () => {
  it('keep few files open, and none in the end', async () => {
    const store = await openLocalStore({ dir: join(dir, 'data') })
    const { signal } = new AbortController()
    const body = createReadStream(new URL(import.meta.url), { highWaterMark: 100 })
    const { id } = await store.blobs.write(body, { sizeMax: 1e6, signal })
    const shard = join(dir, 'data', 'blobs', id.slice(12, 14))
    const whole = await readFile(join(shard, id))
    const ids = Array.from(
      { length: 200 },
      (_, at) => `${id.slice(0, 29)}${`${at}`.padStart(3, '0')}` as BlobId,
    )
    await Promise.all(
      ids.map((one) =>
        open(join(shard, one), 'w').then((file) => file.writeFile(whole).then(() => file.close())),
      ),
    )
    const before = await openFiles()
    const blobs = openBlobs(store.blobs.access?.options ?? {})
    for (const one of ids) blobs.read(one, 0, Buffer.alloc(10))
    expect(await openFiles()).toBeLessThanOrEqual(before + 64)
    await truncate(join(shard, id), 40)
    for (let turn = 0; turn < 100; turn++) expect(() => blobs.read(id, 0, Buffer.alloc(10))).toThrow(damage)
    expect(await openFiles()).toBeLessThanOrEqual(before + 64)
    blobs.close()
    expect(await openFiles()).toBe(before)
    await store.close()
  })

  it('are found from wherever the other process stands', () => {
    const places = { main: 'data/blobs', cold: 'cold/blobs' }
    expect(blobAccess(places).options).toEqual({ main: resolve('data/blobs'), cold: resolve('cold/blobs') })
    expect(blobAccess({ main: '/data/blobs' }).options).toEqual({ main: '/data/blobs' })
  })

  it('refuse options that are not theirs, and do not tell them', () => {
    for (const options of [{}, { main: 1 }, { main: dir, cold: 1 }]) {
      expect(() => openBlobs(options)).toThrow('These are not the options of the access to local blobs.')
    }
  })

  it('load little: the query waits for it', async () => {
    const store = await openLocalStore({ dir: join(dir, 'data') })
    const loaded = await imports(new URL(store.blobs.access?.module ?? ''))
    expect([...loaded].sort()).toEqual(
      [
        '@coset/model/faults',
        './blob-checks.js',
        './blob-format.js',
        'node:fs',
        'node:path',
        'node:zlib',
      ].sort(),
    )
    await store.close()
  })
})

async function openFiles(): Promise<number> {
  return (await readdir('/proc/self/fd').catch(() => [])).length
}

/** What a built file imports, and what that imports of the same package. */
async function imports(file: URL, known = new Set<string>()): Promise<ReadonlySet<string>> {
  const source = await readFile(file, 'utf8')
  for (const [, name = ''] of source.matchAll(/^(?:import|export) [^;]*?from '([^']+)'/gm)) {
    if (known.has(name)) continue
    known.add(name)
    if (name.startsWith('.')) await imports(new URL(name, file), known)
  }
  return known
}
