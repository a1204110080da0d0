// The programs that the document shows, written with our SDK.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { type At, type Case, putAll, read } from '../case.js'

async function keysOf({ cos, Bucket }: At): Promise<string[]> {
  const keys: string[] = []
  for await (const { Key } of cos.paginateObjects({ Bucket })) keys.push(Key)
  return keys
}

const directory: Case = async (at) => {
  const Key = 'path/to/create/dir/'
  await at.cos.putObject({ Bucket: at.Bucket, Key, Body: '' })
  const { CommonPrefixes } = await at.cos.listObjects({
    Bucket: at.Bucket,
    Prefix: 'path/to/create/',
    Delimiter: '/',
  })
  at.expect(CommonPrefixes).toEqual([{ Prefix: Key }])
}

const intoDirectory: Case = async (at) => {
  const dirName = 'path/to/dir/'
  await at.cos.putObject({ Bucket: at.Bucket, Key: `${dirName}test.txt`, Body: 'test' })
  at.expect(await read(at, 'path/to/dir/test.txt')).toBe('test')
}

const deleteDirectory: Case = async (at) => {
  await putAll(at, ['path/to/delete/dir/', 'path/to/delete/dir/kept'])
  await at.cos.deleteObject({ Bucket: at.Bucket, Key: 'path/to/delete/dir/' })
  at.expect(await keysOf(at)).toEqual(['path/to/delete/dir/kept'])
}

const deletePrefix: Case = async (at) => {
  const logs = Array.from({ length: 25 }, (_, number) => `root/logs/${number}`)
  await putAll(at, [...logs, 'root/other'])
  const { Bucket } = at
  for await (const page of at.cos.paginateObjectPages({ Bucket, Prefix: 'root/logs', MaxKeys: 10 })) {
    const entries = page.Contents.map(({ Key }) => ({ Key }))
    await at.cos.deleteObjects({ Bucket, Delete: { Object: entries, Quiet: true } })
  }
  at.expect(await keysOf(at)).toEqual(['root/other'])
}

const move: Case = async (at) => {
  const { Bucket, region: Region } = at
  await putAll(at, ['src_object_key'])
  const CopySource = { Bucket, Key: 'src_object_key', Region }
  await at.cos.copyObject({ Bucket, Key: 'dest_object_key', CopySource })
  await at.cos.deleteObject({ Bucket, Key: 'src_object_key' })
  at.expect(await keysOf(at)).toEqual(['dest_object_key'])
  at.expect(await read(at, 'dest_object_key')).toBe('src_object_key')
}

const FILES = ['a.txt', 'logs/b.txt', 'logs/2026/c é.txt']

const uploadFolder: Case = async (at) => {
  const { Bucket } = at
  for (const name of FILES) {
    await mkdir(dirname(join(at.dir, name)), { recursive: true })
    await writeFile(join(at.dir, name), name)
  }
  await at.cos.putObject({ Bucket, Key: 'a.txt', Body: 'there already' })
  const entries = await readdir(at.dir, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
  const uploads = paths.map(async (LocalFilePath) => {
    const Key = relative(at.dir, LocalFilePath).split(sep).join('/')
    if (await at.cos.objectExists({ Bucket, Key })) return
    await at.cos.putObjectFromLocalFile({ Bucket, Key, LocalFilePath })
  })
  await Promise.all(uploads)
  at.expect(new Set(await keysOf(at))).toEqual(new Set(FILES))
  at.expect(await read(at, 'a.txt')).toBe('there already')
  at.expect(await read(at, 'logs/2026/c é.txt')).toBe('logs/2026/c é.txt')
}

const downloadFolder: Case = async (at) => {
  const { Bucket } = at
  const keys = ['data/', 'data/a', 'data/b/c']
  await putAll(at, [...keys, 'other/d'])
  for await (const { Key } of at.cos.paginateObjects({ Bucket, Prefix: 'data/' })) {
    if (Key.endsWith('/')) continue
    const path = join(at.dir, Key)
    await mkdir(dirname(path), { recursive: true })
    const { Body } = await at.cos.getObject({ Bucket, Key })
    await Body.getStreamToFile(path)
  }
  at.expect(await readdir(at.dir)).toEqual(['data'])
  for (const Key of keys.slice(1)) at.expect(await readFile(join(at.dir, Key), 'utf8')).toBe(Key)
}

/** By what the document does in each. */
export const SAMPLES: Readonly<Record<string, Case>> = {
  'put_object of a directory': directory,
  'put_object into a directory': intoDirectory,
  'delete_object of a directory': deleteDirectory,
  'delete_object by prefix': deletePrefix,
  'copy_object and delete_object': move,
  'upload of a folder': uploadFolder,
  'download of a folder': downloadFolder,
}
