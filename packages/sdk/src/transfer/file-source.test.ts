import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openFileSource } from './file-source.js'
import type { UploadSource } from './upload-source.js'

const MIB = 1024 * 1024
const BYTES = randomBytes(3 * MIB + 777)

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coset-source-'))
  file = join(folder, 'file')
})
afterAll(() => rm(folder, { recursive: true }))
beforeEach(() => writeFile(file, BYTES))

async function read(source: UploadSource, offset: number, length: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  // Copied, as a chunk is good only until the next one.
  for await (const chunk of source.read(offset, length)) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.fail('It succeeded.'),
    (error: unknown) => error,
  )
const openFiles = async () => (await readdir('/proc/self/fd')).length

describe('a file as a source', () => {
  it.each([
    [0, BYTES.length],
    [0, 0],
    [BYTES.length, 0],
    [5, 1],
    [0, 512 * 1024],
    [1, 512 * 1024 + 1],
    [MIB, 2 * MIB + 777],
    [BYTES.length - 10, 10],
  ])('gives the slice from %d of %d bytes', async (offset, length) => {
    const source = await openFileSource(file)
    expect(source.size).toBe(BYTES.length)
    expect((await read(source, offset, length)).equals(BYTES.subarray(offset, offset + length))).toBe(true)
    await source.close()
  })

  it('gives several slices at a time, and each as often as wanted', async () => {
    const source = await openFileSource(file)
    for (let time = 0; time < 3; time++) {
      const slices = [0, 1, 2].map((number) => read(source, number * MIB, MIB))
      expect(Buffer.concat(await Promise.all(slices)).equals(BYTES.subarray(0, 3 * MIB))).toBe(true)
    }
    await source.close()
  })

  it('is let go when nobody reads on', async () => {
    const before = await openFiles()
    const source = await openFileSource(file)
    for await (const _ of source.read(0, BYTES.length)) break
    await source.close()
    expect(await openFiles()).toBe(before)
  })

  it.each<[string, () => Promise<unknown>]>([
    ['edited', () => writeFile(file, randomBytes(BYTES.length))],
    [
      'edited, with its old time',
      async () => {
        await writeFile(file, randomBytes(BYTES.length))
        await utimes(file, 1, 1)
      },
    ],
    ['longer', () => writeFile(file, Buffer.concat([BYTES, BYTES]))],
    ['shorter', () => truncate(file, MIB)],
    [
      'replaced',
      async () => {
        await writeFile(`${file}.new`, BYTES)
        await rename(`${file}.new`, file)
      },
    ],
    ['deleted', () => rm(file)],
  ])('tells when it is %s', async (_, change) => {
    await utimes(file, 1, 1)
    const source = await openFileSource(file)
    await expect(source.verify()).resolves.toBeUndefined()
    await change()
    expect(await failure(source.verify())).toMatchObject({ kind: 'changed' })
    await source.close()
  })

  it('is not given to its end once it is another', async () => {
    for (const size of [MIB, BYTES.length, 4 * MIB]) {
      await writeFile(file, BYTES)
      const source = await openFileSource(file)
      await writeFile(file, randomBytes(size))
      expect(await failure(read(source, 0, BYTES.length))).toMatchObject({ kind: 'changed' })
      await source.close()
    }
  })

  it('must be a file that can be read', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, folder, join(folder, 'missing'), join(file, 'below')]) {
      expect(await failure(openFileSource(path))).toMatchObject({ name: 'CosClientError', kind: 'file' })
    }
    expect(await failure(openFileSource(join(folder, 'missing')))).toHaveProperty('cause.code', 'ENOENT')
  })
})
