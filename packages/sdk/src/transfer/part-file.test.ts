import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadCrc64 } from '@coset/protocol'
import { beforeEach, describe, expect, it } from 'vitest'
import { PartFile, PartWriter } from './part-file.js'

const MIB = 1024 * 1024
let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-part-'))
  path = join(folder, 'file')
  return () => rm(folder, { recursive: true })
})

describe('a part file', () => {
  it('is written from several places at a time, in chunks of any size', async () => {
    const content = randomBytes(5 * MIB + 7)
    const file = await PartFile.create(path, content.length)
    const cuts = [0, 1_700_000, 1_700_001, 4 * MIB, content.length]
    await Promise.all(
      cuts.slice(1).map(async (end, index) => {
        const start = cuts[index] ?? 0
        const writer = file.writer(start)
        for (let at = start, size = 1; at < end; at += size, size = (size * 7) % 90_001) {
          size = Math.min(size, end - at)
          await writer.write(content.subarray(at, at + size))
        }
        await writer.end()
      }),
    )
    await file.sync()
    expect(await file.sumOf({ number: 1, offset: 0, length: content.length }, await loadCrc64())).toBe(
      (await loadCrc64()).of(content),
    )
    const slice = { number: 2, offset: 1_000_000, length: 2 * MIB }
    const expected = (await loadCrc64()).of(content.subarray(1_000_000, 1_000_000 + 2 * MIB))
    expect(await file.sumOf(slice, await loadCrc64())).toBe(expected)
    await file.close()
    expect(Buffer.compare(await readFile(path), content)).toBe(0)
  })

  it('is made anew, and never in the place of another', async () => {
    await writeFile(path, 'old')
    await expect(PartFile.create(path, 3)).rejects.toMatchObject({ kind: 'file', cause: { code: 'EEXIST' } })
    expect(await readFile(path, 'utf8')).toBe('old')
    const tooLarge = PartFile.create(join(folder, 'huge'), 2 ** 62)
    await expect(tooLarge).rejects.toMatchObject({ kind: 'file' })
  })

  it('is opened again only at its size', async () => {
    await writeFile(path, 'four')
    expect(await PartFile.reopen(path, 5, 'write')).toBeUndefined()
    expect(await PartFile.reopen(folder, (await stat(folder)).size, 'read')).toBeUndefined()
    expect(await PartFile.reopen(join(folder, 'nothing'), 0, 'read')).toBeUndefined()
    const file = await PartFile.reopen(path, 4, 'read')
    const writer = file?.writer(0)
    writer?.write(Buffer.from('x'))
    await expect(writer?.end()).rejects.toMatchObject({
      kind: 'file',
      message: expect.stringContaining(path),
    })
    await file?.close()
    expect(await readdir(folder)).toEqual(['file'])
  })
})

describe('a part writer', () => {
  it('makes whoever gives more wait while a write is under way', async () => {
    const written: number[] = []
    let finish = () => {}
    const write = (chunks: readonly Uint8Array[], position: number) => {
      written.push(position)
      expect(chunks.length).toBeGreaterThan(0)
      return new Promise<void>((resolve) => {
        finish = resolve
      })
    }
    const writer = new PartWriter(write, 10)
    const chunk = new Uint8Array(MIB / 2)
    expect(writer.write(chunk)).toBeUndefined()
    await writer.write(chunk)
    expect(writer.write(chunk)).toBeUndefined()
    let isGoing = false
    const second = writer.write(chunk)?.then(() => {
      isGoing = true
    })
    await new Promise(setImmediate)
    expect([written, isGoing]).toEqual([[10], false])
    finish()
    await second
    expect(written).toEqual([10, 10 + MIB])
    finish()
    await writer.end()
  })

  it('tells a failure to whoever writes next, and to nobody else', async () => {
    const failure = new Error('no space')
    const writer = new PartWriter(() => Promise.reject(failure), 0)
    await writer.write(new Uint8Array(MIB))
    await writer.settled()
    await expect(writer.end()).rejects.toBe(failure)
  })
})
