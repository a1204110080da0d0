import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Compression } from '../request.js'
import { decompress } from './decompress.js'

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function collect(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const collected: Buffer[] = []
  for await (const chunk of chunks) collected.push(chunk)
  return Buffer.concat(collected)
}

function content(compression: Compression, bytes: Buffer, size = 1000): Promise<Buffer> {
  return collect(decompress(compression, inPieces(bytes, size)))
}

const TEXT = Buffer.from(
  Array.from({ length: 3000 }, (_, index) => `${index},name ${index % 7},${index * 31}\n`).join(''),
)

// What Debian's bzip2 1.0.8 wrote.
const HELLO = Buffer.from('QlpoOTFBWSZTWeW18wkAAARRAAAQQAACRKAAIbUYDAKQacKjC7kinChIctr5hIA=', 'base64')
const TWO_STREAMS = Buffer.from(
  'QlpoOTFBWSZTWWM+1uIAAADBAAAQIAAgACEAgrF3JFOFCQYz7W4gQlpoOTFBWSZTWRHViTEAAADBAAAQEAAgACEAgrF3JFOFCQEdWJMQ',
  'base64',
)
const RUN_OF_84 = Buffer.from('QlpoMTFBWSZTWeiIG80AAAIDAEAAIAAgACEAggsXckU4UJDoiBvN', 'base64')
const NOTHING = Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64')

const HAS_BZIP2 = spawnSync('bzip2', ['--help']).status === 0
const bzip2 = (bytes: Buffer, ...options: string[]) => {
  return spawnSync('bzip2', options, { input: bytes, maxBuffer: 64 * 1024 * 1024 }).stdout
}

describe('GZIP', () => {
  it('gives back what was compressed, in pieces of any size', async () => {
    expect(await content('GZIP', gzipSync(TEXT), 1)).toEqual(TEXT)
    expect(await content('GZIP', gzipSync(TEXT), 1_000_000)).toEqual(TEXT)
  })

  it('reads members one behind the other', async () => {
    expect(await content('GZIP', Buffer.concat([gzipSync('a\n'), gzipSync('b\n')]))).toEqual(
      Buffer.from('a\nb\n'),
    )
  })

  it.each([
    ['cut short', gzipSync(TEXT).subarray(0, 2000)],
    ['without its last byte', gzipSync(TEXT).subarray(0, -1)],
    ['plain text', TEXT],
    ['empty', Buffer.alloc(0)],
    ['damaged', Buffer.concat([gzipSync(TEXT).subarray(0, 500), Buffer.alloc(3000, 7)])],
  ])('refuses what is %s', async (_name, bytes) => {
    await expect(content('GZIP', bytes)).rejects.toMatchObject({ code: 'GzipDecompressError' })
  })

  it('passes on what goes wrong with the input', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield gzipSync(TEXT).subarray(0, 100)
      throw new Error('the disk is gone')
    }
    await expect(collect(decompress('GZIP', failing()))).rejects.toThrow('the disk is gone')
  })
})

describe('BZIP2', () => {
  it.each([
    ['a line', HELLO, 'hello hello hello\n'],
    ['two streams', TWO_STREAMS, 'a\nb\n'],
    ['a run of one byte', RUN_OF_84, 'a'.repeat(84)],
    ['nothing', NOTHING, ''],
  ])('reads %s', async (_name, bytes, expected) => {
    expect((await content('BZIP2', bytes, 1)).toString()).toBe(expected)
    expect((await content('BZIP2', bytes)).toString()).toBe(expected)
  })

  it.skipIf(!HAS_BZIP2)(
    'reads many blocks of any size, and long runs, as the command wrote them',
    async () => {
      const noise = Buffer.from(
        Array.from({ length: 60_000 }, (_, index) => (index * 7919 * ((index >> 5) + 3)) & 0xff),
      )
      const bytes = Buffer.concat([TEXT, Buffer.alloc(120_000, 'z'), noise, Buffer.alloc(1000, 0)])
      expect((await content('BZIP2', bzip2(bytes, '-1'), 4096)).equals(bytes)).toBe(true)
      expect((await content('BZIP2', bzip2(bytes, '-9'), 1_000_000)).equals(bytes)).toBe(true)
    },
  )

  it.each([
    ['cut short', HELLO.subarray(0, 30)],
    ['without its last byte', HELLO.subarray(0, -1)],
    ['plain text', TEXT],
    ['empty', Buffer.alloc(0)],
    ['changed in its checksum', Buffer.from(HELLO).fill(1, 10, 14)],
    ['changed in its data', Buffer.from(HELLO).fill(0x55, 25, 35)],
    ['followed by something else', Buffer.concat([HELLO, Buffer.from('BZx')])],
  ])('refuses what is %s', async (_name, bytes) => {
    await expect(content('BZIP2', bytes)).rejects.toMatchObject({ code: 'Bzip2DecompressError' })
  })
})
