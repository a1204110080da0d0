// Cases of the document's "Uploading an object using simple upload", from bytes and from a file.
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import {
  ETAG,
  isSlow,
  keep,
  type OperationCases,
  read,
  SLOW_BYTES,
  SLOWEST,
  told,
  VERSION_ID,
} from '../case.js'
import { writtenCases } from './written.js'

const md5 = (text: string) => createHash('md5').update(text).digest('base64')

export const putObject: OperationCases = {
  takes: {
    ...writtenCases(({ cos, Bucket }, members) =>
      cos.putObject({ Bucket, Key: 'written', Body: 'content', ...members }),
    ),
    Bucket: async (at) => {
      const Bucket = await at.newBucket()
      await at.cos.putObject({ Bucket, Key: 'k', Body: 'x' })
      at.expect(await at.cos.objectExists({ Bucket, Key: 'k' })).toBe(true)
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'k' })).toBe(false)
      const missing = at.cos.putObject({ Bucket: 'missing-1250000000', Key: 'k', Body: 'x' })
      at.expect(await at.refusal(missing)).toBe('404 NoSuchBucket')
    },
    Body: async (at) => {
      const named = { Bucket: at.Bucket, Key: 'k' }
      for (const Body of ['bytes', Buffer.from('bytes'), Readable.from(['by', 'tes'])]) {
        await at.cos.putObject({ ...named, Body: '' })
        await at.cos.putObject({ ...named, Body })
        at.expect(await read(at, 'k')).toBe('bytes')
      }
    },
    Key: async (at) => {
      await at.cos.putObject({ Bucket: at.Bucket, Key: 'doc/pic é+%.jpg', Body: 'x' })
      const { Contents } = await at.cos.listObjects({ Bucket: at.Bucket })
      at.expect(Contents.map(({ Key }) => Key)).toEqual(['doc/pic é+%.jpg'])
    },
    EnableMD5: async (at) => {
      const named = { Bucket: at.Bucket, Key: 'k', Body: 'content' }
      await at.cos.putObject(named)
      at.expect(at.sent().at(-1)?.['content-md5']).toBeUndefined()
      await at.cos.putObject({ ...named, EnableMD5: true })
      at.expect(at.sent().at(-1)?.['content-md5']).toBe(md5('content'))
    },
    ContentLength: async (at) => {
      const named = { Bucket: at.Bucket, Key: 'k' }
      await at.cos.putObject({ ...named, Body: Readable.from(['abc', 'def']), ContentLength: '6' })
      at.expect(at.sent().at(-1)?.['content-length']).toBe('6')
      at.expect(await read(at, 'k')).toBe('abcdef')
      const short = at.cos.putObject({ ...named, Body: Readable.from(['abc']), ContentLength: '6' })
      at.expect(await at.refusal(short)).toBe('body')
      at.expect(await read(at, 'k')).toBe('abcdef')
    },
    ContentMD5: async (at) => {
      const named = { Bucket: at.Bucket, Key: 'k', Body: 'content' }
      const wrong = at.cos.putObject({ ...named, ContentMD5: md5('other') })
      at.expect(await at.refusal(wrong)).toBe('400 BadDigest')
      at.expect(await at.cos.objectExists(named)).toBe(false)
      await at.cos.putObject({ ...named, ContentMD5: md5('content') })
      at.expect(await read(at, 'k')).toBe('content')
    },
    TrafficLimit: async (at) => {
      const slow = { Bucket: at.Bucket, Key: 'k', Body: SLOW_BYTES }
      const upload = () => at.cos.putObject({ ...slow, TrafficLimit: `${SLOWEST}` })
      at.expect(await isSlow(upload)).toBe(true)
      const less = at.cos.putObject({ ...slow, TrafficLimit: SLOWEST - 1 })
      at.expect(await at.refusal(less)).toBe('400 InvalidArgument')
    },
  },
  tells: told(
    async (at) => {
      await keep(at)
      return at.cos.putObject({ Bucket: at.Bucket, Key: 'k', Body: 'hello' })
    },
    {
      ETag: ({ ETag }, { expect }) => expect(ETag).toBe('"5d41402abc4b2a76b9719d911017c592"'),
      'x-cos-version-id': async ({ VersionId }, at) => {
        at.expect(VersionId).toMatch(VERSION_ID)
        at.expect(await read(at, 'k', VersionId)).toBe('hello')
      },
    },
  ),
}

export const putObjectFromLocalFile: OperationCases = {
  takes: {
    Bucket: async (at) => {
      const LocalFilePath = join(at.dir, 'local.txt')
      await writeFile(LocalFilePath, 'local')
      const Bucket = await at.newBucket()
      await at.cos.putObjectFromLocalFile({ Bucket, Key: 'k', LocalFilePath })
      at.expect(await at.cos.objectExists({ Bucket, Key: 'k' })).toBe(true)
      at.expect(await at.cos.objectExists({ Bucket: at.Bucket, Key: 'k' })).toBe(false)
    },
    LocalFilePath: async (at) => {
      const LocalFilePath = join(at.dir, 'local.txt')
      const upload = () => at.cos.putObjectFromLocalFile({ Bucket: at.Bucket, Key: 'k', LocalFilePath })
      at.expect(await at.refusal(upload())).toBe('file')
      await writeFile(LocalFilePath, 'local')
      await upload()
      at.expect(await read(at, 'k')).toBe('local')
    },
    Key: async (at) => {
      const LocalFilePath = join(at.dir, 'local.txt')
      await writeFile(LocalFilePath, 'local')
      await at.cos.putObjectFromLocalFile({ Bucket: at.Bucket, Key: 'dir/k', LocalFilePath })
      at.expect(await read(at, 'dir/k')).toBe('local')
    },
  },
  tells: told(
    async (at) => {
      const LocalFilePath = join(at.dir, 'local.txt')
      await writeFile(LocalFilePath, 'local')
      return at.cos.putObjectFromLocalFile({ Bucket: at.Bucket, Key: 'k', LocalFilePath })
    },
    { ETag: ({ ETag }, { expect }) => expect(ETag).toMatch(ETAG) },
  ),
}
