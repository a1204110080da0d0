import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { compareKeys } from '../../key-order.js'
import { type FilterOptions, filterOf } from './filter.js'
import { type WalkedEntry, type WalkOptions, walk } from './walk.js'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'coset-walk-'))
})
afterEach(() => rm(root, { recursive: true }))

async function write(...paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), path)
  }
}

async function walked(options: Partial<WalkOptions> & FilterOptions = {}): Promise<readonly WalkedEntry[]> {
  const { include, exclude, ...own } = options
  const filter = filterOf({ include, exclude })
  const usual = { filter, symlinks: 'follow', emptyFolders: false, signal: undefined } as const
  const entries: WalkedEntry[] = []
  for await (const entry of walk(root, { ...usual, ...own })) entries.push(entry)
  return entries
}

const told = (entries: readonly WalkedEntry[]) =>
  entries.map(
    ({ relative, kind, ...more }) => `${kind} ${relative}${'reason' in more ? ` ${more.reason}` : ''}`,
  )

describe('a walk', () => {
  it('gives files in the order in which a list gives their keys', async () => {
    const paths = [
      'a',
      'a!',
      'a.txt',
      'a/b',
      'a0',
      'b/',
      '\ufb03',
      '😀/x',
      '世/界',
      'B',
      'b-c',
      'b/d',
      'b/d.e/f',
      'b/d/g',
    ]
    const files = paths.filter((path) => !path.endsWith('/') && path !== 'a' && path !== 'b/d')
    await write(...files)
    const relatives = (await walked()).map(({ relative }) => relative)
    expect(relatives).toEqual([...files].sort(compareKeys))
    expect(relatives).toEqual([...files].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))))
  })

  it('tells sizes and paths', async () => {
    await write('d/file')
    expect(await walked()).toEqual([
      { kind: 'file', relative: 'd/file', path: join(root, 'd', 'file'), size: 6 },
    ])
  })

  it('gives all of a folder with many files, with folders between them', async () => {
    const files = Array.from({ length: 300 }, (_, index) => (index % 10 === 0 ? `${index}/x` : `${index}`))
    await write(...files)
    expect((await walked()).map(({ relative }) => relative)).toEqual([...files].sort(compareKeys))
  })

  it('follows links, but not in a circle', async () => {
    await write('a/file', 'b/c/file')
    await symlink('../..', join(root, 'b', 'c', 'top'))
    await symlink('../a', join(root, 'b', 'other'))
    await symlink('none', join(root, 'nothing'))
    expect(told(await walked())).toEqual([
      'file a/file',
      'file b/c/file',
      'skipped b/c/top/ cycle',
      'file b/other/file',
      'skipped nothing broken-link',
    ])
    expect(told(await walked({ symlinks: 'skip' }))).toEqual([
      'file a/file',
      'file b/c/file',
      'skipped b/c/top symlink',
      'skipped b/other symlink',
      'skipped nothing symlink',
    ])
  })

  it('leaves out what a filter does not want, and does not look into folders of which nothing is wanted', async () => {
    await write('a.ts', 'a.js', 'deep/a.ts', 'out/a.ts')
    await symlink('none', join(root, 'out', 'broken'))
    expect(told(await walked({ include: '*.ts', exclude: 'out' }))).toEqual(['file a.ts', 'file deep/a.ts'])
  })

  it('tells empty folders when they are wanted', async () => {
    await mkdir(join(root, 'a', 'b'), { recursive: true })
    await write('c/d')
    expect(told(await walked({ emptyFolders: true }))).toEqual(['empty-folder a/b/', 'file c/d'])
    expect(told(await walked())).toEqual(['file c/d'])
    expect(told(await walked({ emptyFolders: true, exclude: 'a' }))).toEqual(['file c/d'])
    expect(told(await walked({ emptyFolders: true, include: 'c/**' }))).toEqual(['file c/d'])
  })

  it('lets an error of a filter fly', async () => {
    await write('file')
    const exclude = () => {
      throw new RangeError('mine')
    }
    await expect(walked({ exclude })).rejects.toThrow(RangeError)
  })

  it('tells a name that is not UTF-8, and takes the mark of one for a name like any other', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${root}/x`), Buffer.from([0xff])]), '')
    await write('y\ufffd')
    expect(told(await walked())).toEqual(['failed x\ufffd', 'file y\ufffd'])
  })

  it('of no folder rejects, and an abort ends it', async () => {
    await write('file')
    const options = { filter: filterOf({}), symlinks: 'follow', emptyFolders: false } as const
    const first = (path: string, signal?: AbortSignal) => walk(path, { ...options, signal }).next()
    await expect(first(join(root, 'none'))).rejects.toMatchObject({ kind: 'file', cause: { code: 'ENOENT' } })
    await expect(first(join(root, 'file'))).rejects.toMatchObject({
      kind: 'file',
      cause: { code: 'ENOTDIR' },
    })
    await expect(first(root, AbortSignal.abort())).rejects.toMatchObject({ kind: 'aborted' })
  })
})
