// The programs that the document shows, written with our SDK.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
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
  const { deleted, failed } = await at.cos.deletePrefix({ Bucket: at.Bucket, Prefix: 'root/logs' })
  at.expect([deleted, failed]).toEqual([25, []])
  at.expect(await keysOf(at)).toEqual(['root/other'])
}

const move: Case = async (at) => {
  const { Bucket, region: Region } = at
  await putAll(at, ['src_object_key'])
  const CopySource = { Bucket, Key: 'src_object_key', Region }
  await at.cos.moveObject({ Bucket, Key: 'dest_object_key', CopySource })
  at.expect(await keysOf(at)).toEqual(['dest_object_key'])
  at.expect(await read(at, 'dest_object_key')).toBe('src_object_key')
}

const FILES = ['a.txt', 'logs/2026/c é.txt', 'logs/b.txt']

const uploadFolder: Case = async (at) => {
  const { Bucket } = at
  for (const name of FILES) {
    await mkdir(dirname(join(at.dir, name)), { recursive: true })
    await writeFile(join(at.dir, name), name)
  }
  await at.cos.putObject({ Bucket, Key: 'a.txt', Body: 'there already' })
  const result = await at.cos.uploadDirectory({ Bucket, LocalDirPath: at.dir }, { overwrite: 'never' })
  at.expect(result.get_result().success_all).toBe(true)
  at.expect(result.succeeded.map(({ Key }) => Key).sort()).toEqual(FILES.slice(1))
  at.expect(await keysOf(at)).toEqual(FILES)
  at.expect(await read(at, 'a.txt')).toBe('there already')
  at.expect(await read(at, 'logs/2026/c é.txt')).toBe('logs/2026/c é.txt')
}

const downloadFolder: Case = async (at) => {
  const { Bucket } = at
  await putAll(at, ['data/a', 'data/b/c', 'other/d'])
  await at.cos.putObject({ Bucket, Key: 'data/', Body: '' })
  const result = await at.cos.downloadDirectory({ Bucket, Prefix: 'data/', LocalDirPath: at.dir })
  at.expect(result.get_result().success_all).toBe(true)
  at.expect((await readdir(at.dir)).sort()).toEqual(['a', 'b'])
  for (const name of ['a', 'b/c']) at.expect(await readFile(join(at.dir, name), 'utf8')).toBe(`data/${name}`)
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
