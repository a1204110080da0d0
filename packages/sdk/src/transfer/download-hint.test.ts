// Downloads of which a list has told something.
import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createContext } from '../context.js'
import type { DownloadFileInput } from '../index.js'
import { platform } from '../platform-node.js'
import { DownloadStage, holds, MIB, namesIn } from '../testing/download-stage.js'
import { type ObjectVersion, objectVersion, serve } from '../testing/scripted-object.js'
import { BUCKET } from '../testing/scripted-server.js'
import { downloadFile } from './download-file.js'
import { PartFile } from './part-file.js'

let at: DownloadStage
let large: ObjectVersion
let small: ObjectVersion
beforeAll(async () => {
  large = await objectVersion('large', randomBytes(3.5 * MIB))
  small = await objectVersion('small', randomBytes(100_000))
})
beforeEach(async () => {
  at = await DownloadStage.open()
  return () => at.close()
})
afterEach(() => vi.restoreAllMocks())

async function listed(size: number, input: Partial<DownloadFileInput> = {}): Promise<readonly string[]> {
  const context = createContext({ Endpoint: at.server.host, Scheme: 'http' }, platform)
  const whole = { Bucket: BUCKET, Key: 'k', DestFilePath: at.path, PartSize: 1, ...input }
  await downloadFile(context, whole, { checkpoint: { folder: at.records } }, { size })
  await context.transport.close()
  return at.server.requests.map(({ method }) => method)
}

describe('an object of a list', () => {
  it('is asked for by HEAD where it is large', async () => {
    serve(at.server, () => large)
    expect(await listed(3.5 * MIB)).toEqual(['HEAD', 'GET', 'GET', 'GET', 'GET'])
    expect(at.server.requests.slice(1).every(({ headers }) => headers.range !== undefined)).toBe(true)
    expect(await holds(at.path, large)).toBe(true)
  })

  it('comes right when the list was of another time', async () => {
    serve(at.server, () => large)
    expect(await listed(10)).toEqual(['GET', 'GET', 'GET', 'GET'])
    expect(await holds(at.path, large)).toBe(true)
    serve(at.server, () => small)
    expect(await listed(3.5 * MIB)).toEqual(['HEAD', 'GET'])
    expect(await holds(at.path, small)).toBe(true)
    expect(await namesIn(at.records)).toEqual([])
  })

  it('is synced to the disk unless it is small and new', async () => {
    const synced = vi.spyOn(PartFile.prototype, 'sync')
    serve(at.server, () => small)
    await listed(100_000)
    expect(synced).toHaveBeenCalledTimes(0)
    await writeFile(at.path, 'old')
    await listed(100_000)
    expect(synced).toHaveBeenCalledTimes(1)
    serve(at.server, () => large)
    await listed(3.5 * MIB, { PartSize: 20 })
    expect(synced).toHaveBeenCalledTimes(2)
    await at.download({ DestFilePath: `${at.path}2`, PartSize: 20 })
    expect(synced).toHaveBeenCalledTimes(3)
  })
})
