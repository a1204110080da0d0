// What a store must do whose blobs other processes read by themselves: they get the same bytes, and find the same damage.
import { open as openFile, rm, stat, truncate } from 'node:fs/promises'
import type { BlobId, BlobStore, LocalBlobs } from '@coset/core'
import type { Fault } from '@coset/model'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bytesNamed, collect, inChunks } from '../bodies.js'
import { seededRandom } from '../seeded-random.js'
import type { OpenBlobStore } from './blob-suite.js'

declare const WebAssembly: {
  Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer }
}

export interface OpenBlobFiles extends OpenBlobStore {
  /** Each blob is a file, of which every byte counts. */
  pathOf(id: BlobId): string
}

interface Range {
  readonly offset: number
  readonly length: number
}

const KIB = 1024
const SIZES = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 128 * KIB, 1024 * KIB + 17, 3072 * KIB + 5]
const { signal } = new AbortController()

export function blobAccessSuite(name: string, open: () => Promise<OpenBlobFiles>): void {
  describe(`access to blobs: ${name}`, () => {
    let opened: OpenBlobFiles
    let store: BlobStore
    let local: LocalBlobs
    beforeEach(async () => {
      opened = await open()
      store = opened.store
      local = await openBlobs(store)
    })
    afterEach(async () => {
      local.close()
      await opened.close()
    })

    const write = async (content: Uint8Array) =>
      (await store.write(inChunks(content, 50_000), { sizeMax: content.length, signal })).id
    const readHere = (id: BlobId, range: Range) => outcome(() => collect(store.read(id, range, { signal })))
    const readThere = (id: BlobId, { offset, length }: Range, from = local) =>
      outcome(async () => {
        const into = Buffer.alloc(length, 0x21)
        from.read(id, offset, into)
        return into
      })

    it('is plain data', () => {
      expect(JSON.parse(JSON.stringify(store.access))).toEqual(store.access)
    })

    it.each(SIZES)('gives what was written: %i bytes, and any part of them', async (size) => {
      const content = bytesNamed(name, size)
      const id = await write(content)
      for (const { offset, length } of rangesOf(size, local.blockBytes)) {
        const expected = content.subarray(offset, offset + length).toString('latin1')
        expect(await readThere(id, { offset, length }), `${length} at ${offset}`).toBe(expected)
      }
    })

    it('fills memory of WebAssembly, and nothing beside what was asked for', async () => {
      const content = bytesNamed(name, 200 * KIB)
      const id = await write(content)
      const { buffer } = new WebAssembly.Memory({ initial: 8 })
      local.read(id, 1000, new Uint8Array(buffer, 3000, 150 * KIB))
      const memory = Buffer.from(buffer)
      expect(memory.subarray(3000, 3000 + 150 * KIB).equals(content.subarray(1000, 1000 + 150 * KIB))).toBe(
        true,
      )
      expect(memory.subarray(0, 3000).some(Boolean)).toBe(false)
      expect(memory.subarray(3000 + 150 * KIB).some(Boolean)).toBe(false)
    })

    it('goes to and fro between more blobs than stay open', async () => {
      const contents = Array.from({ length: 150 }, (_, at) => bytesNamed(`${at}`, 100 + at))
      const ids = await Promise.all(contents.map(write))
      for (const at of [...ids.keys(), ...[...ids.keys()].reverse(), 0, 149, 0]) {
        const expected = contents[at]?.toString('latin1')
        expect(await readThere(ids[at] as BlobId, { offset: 0, length: 100 + at })).toBe(expected)
      }
    })

    it('reads blobs that came later, and those that go while they are read', async () => {
      const id = await write(bytesNamed('a', 100 * KIB))
      const range = { offset: 5, length: 10 }
      const before = await readThere(id, range)
      await store.delete([id])
      expect(await readThere(id, range)).toBe(before)
      expect(await readThere(id, range, await openBlobs(store))).toEqual(await readHere(id, range))
    })

    it('fails beyond the end, as the store does', async () => {
      const id = await write(bytesNamed('a', 70_000))
      for (const [offset, length] of [
        [0, 70_001],
        [70_000, 1],
        [70_001, 0],
        [1e12, 1],
      ] as const) {
        const failed = await readThere(id, { offset, length })
        expect(failed).toMatchObject({ message: 'The stored content is damaged.' })
        expect(failed).toEqual(await readHere(id, { offset, length }))
      }
      for (const offset of [-1, 0.5, Number.NaN])
        expect(() => local.read(id, offset, Buffer.alloc(1))).toThrow(RangeError)
    })

    it.each([
      '',
      '..',
      '../format',
      'no such blob',
      '0'.repeat(31),
      `${'0'.repeat(32)}/..`,
    ])('has no blob with the id %j', async (id) => {
      const range = { offset: 0, length: 1 }
      const failed = await readThere(id as BlobId, range)
      expect(failed).toMatchObject({ message: 'The stored content is missing.' })
      expect(failed).toEqual(await readHere(id as BlobId, range))
    })

    it('tells of a file that is missing, as the store does', async () => {
      const id = await write(bytesNamed('a', 10))
      await rm(opened.pathOf(id))
      const range = { offset: 0, length: 10 }
      const failed = await readThere(id, range)
      expect(failed).toMatchObject({
        message: 'The stored content is missing.',
        reason: expect.stringContaining(id),
      })
      expect(failed).toEqual(await readHere(id, range))
    })

    it('finds each flipped bit where the store finds it, and nowhere else', async () => {
      const random = seededRandom(7)
      const size = 300 * KIB + 123
      const id = await write(bytesNamed('a', size))
      const file = opened.pathOf(id)
      const { size: fileSize } = await stat(file)
      const trailer = Array.from({ length: fileSize - size }, (_, at) => size + at)
      for (const at of [0, size - 1, ...trailer, ...Array.from({ length: 20 }, () => random.below(size))]) {
        await flip(file, at)
        const fresh = await openBlobs(store)
        const whole = await readThere(id, { offset: 0, length: size }, fresh)
        expect(whole, `byte ${at}`).toMatchObject({
          code: 'InternalError',
          message: 'The stored content is damaged.',
        })
        const offset = random.below(size)
        for (const range of [
          { offset: 0, length: size },
          { offset, length: random.below(size - offset) },
        ])
          expect(await readThere(id, range, fresh), `byte ${at}`).toEqual(await readHere(id, range))
        fresh.close()
        await flip(file, at)
      }
    })

    it('finds a file that was cut, before and after it was opened', async () => {
      const size = 200 * KIB
      for (const left of [0, 1, 31, 32, 500, 64 * KIB, size, size + 16]) {
        const id = await write(bytesNamed(`${left}`, size))
        const known = await openBlobs(store)
        known.read(id, 0, Buffer.alloc(1))
        await truncate(opened.pathOf(id), left)
        const range = { offset: 0, length: size }
        const failed = await readThere(id, range)
        expect(failed, `${left} left`).toMatchObject({ message: 'The stored content is damaged.' })
        expect(failed).toEqual(await readHere(id, range))
        // What it knew of the checksums may do; bytes that are gone never pass.
        if (left < size) expect(await readThere(id, range, known)).toMatchObject({ code: 'InternalError' })
        known.close()
      }
    })
  })
}

async function openBlobs({ access }: BlobStore): Promise<LocalBlobs> {
  if (!access) throw new Error('The store has no access.')
  const module = (await import(/* @vite-ignore */ access.module)) as {
    openBlobs(options: Readonly<Record<string, unknown>>): LocalBlobs
  }
  return module.openBlobs(JSON.parse(JSON.stringify(access.options)))
}

/** The bytes as text, or what is told of the failure and what is logged of it. */
async function outcome(read: () => Promise<Buffer>): Promise<unknown> {
  try {
    return (await read()).toString('latin1')
  } catch (error) {
    const { name, code, message, cause } = error as Fault
    return { name, code, message, reason: (cause as Error | undefined)?.message }
  }
}

/** All of it, parts around the edges of blocks, and some anywhere. */
function rangesOf(size: number, blockBytes: number): readonly Range[] {
  const random = seededRandom(size)
  const edges = [
    0,
    1,
    blockBytes - 1,
    blockBytes,
    blockBytes + 1,
    4 * blockBytes,
    8 * blockBytes - 1,
    size - 1,
    size,
  ]
  const somewhere = Array.from({ length: 20 }, () => random.below(size))
  return [...edges, ...somewhere]
    .filter((offset) => offset >= 0 && offset <= size)
    .flatMap((offset) => {
      const rest = size - offset
      const lengths = [0, 1, 2, blockBytes - 1, blockBytes, blockBytes + 1, random.below(rest), rest]
      return lengths.filter((length) => length <= rest).map((length) => ({ offset, length }))
    })
}

async function flip(path: string, position: number): Promise<void> {
  const file = await openFile(path, 'r+')
  try {
    const byte = Buffer.alloc(1)
    await file.read(byte, 0, 1, position)
    byte[0] = (byte[0] ?? 0) ^ (1 << (position % 8))
    await file.write(byte, 0, 1, position)
  } finally {
    await file.close()
  }
}
