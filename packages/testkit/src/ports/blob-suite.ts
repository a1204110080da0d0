// What every blob store must do, run unchanged against each of them.
import { randomBytes } from 'node:crypto'
import { type BlobId, type BlobStore, type ByteStream, blobIdPrefix } from '@coset/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

export interface OpenBlobStore {
  readonly store: BlobStore
  close(): Promise<void>
}

const KIB = 1024
const MIB = 1024 * KIB
const SIZES = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, MIB - 1, MIB, MIB + 1, 3 * MIB]

async function* inChunks(content: Uint8Array, size = 50_000): ByteStream {
  for (let at = 0; at < content.length; at += size) yield content.slice(at, at + size)
}

async function* failing(content: Uint8Array): ByteStream {
  yield* inChunks(content)
  throw new Error('The body broke off.')
}

/** Yields its content, then nothing any more; neither `next` nor `return` ever settles again. */
function hanging(content: Uint8Array): ByteStream {
  return (async function* () {
    yield* inChunks(content)
    await new Promise(() => {})
  })()
}

async function collect(stream: ByteStream): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function blobStoreSuite(name: string, open: () => Promise<OpenBlobStore>): void {
  describe(`blob store: ${name}`, () => {
    const { signal } = new AbortController()
    let opened: OpenBlobStore
    let store: BlobStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.close())

    const write = (content: Uint8Array) =>
      store.write(inChunks(content), { sizeMax: 10 * MIB, signal: new AbortController().signal })
    const read = (id: BlobId, offset: number, length: number) =>
      collect(store.read(id, { offset, length }, { signal }))
    const listed = () => store.list({ limit: 1000 })

    it.each(SIZES)('gives back the %i bytes it was given', async (size) => {
      const content = randomBytes(size)
      const blob = await write(content)
      expect(blob.size).toBe(size)
      expect((await read(blob.id, 0, size)).equals(content)).toBe(true)
      expect(await listed()).toEqual([{ id: blob.id, size }])
    })

    it('reads any range', async () => {
      const content = randomBytes(3 * MIB + 17)
      const { id } = await write(content)
      const edges = [0, 1, 64 * KIB - 1, 64 * KIB, 512 * KIB, 512 * KIB + 1, MIB, content.length - 1]
      const random = Array.from({ length: 30 }, () => Math.floor(Math.random() * content.length))
      for (const offset of [...edges, ...random]) {
        const rest = content.length - offset
        for (const length of [0, 1, Math.min(rest, 64 * KIB), Math.floor(Math.random() * rest), rest]) {
          const found = await read(id, offset, length)
          expect(found.equals(content.subarray(offset, offset + length)), `${offset}+${length}`).toBe(true)
        }
      }
    })

    it.each([
      512 * KIB,
      MIB,
    ])('lends the same bytes by %i, also after a reader that gave up', async (lentBytes) => {
      const content = randomBytes(4 * lentBytes + 17)
      const { id } = await write(content)
      const lent = async (offset: number, lengthMax: number) => {
        const found: Buffer[] = []
        const range = { offset, length: content.length - offset }
        let left = lengthMax
        for await (const chunk of store.read(id, range, { signal, lentBytes })) {
          found.push(Buffer.from(chunk))
          left -= chunk.length
          if (left <= 0) break
        }
        return Buffer.concat(found)
      }
      for (let round = 0; round < 2; round++) {
        const offsets = [0, lentBytes - 1, content.length - 1]
        const all = await Promise.all(offsets.map((offset) => lent(offset, Number.POSITIVE_INFINITY)))
        for (const [at, offset] of offsets.entries())
          expect(all[at]?.equals(content.subarray(offset)), `from ${offset}`).toBe(true)
        expect(content.subarray(0, MIB).equals((await lent(0, MIB)).subarray(0, MIB))).toBe(true)
      }
    })

    it.each([1, 3, 65_537, 2 * MIB])('takes chunks of %i bytes', async (chunkSize) => {
      const content = randomBytes(chunkSize < 10 ? 5_000 : 5 * MIB)
      const { id, size } = await store.write(inChunks(content, chunkSize), { sizeMax: 5 * MIB, signal })
      expect(size).toBe(content.length)
      expect((await read(id, 0, size)).equals(content)).toBe(true)
    })

    it('takes empty chunks', async () => {
      async function* body(): ByteStream {
        yield new Uint8Array(0)
        yield Buffer.from('ab')
        yield new Uint8Array(0)
        yield Buffer.from('c')
      }
      const { id, size } = await store.write(body(), { sizeMax: 3, signal })
      expect((await read(id, 0, size)).toString()).toBe('abc')
    })

    it('fails beyond the end of the content', async () => {
      const { id } = await write(Buffer.from('abc'))
      await expect(read(id, 0, 4)).rejects.toMatchObject({ code: 'InternalError' })
    })

    it('writes many blobs at a time', async () => {
      const contents = Array.from({ length: 40 }, (_, n) => randomBytes(n * 3000))
      const blobs = await Promise.all(contents.map(write))
      expect(new Set(blobs.map((blob) => blob.id)).size).toBe(contents.length)
      const found = await Promise.all(blobs.map(({ id, size }) => read(id, 0, size)))
      expect(found.every((bytes, n) => bytes.equals(contents[n] ?? Buffer.alloc(0)))).toBe(true)
    })

    it('leaves nothing behind when the body fails', async () => {
      for (const size of [0, 10, 3 * MIB]) {
        const writing = store.write(failing(randomBytes(size)), { sizeMax: 10 * MIB, signal })
        await expect(writing).rejects.toThrow('The body broke off.')
      }
      expect(await listed()).toEqual([])
    })

    it('leaves nothing behind when it is aborted, even by a body that hangs', async () => {
      for (const size of [0, 10, 3 * MIB]) {
        const controller = new AbortController()
        const writing = store.write(hanging(randomBytes(size)), {
          sizeMax: 10 * MIB,
          signal: controller.signal,
        })
        setTimeout(() => controller.abort(new Error('enough')), 20)
        await expect(writing).rejects.toThrow('enough')
      }
      expect(await listed()).toEqual([])
    })

    it('does not begin when it is aborted already', async () => {
      const writing = store.write(inChunks(randomBytes(10)), {
        sizeMax: 10,
        signal: AbortSignal.abort(new Error('enough')),
      })
      await expect(writing).rejects.toThrow('enough')
      expect(await listed()).toEqual([])
    })

    it('refuses more than the greatest size, takes exactly it, and lets the body go', async () => {
      let released = false
      async function* endless(): ByteStream {
        try {
          for (;;) yield new Uint8Array(1000)
        } finally {
          released = true
        }
      }
      const content = randomBytes(100_000)
      await expect(store.write(inChunks(content), { sizeMax: 99_999, signal })).rejects.toMatchObject({
        code: 'EntityTooLarge',
      })
      await expect(store.write(endless(), { sizeMax: 50_000, signal })).rejects.toMatchObject({
        code: 'EntityTooLarge',
      })
      expect(released).toBe(true)
      expect(await listed()).toEqual([])
      expect(await store.write(inChunks(content), { sizeMax: 100_000, signal })).toMatchObject({
        size: 100_000,
      })
    })

    it('begins ids with the time of their creation', async () => {
      const before = Date.now()
      const { id } = await write(Buffer.from('x'))
      expect(id >= blobIdPrefix(before)).toBe(true)
      expect(id < blobIdPrefix(Date.now() + 1)).toBe(true)
    })

    it('deletes, and deletes what is gone', async () => {
      const kept = await write(Buffer.from('kept'))
      const gone = await write(Buffer.from('gone'))
      await store.delete([gone.id])
      await store.delete([gone.id, 'no such blob' as BlobId])
      await expect(read(gone.id, 0, 4)).rejects.toMatchObject({
        code: 'InternalError',
        message: 'The stored content is missing.',
      })
      expect(await listed()).toEqual([{ id: kept.id, size: 4 }])
    })

    it('lists page by page, each blob once', async () => {
      const blobs = await Promise.all(Array.from({ length: 25 }, (_, n) => write(randomBytes(n))))
      const expected = blobs.sort((a, b) => (a.id < b.id ? -1 : 1))
      const found: { id: BlobId; size: number }[] = []
      for (;;) {
        const after = found.at(-1)?.id
        const page = await store.list(after === undefined ? { limit: 7 } : { after, limit: 7 })
        found.push(...page)
        if (page.length < 7) break
      }
      const last = found.at(-1)
      expect(last && (await store.list({ after: last.id, limit: 5 }))).toEqual([])
      expect(found.sort((a, b) => (a.id < b.id ? -1 : 1))).toEqual(expected)
      expect(await store.list({ limit: 0 })).toEqual([])
    })

    it('lets a reader stop early, and go on with the store', async () => {
      const content = randomBytes(3 * MIB)
      const { id } = await write(content)
      for await (const chunk of store.read(id, { offset: 0, length: content.length }, { signal })) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      await store.delete([id])
      expect(await listed()).toEqual([])
    })

    it('stops a reader whose signal fires', async () => {
      const content = randomBytes(3 * MIB)
      const { id } = await write(content)
      const controller = new AbortController()
      const range = { offset: 0, length: content.length }
      const reading = (async () => {
        for await (const _ of store.read(id, range, { signal: controller.signal })) {
          controller.abort(new Error('enough'))
        }
      })()
      await expect(reading).rejects.toThrow('enough')
    })
  })
}
