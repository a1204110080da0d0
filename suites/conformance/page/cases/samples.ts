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
  const { Bucket } = at
  const result = await at.cos.deletePrefix({ Bucket, Prefix: 'root/logs' })
  at.expect(result).toMatchObject({ deleted: 25, success_all: true })
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

const FILES = ['a.txt', 'logs/b.txt', 'logs/2026/c é.txt']

const uploadFolder: Case = async (at) => {
  const { Bucket } = at
  for (const name of FILES) {
    await mkdir(dirname(join(at.dir, name)), { recursive: true })
    await writeFile(join(at.dir, name), name)
  }
  await at.cos.putObject({ Bucket, Key: 'a.txt', Body: 'there already' })
  const options = { overwrite: 'never', checkpoint: false } as const
  const uploaded = await at.cos.uploadDirectory({ Bucket, LocalDirPath: at.dir }, options)
  at.expect(uploaded.get_result().success_all).toBe(true)
  at.expect(new Set(await keysOf(at))).toEqual(new Set(FILES))
  at.expect(await read(at, 'a.txt')).toBe('there already')
  at.expect(await read(at, 'logs/2026/c é.txt')).toBe('logs/2026/c é.txt')
}

const downloadFolder: Case = async (at) => {
  const { Bucket } = at
  const keys = ['data/a', 'data/b/c']
  await putAll(at, [...keys, 'other/d'])
  await at.cos.putObject({ Bucket, Key: 'data/', Body: '' })
  const LocalDirPath = join(at.dir, 'download', 'data')
  const downloaded = await at.cos.downloadDirectory(
    { Bucket, Prefix: 'data/', LocalDirPath },
    { checkpoint: false },
  )
  at.expect(downloaded.get_result().success_all).toBe(true)
  at.expect(await readdir(join(at.dir, 'download'))).toEqual(['data'])
  for (const Key of keys) {
    at.expect(await readFile(join(at.dir, 'download', Key), 'utf8')).toBe(Key)
  }
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
