import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openEnvironment } from './environment.js'
import { StoreFormatError, StoreInUseError, StoreUnusableError } from './errors.js'
import { openLocalStore } from './open.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-open-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

describe('owner', () => {
  /** The row as a store writes it. */
  const pretendOwner = async (owner: object) => {
    const local = await openLocalStore({ dir, role: 'worker' })
    await local.close()
    const environment = openEnvironment(dir)
    await environment.house.put(Buffer.from('owner'), Buffer.from(JSON.stringify(owner)))
    await environment.root.close()
  }
  const openAndClose = async () => (await openLocalStore({ dir })).close()

  it('keeps the folder for itself until it closes', async () => {
    const first = await openLocalStore({ dir })
    const second = openLocalStore({ dir })
    await expect(second).rejects.toThrow(StoreInUseError)
    await expect(second).rejects.toThrow(`The data folder ${dir} is in use by process ${process.pid}.`)
    // The refused opening has not harmed the first.
    const put = { kind: 'put', key: Uint8Array.of(1), value: Uint8Array.of(2) } as const
    expect(await first.metadata.commit({ checks: [], writes: [put] })).toMatchObject({ ok: true })
    await first.close()
    const third = await openLocalStore({ dir })
    expect(await third.metadata.read([put.key])).toMatchObject([{ value: put.value }])
    await third.close()
  })

  it('lets workers in beside it', async () => {
    const owner = await openLocalStore({ dir })
    const worker = await openLocalStore({ dir, role: 'worker' })
    await worker.close()
    const put = { kind: 'put', key: Uint8Array.of(1), value: Uint8Array.of(2) } as const
    expect(await owner.metadata.commit({ checks: [], writes: [put] })).toMatchObject({ ok: true })
    await owner.close()
  })

  it('is taken for dead when its process number belongs to a later process', async () => {
    await pretendOwner({ pid: process.pid, started: 'long ago', hostname: hostname(), heartbeat: Date.now() })
    await openAndClose()
  })

  it('on another machine lives as long as its heart beats', async () => {
    const owner = { pid: 1, started: null, hostname: 'elsewhere' }
    await pretendOwner({ ...owner, heartbeat: Date.now() - 5_000 })
    await expect(openAndClose()).rejects.toThrow(StoreInUseError)
    await pretendOwner({ ...owner, heartbeat: Date.now() - 60_000 })
    await openAndClose()
  })
})

describe('a process beside others', () => {
  it('knows whether it is alone with the folder', async () => {
    const first = await openLocalStore({ dir })
    expect(first.isAlone()).toBe(true)
    await first.close()
    const environment = openEnvironment(dir)
    const owner = { pid: 1, started: null, hostname: 'elsewhere', heartbeat: Date.now() }
    await environment.house.put(Buffer.from('owner'), Buffer.from(JSON.stringify(owner)))
    await environment.root.close()
    const beside = await openLocalStore({ dir, role: 'worker' })
    expect(beside.isAlone()).toBe(false)
    await beside.close()
  })
})

describe('a folder that must exist', () => {
  const opening = (path: string) => openLocalStore({ dir: path, role: 'worker', mustExist: true })

  it('is opened, and nothing is added to it', async () => {
    await (await openLocalStore({ dir })).close()
    const before = await readdir(dir, { recursive: true })
    await (await opening(dir)).close()
    expect(await readdir(dir, { recursive: true })).toEqual(before)
  })

  it('is not created', async () => {
    const path = join(dir, 'typo')
    await expect(opening(path)).rejects.toThrow(`There is no data folder at ${path}.`)
    expect(await readdir(dir)).toEqual([])
  })

  it('is refused, untouched, when it is empty', async () => {
    await expect(opening(dir)).rejects.toThrow(`The folder ${dir} is no data folder of coset.`)
    expect(await readdir(dir)).toEqual([])
  })

  it('is refused when it is a file', async () => {
    await writeFile(join(dir, 'file'), '')
    await expect(opening(join(dir, 'file', 'below'))).rejects.toThrow(StoreUnusableError)
    await expect(opening(join(dir, 'file'))).rejects.toThrow(StoreUnusableError)
  })
})

describe('folder', () => {
  const opening = (path: string) => openLocalStore({ dir: path })

  it('is created, with its format, for its owner alone', async () => {
    const path = join(dir, 'new', 'data')
    await (await opening(path)).close()
    expect((await stat(path)).mode & 0o777).toBe(0o700)
    expect(JSON.parse(await readFile(join(path, 'format'), 'utf8'))).toEqual({ format: 'coset', version: 1 })
    expect((await readdir(path)).sort()).toEqual(['blobs', 'format', 'metadata'])
  })

  it('may be opened by several at once when it is new', async () => {
    const path = join(dir, 'data')
    const stores = await Promise.all([1, 2, 3].map(() => openLocalStore({ dir: path, role: 'worker' })))
    await Promise.all(stores.map((store) => store.close()))
  })

  it('is refused, untouched, when it has a newer format', async () => {
    await writeFile(join(dir, 'format'), '{"format":"coset","version":2}')
    await expect(opening(dir)).rejects.toThrow(StoreFormatError)
    await expect(opening(dir)).rejects.toThrow(
      `The data folder ${dir} has format 2; this version reads up to 1.`,
    )
    expect(await readdir(dir)).toEqual(['format'])
  })

  it.each([
    '',
    '{',
    '[]',
    'null',
    '{"format":"other","version":1}',
  ])('is refused when its format file says %j', async (text) => {
    await writeFile(join(dir, 'format'), text)
    await expect(opening(dir)).rejects.toThrow(StoreUnusableError)
  })

  it('is refused, untouched, when it holds files of something else', async () => {
    await writeFile(join(dir, 'thesis.txt'), 'precious')
    await expect(opening(dir)).rejects.toThrow(StoreUnusableError)
    expect(await readdir(dir)).toEqual(['thesis.txt'])
  })

  it('is accepted when a file system left its lost+found there', async () => {
    await mkdir(join(dir, 'lost+found'))
    await (await opening(dir)).close()
  })

  it('is refused with its path and the cause when it cannot be made', async () => {
    await writeFile(join(dir, 'file'), '')
    const path = join(dir, 'file', 'data')
    await expect(opening(path)).rejects.toThrow(StoreUnusableError)
    await expect(opening(path)).rejects.toThrow(/The data folder .*file\/data cannot be used: ENOTDIR/)
  })

  it.runIf(process.platform === 'linux')('is refused at once where no folder can ever be made', async () => {
    await expect(opening('/proc/coset/data')).rejects.toThrow(
      /The data folder \/proc\/coset\/data cannot be used/,
    )
  })
})
