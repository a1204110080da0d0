// Where files may be put, and what else a caller says.
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { DownloadStage, holds, MIB, namesIn } from '../testing/download-stage.js'
import { type ObjectVersion, objectVersion, serve } from '../testing/scripted-object.js'
import { BUCKET, clientOf, fakeTime } from '../testing/scripted-server.js'

let at: DownloadStage
let large: ObjectVersion
let small: ObjectVersion
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
beforeAll(async () => {
  large = await objectVersion('large', randomBytes(3.5 * MIB))
  small = await objectVersion('small', randomBytes(100_000))
})

describe('a destination', () => {
  beforeEach(() => serve(at.server, () => small))

  it('is replaced, with its permissions', async () => {
    await writeFile(at.path, 'old')
    await chmod(at.path, 0o640)
    await at.download()
    expect(await holds(at.path, small)).toBe(true)
    expect((await stat(at.path)).mode & 0o777).toBe(0o640)
  })

  it('may be a link, whose target is replaced', async () => {
    await writeFile(join(at.folder, 'target'), 'old')
    await symlink('target', at.path)
    await at.download()
    expect(await readlink(at.path)).toBe('target')
    expect(Buffer.compare(await readFile(join(at.folder, 'target')), small.content)).toBe(0)
  })

  it.each<[string, (at: string) => unknown, RegExp]>([
    ['a folder', (at) => mkdir(at), /is a folder/],
    ['a pipe', (at) => execFileSync('mkfifo', [at]), /no regular file/],
    ['a link to nothing', (at) => symlink('nowhere', at), /leads nowhere/],
  ])('that is %s is refused before anything is sent', async (_, make, message) => {
    await make(at.path)
    await expect(at.download()).rejects.toMatchObject({
      kind: 'file',
      message: expect.stringMatching(message),
    })
    expect(at.server.requests).toEqual([])
  })

  it.each<[string, string, RegExp]>([
    ['in a folder that is not there', 'missing/file', /make the folder first/],
    ['below a file', 'a-file/file', /can not be looked at/],
    ['that names a folder', 'missing/', /names a folder/],
  ])('%s is refused before anything is sent', async (_, name, message) => {
    await writeFile(join(at.folder, 'a-file'), '')
    const call = at.download({ DestFilePath: `${at.folder}/${name}` })
    await expect(call).rejects.toMatchObject({ kind: 'file', message: expect.stringMatching(message) })
    expect(at.server.requests).toEqual([])
  })

  it('that became a folder meanwhile stays one', async () => {
    serve(
      at.server,
      () => small,
      () => (response) => {
        response.writeHead(200, { ...small.headers, 'content-length': small.content.length })
        void mkdir(at.path).then(() => response.end(small.content))
      },
    )
    await expect(at.download()).rejects.toMatchObject({ kind: 'file', cause: { code: 'EISDIR' } })
    expect(await namesIn(at.folder)).toEqual(['file'])
  })

  it('may have a name that is as long as names get', async () => {
    const long = join(at.folder, '長'.repeat(85))
    await at.download({ DestFilePath: long })
    expect(await holds(long, small)).toBe(true)
  })
})

describe('an input', () => {
  it.each<[string, Record<string, unknown>]>([
    ['Range', { Range: 'bytes=0-1' }],
    ['PartSize', { PartSize: 0 }],
    ['PartSize', { PartSize: 'x' }],
    ['MAXThread', { MAXThread: 0 }],
    ['DestFilePath', { DestFilePath: '' }],
    ['DestFilePath', { DestFilePath: 'a\0b' }],
    ['Key', { Key: '' }],
  ])('with a wrong %s is refused', async (_, wrong) => {
    serve(at.server, () => small)
    await expect(at.download(wrong)).rejects.toMatchObject({ kind: 'validation' })
    expect(at.server.requests).toEqual([])
  })

  it('whose callback throws ends the download with what it threw', async () => {
    serve(at.server, () => large)
    const wrong = new Error('no such display')
    const onProgress = () => {
      throw wrong
    }
    const time = fakeTime()
    const passing = { ...time, platform: { ...time.platform, now: () => (time.nowMs += 1000) } }
    const hasty = clientOf(at.server, {}, passing)
    const call = hasty.downloadFile({ Bucket: BUCKET, Key: 'k', DestFilePath: at.path }, { onProgress })
    await expect(call).rejects.toBe(wrong)
    expect(await namesIn(at.folder)).toEqual([])
    await hasty.close()
  })
})
