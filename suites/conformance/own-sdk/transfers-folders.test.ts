// Whole folders up and down, by our own SDK.
import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type CosClient, DirectoryResult, type TransferredFile } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { asNobody } from './as-nobody.js'
import { newBucketName, openClient, refusal } from './folder-stations.js'

const MIB = 1024 * 1024

let server: TestServer
let cos: CosClient
let base: string
let Bucket: string
let local: string

beforeAll(async () => {
  server = await startServer({ storage: 'local' })
  cos = openClient(server)
  base = await mkdtemp(join(tmpdir(), 'coset-folders-'))
})
afterAll(async () => {
  await cos.close()
  await server.stop()
  await rm(base, { recursive: true })
})
beforeEach(async () => {
  Bucket = newBucketName()
  local = await mkdtemp(join(base, 'local-'))
  await cos.putBucket({ Bucket })
})

const keysOf = (files: readonly TransferredFile[]) => files.map(({ Key }) => Key)
const reasonsOf = ({ skipped }: DirectoryResult) =>
  Object.fromEntries(skipped.map(({ Key, reason }) => [Key, reason]))
const failuresOf = ({ failed }: DirectoryResult) =>
  Object.fromEntries(failed.map(({ Key, error }) => [Key, error.message]))

async function write(files: Readonly<Record<string, string | Uint8Array>>, root = local): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), content)
  }
}

async function put(objects: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
  for (const [Key, Body] of Object.entries(objects)) await cos.putObject({ Bucket, Key, Body })
}

/** Path and content of every file below. */
async function treeOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const tree: Record<string, string> = {}
  for (const file of files.sort())
    tree[file.slice(root.length + 1)] = (await readFile(file)).toString('latin1')
  return tree
}

const upload = (more: object = {}, options: object = {}) =>
  cos.uploadDirectory(
    { Bucket, LocalDirPath: local, ...more },
    { checkpoint: { folder: join(base, 'state') }, ...options },
  )
const download = (LocalDirPath: string, more: object = {}, options: object = {}) =>
  cos.downloadDirectory(
    { Bucket, LocalDirPath, ...more },
    { checkpoint: { folder: join(base, 'state') }, ...options },
  )
const listed = async (Prefix = '') =>
  (await cos.listObjects({ Bucket, Prefix })).Contents.map(({ Key }) => Key)

describe('folders of any kind', () => {
  it('go up and down as they are: 5,000 small files, then nothing, then the one that changed', async () => {
    for (let index = 0; index < 5000; index++) {
      const path = join(local, `${index % 50}`, `${index % 7}`)
      if (index < 350) await mkdir(path, { recursive: true })
      await writeFile(join(path, `${index}.bin`), randomBytes(index % 300))
    }
    const sent = await upload({ Prefix: 'data' })
    expect(sent).toMatchObject({ success_all: true, stoppedEarly: false })
    expect([sent.succeeded.length, sent.skipped.length, sent.failed.length]).toEqual([5000, 0, 0])
    const copy = join(base, 'copy')
    const fetched = await download(copy, { Prefix: 'data/' })
    expect([fetched.succeeded.length, fetched.failed.length]).toEqual([5000, 0])
    expect(await treeOf(copy)).toEqual(await treeOf(local))

    const again = await upload({ Prefix: 'data' })
    expect([again.succeeded.length, again.skipped.length]).toEqual([0, 5000])
    expect(new Set(again.skipped.map(({ reason }) => reason))).toEqual(new Set(['equal']))
    const fetchedAgain = await download(copy, { Prefix: 'data' })
    expect([fetchedAgain.succeeded.length, fetchedAgain.skipped.length]).toEqual([0, 5000])

    const changed = randomBytes(299)
    await writeFile(join(local, '49', '5', '299.bin'), changed)
    expect(keysOf((await upload({ Prefix: 'data' })).succeeded)).toEqual(['data/49/5/299.bin'])
    expect(keysOf((await download(copy, { Prefix: 'data' })).succeeded)).toEqual(['data/49/5/299.bin'])
    expect(await readFile(join(copy, '49', '5', '299.bin'))).toEqual(changed)
  })

  it('have large files in parts, which are compared by their CRC-64', async () => {
    const large = randomBytes(21 * MIB)
    await write({ large, small: 'small' })
    const events: string[] = []
    const progress: number[] = []
    const sent = await upload(
      { PartSize: 8 },
      {
        onFile: ({ type, file }: { readonly type: string; readonly file: TransferredFile }) => {
          if (type !== 'progress') events.push(`${type} ${file.Key}`)
        },
        onProgress: ({ bytesDone }: { readonly bytesDone: number }) => void progress.push(bytesDone),
      },
    )
    expect(sent).toMatchObject({ success_all: true, bytes: large.length + 5 })
    expect(events.sort()).toEqual(['done large', 'done small', 'started large', 'started small'])
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(progress.at(-1)).toBe(large.length + 5)
    expect((await cos.headObject({ Bucket, Key: 'large' })).ETag).toContain('-')
    expect(reasonsOf(await upload())).toEqual({ large: 'equal', small: 'equal' })
    const copy = join(base, 'large')
    expect((await download(copy)).succeeded).toHaveLength(2)
    expect(Buffer.compare(await readFile(join(copy, 'large')), large)).toBe(0)
    expect(reasonsOf(await download(copy))).toEqual({ large: 'equal', small: 'equal' })
    const file = await readFile(join(copy, 'large'))
    file[20 * MIB] = (file[20 * MIB] ?? 0) ^ 1
    await writeFile(join(copy, 'large'), file)
    expect(keysOf((await download(copy)).succeeded)).toEqual(['large'])
    expect(Buffer.compare(await readFile(join(copy, 'large')), large)).toBe(0)
  })

  it('take the place that a prefix names, with or without its slash', async () => {
    await write({ 'a.txt': 'a', 'b/c.txt': 'c' })
    await upload({ Prefix: 'x' })
    await upload({ Prefix: 'y/' })
    await upload({})
    expect(await listed()).toEqual(['a.txt', 'b/c.txt', 'x/a.txt', 'x/b/c.txt', 'y/a.txt', 'y/b/c.txt'])
    await put({ x: 'beside', xy: 'beside' })
    const copy = join(base, 'prefix')
    await download(copy, { Prefix: 'x' })
    expect(Object.keys(await treeOf(copy))).toEqual(['a.txt', 'b/c.txt'])
  })

  it('follow what is said of files that are there already', async () => {
    await write({ same: 'same', other: 'local!', fresh: 'fresh' })
    await put({ same: 'same', other: 'remote' })
    expect(reasonsOf(await upload({}, { overwrite: 'never' }))).toEqual({ same: 'exists', other: 'exists' })
    expect(reasonsOf(await upload({}, { compare: 'size' }))).toMatchObject({ other: 'equal' })
    expect(keysOf((await upload()).succeeded)).toEqual(['other'])
    expect(keysOf((await upload({}, { overwrite: 'always' })).succeeded)).toEqual(['fresh', 'other', 'same'])
    await put({ other: 'remote', extra: 'x' })
    expect(keysOf((await download(local, {}, { overwrite: 'never' })).succeeded)).toEqual(['extra'])
    expect(reasonsOf(await download(local, {}, { compare: 'size' }))).toMatchObject({ other: 'equal' })
    expect(keysOf((await download(local)).succeeded)).toEqual(['other'])
    expect((await download(local, {}, { overwrite: 'always' })).succeeded).toHaveLength(4)
    expect(await refusal(upload({}, { overwrite: 'newer' }))).toBe('validation')
  })

  it('are filtered by patterns and functions', async () => {
    const files = {
      'a.txt': '',
      'a.log': '',
      'src/b.txt': '',
      'src/deep/c.txt': '',
      'node_modules/d.txt': '',
    }
    await write(files)
    const sent = await upload({}, { include: ['**/*.txt'], exclude: ['node_modules', 'src/deep/**'] })
    expect(keysOf(sent.succeeded)).toEqual(['a.txt', 'src/b.txt'])
    expect(sent.skipped).toEqual([])
    await upload()
    const copy = join(base, 'filtered')
    await download(copy, {}, { exclude: (path: string) => !path.startsWith('src/') })
    expect(Object.keys(await treeOf(copy))).toEqual(['src/b.txt', 'src/deep/c.txt'])
  })

  it('give headers to all files, and own ones to each', async () => {
    await write({ 'a.html': 'a', 'b.css': 'b' })
    const headersOf = ({ path }: TransferredFile) =>
      path.endsWith('.css') ? { ContentType: 'text/css' } : {}
    await upload({ ContentType: 'text/html', CacheControl: 'no-cache', Metadata: { a: '1' } }, { headersOf })
    const stored = { CacheControl: 'no-cache', Metadata: { a: '1' } }
    expect(await cos.headObject({ Bucket, Key: 'a.html' })).toMatchObject({
      ...stored,
      ContentType: 'text/html',
    })
    expect(await cos.headObject({ Bucket, Key: 'b.css' })).toMatchObject({
      ...stored,
      ContentType: 'text/css',
    })
  })

  it('keep empty folders and times when they are asked to', async () => {
    await mkdir(join(local, 'empty', 'nested'), { recursive: true })
    await write({ 'full/a': 'a' })
    expect(keysOf((await upload()).succeeded)).toEqual(['full/a'])
    expect(keysOf((await upload({}, { emptyFolders: true })).succeeded)).toEqual(['empty/nested/'])
    expect(reasonsOf(await upload({}, { emptyFolders: true }))).toMatchObject({ 'empty/nested/': 'equal' })
    const copy = join(base, 'empty')
    expect(reasonsOf(await download(copy, {}, { keepModified: true }))).toEqual({ 'empty/nested/': 'folder' })
    expect(await readdir(join(copy, 'empty', 'nested'))).toEqual([])
    const { LastModified } = await cos.headObject({ Bucket, Key: 'full/a' })
    const { mtimeMs } = await stat(join(copy, 'full/a'))
    expect(Math.abs(mtimeMs - LastModified.getTime())).toBeLessThan(1000)
  })

  it('tell the result in the shape of the other SDK too', async () => {
    await write({ a: 'a' })
    await put({ '../a': 'x' })
    const result = (await upload()).get_result()
    expect(result.success_all).toBe(true)
    expect(result.detail).toEqual([[1, 0, [expect.objectContaining({ Key: 'a', bytes: 1 })]]])
    const failed = (await download(join(base, 'shape'))).get_result()
    expect(failed.success_all).toBe(false)
    expect(failed.detail[0].slice(0, 2)).toEqual([1, 1])
  })
})

describe('odd names and places', () => {
  const ODD = [
    '空 格',
    'a+b%20',
    'back\\slash',
    'new\nline',
    'tab\t',
    'quote\'"',
    'emoji😀',
    '\ufb03',
    '~',
    '-',
    '#?&',
    ' ',
    'C:\\x',
    'CON',
    'a.',
    `${'長'.repeat(80)}`,
  ]

  it('go up and come down', async () => {
    const files = Object.fromEntries(
      ODD.flatMap((name) => [
        [name, name],
        [`in ${name}/${name}`, name],
      ]),
    )
    await write(files)
    const sent = await upload({ Prefix: 'odd' })
    expect(failuresOf(sent)).toEqual({})
    const copy = join(base, 'odd')
    expect(failuresOf(await download(copy, { Prefix: 'odd' }))).toEqual({})
    expect(await treeOf(copy)).toEqual(await treeOf(local))
    expect((await upload({ Prefix: 'odd' })).skipped).toHaveLength(ODD.length * 2)
  })

  it('that no key can have fail by name, and the others go up', async () => {
    await write({ fine: 'fine', '\\first': 'x', 'esc\u001b': 'x' })
    await write({
      [`${'d'.repeat(200)}/${'e'.repeat(200)}/${'f'.repeat(200)}/${'g'.repeat(200)}/${'h'.repeat(100)}`]: 'x',
    })
    await writeFile(Buffer.concat([Buffer.from(`${local}/bytes-`), Buffer.from([0xff, 0xfe])]), 'x')
    const result = await upload()
    expect(keysOf(result.succeeded)).toEqual(['fine'])
    expect(Object.values(failuresOf(result)).sort()).toEqual([
      expect.stringMatching(/"\\\\first" can not be a key/),
      expect.stringMatching(/^"ddd.* can not be a key: .*too long/),
      expect.stringMatching(/^"esc.* can not be a key: .*control/),
      expect.stringMatching(/bytes-.* is not UTF-8/),
    ])
    expect(result.success_all).toBe(false)
  })

  it('that would lead out of the folder, or are no names, fail and write nothing', async () => {
    const hostile = {
      '../outside': 'x',
      'a/../../outside': 'x',
      'a/../b': 'x',
      './c': 'x',
      'a//b': 'x',
      '..': 'x',
      'd/.': 'x',
      ['n'.repeat(256)]: 'x',
      'content/': 'has content',
    }
    await put({ ...hostile, fine: 'fine' })
    const inner = join(local, 'inner')
    const result = await download(inner)
    expect(keysOf(result.succeeded)).toEqual(['fine'])
    expect(Object.keys(failuresOf(result)).sort()).toEqual(Object.keys(hostile).sort())
    expect(await treeOf(local)).toEqual({ 'inner/fine': 'fine' })
    expect(await readdir(inner)).toEqual(['fine'])
  })

  it('below a prefix may begin with a slash, and then fail', async () => {
    await put({ 'p//abs': 'x', 'p/': '', 'p/ok': 'ok' })
    const result = await download(local, { Prefix: 'p' })
    expect(Object.keys(failuresOf(result))).toEqual(['p//abs'])
    expect(reasonsOf(result)).toEqual({ 'p/': 'folder' })
    expect(await treeOf(local)).toEqual({ ok: 'ok' })
  })

  it('never lead out through a symbolic link that was there before', async () => {
    const outside = join(local, 'outside')
    const inner = join(local, 'inner')
    await write({ 'outside/secret': 'secret', 'inner/real/file': 'old' })
    await symlink(outside, join(inner, 'out'))
    await symlink(join(outside, 'secret'), join(inner, 'file'))
    await symlink(join(outside, 'made'), join(inner, 'dangling'))
    await symlink(join(inner, 'real'), join(inner, 'within'))
    await put({ 'out/a': 'x', 'out/b/c': 'x', file: 'x', dangling: 'x', 'within/file': 'new' })
    const result = await download(inner)
    expect(Object.keys(failuresOf(result)).sort()).toEqual(['dangling', 'file', 'out/a', 'out/b/c'])
    expect(await treeOf(outside)).toEqual({ secret: 'secret' })
    expect(await readFile(join(inner, 'real', 'file'), 'utf8')).toBe('new')
  })

  it('that clash with each other or with what is there fail by name', async () => {
    await put({
      foo: 'file',
      'foo.txt': 'x',
      'foo/bar': 'x',
      'foo/deep/er': 'x',
      there: 'x',
      'blocked/a': 'x',
    })
    await write({ blocked: 'a file', 'there/in': 'a folder' })
    const result = await download(local)
    expect(Object.keys(failuresOf(result)).sort()).toEqual(['blocked/a', 'foo/bar', 'foo/deep/er', 'there'])
    expect(await treeOf(local)).toEqual({
      blocked: 'a file',
      foo: 'file',
      'foo.txt': 'x',
      'there/in': 'a folder',
    })
  })

  it('that are no files are skipped, each with its reason', async () => {
    await write({ 'dir/a': 'a', '.b.00000000-0000-0000-0000-000000000000.part': 'x' })
    await symlink('..', join(local, 'dir', 'up'))
    await symlink('nowhere', join(local, 'broken'))
    await symlink('self', join(local, 'self'))
    await symlink('dir', join(local, 'link'))
    await symlink('dir/a', join(local, 'file'))
    const socket = createServer().listen(join(local, 'socket'))
    await new Promise((resolve) => socket.once('listening', resolve))
    const followed = await upload()
    expect(keysOf(followed.succeeded)).toEqual(['dir/a', 'file', 'link/a'])
    expect(reasonsOf(followed)).toEqual({
      '.b.00000000-0000-0000-0000-000000000000.part': 'temporary',
      broken: 'broken-link',
      'dir/up/': 'cycle',
      'link/up/': 'cycle',
      self: 'cycle',
      socket: 'special',
    })
    expect(followed.success_all).toBe(true)
    const skipping = await upload({ Prefix: 'skipping' }, { symlinks: 'skip' })
    expect(keysOf(skipping.succeeded)).toEqual(['skipping/dir/a'])
    expect(reasonsOf(skipping)).toMatchObject({ 'skipping/link': 'symlink', 'skipping/file': 'symlink' })
    await new Promise((resolve) => socket.close(resolve))
  })
})

describe('what goes wrong', () => {
  it('with the whole of it is told at once', async () => {
    await write({ a: 'a' })
    expect(await refusal(upload({ LocalDirPath: join(local, 'none') }))).toBe('file')
    expect(await refusal(upload({ LocalDirPath: join(local, 'a') }))).toBe('file')
    expect(await refusal(upload({ Bucket: 'none-1250000000' }))).toBe('404 NoSuchBucket')
    expect(await refusal(upload({ Bucket: 'none-1250000000' }, { overwrite: 'always' }))).toBe(
      '404 NoSuchBucket',
    )
    expect(await refusal(download(local, { Bucket: 'none-1250000000' }))).toBe('404 NoSuchBucket')
    expect(await refusal(download(join(local, 'a')))).toBe('file')
  })

  it('with one file leaves the others alone, unless it is to stop', async () => {
    await put({ a: 'a', b: 'b', c: 'c' })
    await cos.putObject({ Bucket, Key: 'archived', Body: 'x', StorageClass: 'ARCHIVE' })
    const result = await download(local)
    expect(keysOf(result.succeeded)).toEqual(['a', 'b', 'c'])
    expect(result.failed).toMatchObject([{ Key: 'archived', error: { code: 'InvalidObjectState' } }])
    const stopping = download(join(local, 'stop'), {}, { stopOnFailure: true, concurrency: 1 })
    const stopped = await stopping.then(
      () => undefined,
      (error) => error,
    )
    expect(stopped).toMatchObject({ code: 'InvalidObjectState' })
    expect(stopped.result).toBeInstanceOf(DirectoryResult)
    expect(keysOf(stopped.result.succeeded)).toEqual(['a'])
    expect(stopped.result).toMatchObject({ stoppedEarly: true, success_all: false })
  })

  it('for lack of rights is told for each, and no further where nobody has any', async () => {
    await write(Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`${index}`, 'x'])))
    const anonymous = openClient(server, { SecretId: undefined, SecretKey: undefined })
    const sending = anonymous.uploadDirectory({ Bucket, LocalDirPath: local }, { overwrite: 'always' })
    const error = await sending.then(
      () => undefined,
      (reason) => reason,
    )
    expect(error).toMatchObject({ code: 'AccessDenied', message: /100 files in a row/ })
    expect(error.result.failed.length).toBeLessThan(200)
    await anonymous.close()
    expect(await listed()).toEqual([])
  })

  it('by an abort settles at once, tells what was done, and leaves nothing half', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 600 }, (_, index) => [`f/${index}`, randomBytes(5000)]),
    )
    await write(files)
    const controller = new AbortController()
    let done = 0
    const onFile = ({ type }: { readonly type: string }) => {
      if (type !== 'done' || ++done !== 100) return
      controller.abort()
    }
    const error = await upload({}, { signal: controller.signal, onFile }).then(
      () => undefined,
      (reason) => reason,
    )
    expect(error).toMatchObject({ kind: 'aborted' })
    // Some were done in the same instant.
    const told = keysOf(error.result.succeeded)
    expect(told.length).toBeGreaterThanOrEqual(100)
    expect(told.length).toBeLessThan(140)
    expect(await listed()).toEqual(expect.arrayContaining(told))
    await upload()
    const copy = join(base, 'aborted')
    const second = new AbortController()
    const stop = {
      signal: second.signal,
      onFile: ({ type }: { readonly type: string }) => type === 'done' && second.abort(),
    }
    expect(await refusal(download(copy, {}, stop))).toBe('aborted')
    const names = await readdir(join(copy, 'f'))
    expect(names.length).toBeLessThan(600)
    for (const name of names.filter((name) => !name.endsWith('.part'))) {
      expect(
        Buffer.compare(await readFile(join(copy, 'f', name)), Buffer.from(files[`f/${name}`] ?? '')),
      ).toBe(0)
    }
    expect((await download(copy)).success_all).toBe(true)
    expect(await treeOf(copy)).toEqual(await treeOf(local))
  })

  it('with a file that vanishes, or a folder too deep, is told in its place', async () => {
    const deep = 'd/'.repeat(513)
    await mkdir(join(local, deep), { recursive: true })
    await write({ a: 'a', e: 'e', 'f/g': 'g' })
    const onFile = ({ type, file }: { readonly type: string; readonly file: TransferredFile }) => {
      if (type === 'started' && file.Key === 'e') rmSync(join(local, 'e'))
    }
    const result = await upload({}, { onFile, concurrency: 1 })
    expect(keysOf(result.succeeded)).toEqual(['a', 'f/g'])
    expect(result.failed).toMatchObject([
      { Key: deep.slice(0, 1024), error: { kind: 'file', message: /too many folders deep/ } },
      { Key: 'e', error: { kind: 'file', cause: { code: 'ENOENT' } } },
    ])
  })

  it('with a file and a folder that may not be read is told too', async () => {
    await write({ a: 'a', secret: 'x', 'closed/b': 'b' })
    await chmod(base, 0o755)
    await asNobody(local, async () => {
      await chmod(join(local, 'secret'), 0)
      await chmod(join(local, 'closed'), 0)
      const result = await upload()
      await chmod(join(local, 'closed'), 0o700)
      expect(keysOf(result.succeeded)).toEqual(['a'])
      expect(keysOf(result.failed)).toEqual(['closed/', 'secret'])
    })
  })
})
