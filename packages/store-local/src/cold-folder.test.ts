import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BlobId, ByteStream } from '@coset/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEnvironment } from './environment.js'
import { StoreFormatError, StoreUnusableError } from './errors.js'
import { type LocalStore, openLocalStore } from './open.js'

const { signal } = new AbortController()

let root: string
let dir: string
let cold: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coset-cold-'))
  dir = join(root, 'data')
  cold = join(root, 'cold')
})
afterEach(() => rm(root, { recursive: true, force: true }))

async function* once(text: string): ByteStream {
  yield Buffer.from(text)
}

const open = (coldDir?: string) => openLocalStore({ dir, coldDir })
const write = async ({ blobs }: LocalStore, text: string, isCold?: boolean) =>
  (await blobs.write(once(text), { sizeMax: 100, signal, ...(isCold ? { cold: true } : {}) })).id

async function read({ blobs }: LocalStore, id: BlobId, length: number): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of blobs.read(id, { offset: 0, length }, { signal })) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

/** The names of the blob files of a folder. */
async function filesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, 'blobs'), { recursive: true })
  return names.filter((name) => name.length > 3).map((name) => name.slice(3))
}

async function useOnce(coldDir?: string): Promise<void> {
  const local = await open(coldDir)
  await local.close()
}

/** What `work` does to a store that is then closed. */
async function using<T>(coldDir: string | undefined, work: (local: LocalStore) => Promise<T>): Promise<T> {
  const local = await open(coldDir)
  try {
    return await work(local)
  } finally {
    await local.close()
  }
}

describe('a cold folder', () => {
  it('takes what is written as cold, and the data folder the rest', async () => {
    const ids = await using(cold, async (local) => {
      const [warm, icy] = [await write(local, 'warm'), await write(local, 'icy', true)]
      expect([await read(local, warm, 4), await read(local, icy, 3)]).toEqual(['warm', 'icy'])
      expect(await local.blobs.list({ limit: 10 })).toEqual([
        { id: warm, size: 4 },
        { id: icy, size: 3 },
      ])
      return { warm, icy }
    })
    expect(await filesOf(dir)).toEqual([ids.warm])
    expect(await filesOf(cold)).toEqual([ids.icy])
    await using(cold, async (local) => {
      expect(await read(local, ids.icy, 3)).toBe('icy')
      await local.blobs.delete([ids.warm, ids.icy])
      expect(await local.blobs.list({ limit: 10 })).toEqual([])
    })
    expect([await filesOf(dir), await filesOf(cold)]).toEqual([[], []])
  })

  it('is a wish that a store without one passes over', async () => {
    const id = await using(undefined, (local) => write(local, 'icy', true))
    expect(await filesOf(dir)).toEqual([id])
  })

  it('passes over the files of the other folder', async () => {
    await using(cold, async (local) => {
      const [warm, icy] = [await write(local, 'warm'), await write(local, 'icy', true)]
      for (const [folder, id] of [
        [cold, warm],
        [dir, icy],
      ] as const) {
        await mkdir(join(folder, 'blobs', id.slice(12, 14)), { recursive: true })
        await writeFile(join(folder, 'blobs', id.slice(12, 14), id), 'astray')
      }
      expect(await local.blobs.list({ limit: 10 })).toHaveLength(2)
    })
  })

  it('is created for its owner alone, and marked with the data folder it belongs to', async () => {
    await useOnce(cold)
    expect((await stat(cold)).mode & 0o777).toBe(0o700)
    expect((await readdir(cold)).sort()).toEqual(['blobs', 'format'])
    expect(JSON.parse(await readFile(join(cold, 'format'), 'utf8'))).toEqual({
      format: 'coset-cold',
      version: 1,
      data: expect.stringMatching(/^[0-9a-f]{32}$/),
    })
    await useOnce(cold)
  })

  it('may join a data folder that has been used without one', async () => {
    const id = await using(undefined, (local) => write(local, 'warm'))
    await using(cold, async (local) => expect(await read(local, id, 4)).toBe('warm'))
  })

  it('may be an empty folder, or one with the lost+found of its file system', async () => {
    await mkdir(join(cold, 'lost+found'), { recursive: true })
    await useOnce(cold)
    await useOnce(cold)
  })

  it('may move', async () => {
    const id = await using(cold, (local) => write(local, 'icy', true))
    const moved = join(root, 'moved')
    await rename(cold, moved)
    await using(moved, async (local) => expect(await read(local, id, 3)).toBe('icy'))
    await expect(open()).rejects.toThrow(`last at ${moved}:`)
  })

  it('may be opened by several processes at once when it is new', async () => {
    const opening = () => openLocalStore({ dir, coldDir: cold, role: 'worker' })
    const stores = await Promise.all([opening(), opening(), opening()])
    const id = await write(stores[0] as LocalStore, 'icy', true)
    for (const store of stores) expect(await read(store, id, 3)).toBe('icy')
    await Promise.all(stores.map((store) => store.close()))
  })

  it('is found again when a crash came between the two marks', async () => {
    await useOnce(cold)
    const environment = openEnvironment(dir)
    await environment.house.remove(Buffer.from('cold'))
    await environment.root.close()
    await useOnce(cold)
    await expect(open()).rejects.toThrow(StoreUnusableError)
  })
})

describe('what is refused', () => {
  /** Refused with one line, as owner and as worker, and without a trace: the right folder opens afterwards. */
  async function expectRefused(coldDir: string | undefined, message: string | RegExp): Promise<void> {
    for (const role of ['owner', 'worker'] as const) {
      const opening = openLocalStore({ dir, coldDir, role })
      await expect(opening).rejects.toThrow(StoreUnusableError)
      await expect(opening).rejects.toThrow(message)
      await expect(opening).rejects.toThrow(/^[^\n]+$/)
    }
  }

  it('is a data folder without its cold folder', async () => {
    await useOnce(cold)
    await expectRefused(
      undefined,
      `The data folder ${dir} has a cold folder, last at ${cold}: it must be named with --cold-data.`,
    )
    await useOnce(cold)
  })

  it('is a folder that is not there, and it is not made', async () => {
    await useOnce(cold)
    const wrong = join(root, 'wrong')
    await expectRefused(
      wrong,
      `The cold folder ${wrong} is not that of the data folder ${dir}, last at ${cold}: it has no format file.`,
    )
    expect((await readdir(root)).sort()).toEqual(['cold', 'data'])
    await useOnce(cold)
  })

  it('is an empty folder, where a disk is not mounted', async () => {
    await useOnce(cold)
    await rename(cold, join(root, 'unmounted'))
    await mkdir(cold)
    await expectRefused(cold, 'it has no format file')
    expect(await readdir(cold)).toEqual([])
  })

  it('is the cold folder of another data folder', async () => {
    const other = join(root, 'other')
    await (await openLocalStore({ dir: other, coldDir: cold })).close()
    const message = `The cold folder ${cold} belongs to another data folder than ${dir}.`
    await expectRefused(cold, message)
    const own = join(root, 'own')
    await useOnce(own)
    await expectRefused(cold, message)
    await useOnce(own)
    await (await openLocalStore({ dir: other, coldDir: cold })).close()
  })

  it('is a folder of something else, untouched', async () => {
    await mkdir(cold)
    await writeFile(join(cold, 'thesis.txt'), 'precious')
    await expectRefused(cold, `The cold folder ${cold} cannot be used: it holds files of something else.`)
    expect(await readdir(cold)).toEqual(['thesis.txt'])
    await useOnce()
  })

  it('is a data folder in its place', async () => {
    await useOnce()
    await expectRefused(dir, `The cold folder ${dir} cannot be used: its format file is of something else.`)
  })

  it('is a cold folder in place of the data folder', async () => {
    await useOnce(cold)
    const opening = openLocalStore({ dir: cold })
    await expect(opening).rejects.toThrow(`The data folder ${cold} cannot be used`)
    await useOnce(cold)
  })

  it('is a newer format', async () => {
    await mkdir(cold)
    await writeFile(join(cold, 'format'), '{"format":"coset-cold","version":2,"data":"x"}')
    await expect(open(cold)).rejects.toThrow(StoreFormatError)
    await expect(open(cold)).rejects.toThrow(
      `The cold folder ${cold} has format 2; this version reads up to 1.`,
    )
  })

  it('is a folder that can not be made', async () => {
    await writeFile(join(root, 'file'), '')
    const path = join(root, 'file', 'cold')
    await expectRefused(path, /^The cold folder .*file\/cold cannot be used: ENOTDIR/)
  })
})

describe('an opening that creates nothing', () => {
  const join = (coldDir?: string) => openLocalStore({ dir, coldDir, role: 'worker', mustExist: true })

  it('takes the cold folder that belongs here', async () => {
    const id = await using(cold, (local) => write(local, 'icy', true))
    const local = await join(cold)
    expect(await read(local, id, 3)).toBe('icy')
    await local.close()
  })

  it('refuses to go without it', async () => {
    await useOnce(cold)
    await expect(join()).rejects.toThrow(`last at ${cold}: it must be named with --cold-data.`)
  })

  it('makes no cold folder for a data folder without one', async () => {
    await useOnce()
    await expect(join(cold)).rejects.toThrow(
      `The data folder ${dir} has no cold folder; ${cold} is not its own.`,
    )
    expect(await readdir(root)).toEqual(['data'])
    await useOnce()
  })
})
