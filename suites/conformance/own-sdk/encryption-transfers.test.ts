// Transfers of encrypted content: cut anywhere, in any order, stopped and gone on with, and never twice under one key.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { nodePlatform, type Platform, type UploadFileInput } from '@coset/sdk'
import type { CosEncryptionClient, EncryptionSettings } from '@coset/sdk/encryption'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { refusal } from './stations.js'
import { digest, digestOfFile, MIB, random, seeded, withVault } from './vault.js'

const vault = withVault()
const FORMATS: readonly EncryptionSettings[] = [{ format: 'sealed' }, { format: 'python' }]
const LARGE = random(22 * MIB + 12_345)

const named = (Key: string) => ({ Bucket: vault.at.Bucket, Key })
const checkpoint = () => ({ folder: join(vault.at.folder, 'records') })
const destination = () => join(vault.at.folder, 'downloads', 'file')

beforeEach(async () => {
  await rm(join(vault.at.folder, 'downloads'), { recursive: true, force: true })
  await mkdir(join(vault.at.folder, 'downloads'))
})

/** A platform that tells a test of each part before it is sent, and of what went by. */
function watched(onSend: (method: string, path: string, bytes: number) => void): Partial<Platform> {
  return {
    transport(options) {
      const transport = nodePlatform.transport(options)
      return {
        send(request) {
          const length = request.headers.find(([name]) => name === 'content-length')?.[1]
          onSend(request.method, request.path, Number(length ?? 0))
          return transport.send(request)
        },
        close: () => transport.close(),
      }
    },
  }
}

describe.each(FORMATS)('content of the format $format', (settings) => {
  let cos: CosEncryptionClient
  beforeAll(() => {
    cos = vault.at.client({ settings })
  })

  it('goes up and comes down in parts of any size, with any number of threads', async () => {
    const next = seeded(7)
    const LocalFilePath = await vault.at.file(LARGE)
    for (const PartSize of [1, 1.3, 5, 64] as const) {
      const MAXThread = next(1, 8)
      const told: number[] = []
      const up = { ...named('large'), LocalFilePath, PartSize, MAXThread, Metadata: { a: 'b' } }
      const uploaded = await cos.uploadFile(up, {
        checkpoint: checkpoint(),
        onProgress: (p) => told.push(p.bytesDone),
      })
      expect(told.at(-1)).toBe(LARGE.length)
      expect(uploaded.ETag.includes('-')).toBe(true)
      expect(digest(await (await cos.getObject(named('large'))).Body.bytes())).toBe(digest(LARGE))
      const down = {
        ...named('large'),
        DestFilePath: destination(),
        PartSize: next(1, 9),
        MAXThread: next(1, 8),
      }
      const progress: number[] = []
      const downloaded = await cos.downloadFile(down, {
        checkpoint: checkpoint(),
        onProgress: ({ bytesDone }) => progress.push(bytesDone),
      })
      expect(downloaded).toMatchObject({ size: LARGE.length, ContentLength: LARGE.length, verified: true })
      expect({ ...downloaded.Metadata }).toEqual({ a: 'b' })
      expect(progress.at(-1)).toBe(LARGE.length)
      expect(await digestOfFile(destination())).toBe(digest(LARGE))
    }
    expect(await readdir(checkpoint().folder)).toEqual([])
  })

  it.each([
    0,
    1,
    65_535,
    65_536,
    MIB,
    3 * MIB + 5,
  ])('of %i bytes goes up and comes down in one request', async (size) => {
    const content = random(size)
    const LocalFilePath = await vault.at.file(content)
    await cos.uploadFile({ ...named('small'), LocalFilePath })
    await cos.downloadFile({ ...named('small'), DestFilePath: destination() })
    expect(await digestOfFile(destination())).toBe(digest(content))
    const PartSize = 1
    await cos.downloadFile(
      { ...named('small'), DestFilePath: destination(), PartSize },
      { checkpoint: checkpoint() },
    )
    expect(await digestOfFile(destination())).toBe(digest(content))
  })

  it('of random sizes, in random parts by random threads, is what a plain client would have', async () => {
    const next = seeded(settings.format === 'sealed' ? 1 : 2)
    async function* pieces(content: Uint8Array, size: number) {
      for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size)
    }
    for (let round = 0; round < 12; round++) {
      const content = LARGE.subarray(0, next(0, 5) * MIB + next(-1, 1) * next(0, 70_000) + 70_000)
      const Body = pieces(content, next(1, 300_000))
      await cos.upload({ ...named('random'), Body, PartSize: next(1, 3), MAXThread: next(1, 6) })
      const down = {
        ...named('random'),
        DestFilePath: destination(),
        PartSize: next(1, 3),
        MAXThread: next(1, 6),
      }
      await cos.downloadFile(down, { checkpoint: false })
      expect(await digestOfFile(destination())).toBe(digest(content))
      const first = next(0, content.length - 1)
      const last = next(first, content.length - 1)
      const { Body: range } = await cos.getObject({ ...named('random'), Range: `bytes=${first}-${last}` })
      expect(digest(await range.bytes())).toBe(digest(content.subarray(first, last + 1)))
    }
  })

  it('of a stream goes up in parts, whoever knows its length', async () => {
    async function* pieces() {
      for (let at = 0; at < LARGE.length; at += 99_999) yield LARGE.subarray(at, at + 99_999)
    }
    for (const ContentLength of [undefined, LARGE.length]) {
      await cos.upload({ ...named('stream'), Body: pieces(), PartSize: 5, ContentLength })
      expect(digest(await (await cos.getObject(named('stream'))).Body.bytes())).toBe(digest(LARGE))
    }
    await cos.upload({ ...named('stream'), Body: new Blob([LARGE]), PartSize: 5 })
    expect(digest(await (await cos.getObject(named('stream'))).Body.bytes())).toBe(digest(LARGE))
    const wrong = { ...named('wrong'), PartSize: 5, ContentMD5: '1B2M2Y8AsgTpgAmY7PhCfg==' }
    expect(await refusal(cos.upload({ ...wrong, Body: pieces() }))).toBe('checksum')
    expect(await refusal(cos.upload({ ...wrong, Body: LARGE }))).toBe('checksum')
    expect(await refusal(cos.upload({ ...wrong, Body: 'small' }))).toBe('checksum')
    expect(await cos.objectExists(named('wrong'))).toBe(false)
    const short = { ...named('wrong'), Body: pieces(), ContentLength: LARGE.length + 1 }
    expect(await refusal(cos.upload(short))).toBe('body')
  })

  it('is gone on with after an abort, under the same key, and what was sent is not sent again', async () => {
    const LocalFilePath = await vault.at.file(LARGE)
    const input: UploadFileInput = { ...named('resumed'), LocalFilePath, PartSize: 5, MAXThread: 1 }
    const controller = new AbortController()
    let parts = 0
    const stopping = vault.at.client({
      settings,
      platform: watched((method, path) => {
        if (method === 'PUT' && path.includes('partNumber') && ++parts === 4)
          setTimeout(() => controller.abort(), 30)
      }),
      options: { Retries: 0 },
    })
    const stopped = stopping.uploadFile(
      { ...input, TrafficLimit: 838_860_800 },
      { checkpoint: checkpoint(), signal: controller.signal },
    )
    expect(await refusal(stopped)).toBe('aborted')
    const { Upload } = await vault.at.plain.listMultipartUploads({ Bucket: vault.at.Bucket })
    expect(Upload).toHaveLength(1)
    let sent = 0
    const going = vault.at.client({
      settings,
      platform: watched((method, _path, bytes) => {
        if (method === 'PUT') sent += bytes
      }),
    })
    const output = await going.uploadFile(input, { checkpoint: checkpoint() })
    expect(output.UploadId).toBe(Upload[0]?.UploadId)
    expect(output.bytesResumed).toBeGreaterThanOrEqual(15 * MIB)
    expect(sent).toBeLessThanOrEqual(8 * MIB)
    expect(digest(await (await going.getObject(named('resumed'))).Body.bytes())).toBe(digest(LARGE))
  })

  it('that comes down is gone on with after an abort', async () => {
    const LocalFilePath = await vault.at.file(LARGE)
    await cos.uploadFile({ ...named('down'), LocalFilePath })
    const input = { ...named('down'), DestFilePath: destination(), PartSize: 2, MAXThread: 1 }
    const controller = new AbortController()
    const stopped = cos.downloadFile(input, {
      checkpoint: checkpoint(),
      signal: controller.signal,
      onProgress: ({ bytesDone }) => bytesDone > 8 * MIB && controller.abort(),
    })
    const outcome = await stopped.then(
      () => 'done',
      () => 'aborted',
    )
    const output = await cos.downloadFile(input, { checkpoint: checkpoint() })
    if (outcome === 'aborted') expect(output.bytesResumed).toBeGreaterThan(0)
    expect(await digestOfFile(destination())).toBe(digest(LARGE))
  })

  it('that changed is encrypted with another key, whatever of it was sent before', async () => {
    const LocalFilePath = await vault.at.file(LARGE)
    const input = { ...named('changed'), LocalFilePath, PartSize: 5, MAXThread: 1 }
    const controller = new AbortController()
    let parts = 0
    const stopping = vault.at.client({
      settings,
      platform: watched((method, path) => {
        if (method === 'PUT' && path.includes('partNumber') && ++parts === 3)
          setTimeout(() => controller.abort(), 30)
      }),
    })
    await refusal(stopping.uploadFile(input, { checkpoint: checkpoint(), signal: controller.signal }))
    const [earlier] = (
      await vault.at.plain.listMultipartUploads({ Bucket: vault.at.Bucket, Prefix: 'changed' })
    ).Upload
    const changed = Uint8Array.from(LARGE)
    changed[5] = (changed[5] ?? 0) ^ 1
    await writeFile(LocalFilePath, changed)
    const output = await cos.uploadFile(input, { checkpoint: checkpoint() })
    expect(output.bytesResumed).toBe(0)
    expect(output.UploadId).not.toBe(earlier?.UploadId)
    const first = await vault.at.stored('changed')
    // The whole first block differs, and not one bit of it, as under the same key.
    await cos.uploadFile(input, { checkpoint: checkpoint() })
    const second = await vault.at.stored('changed')
    expect(Buffer.from(first.bytes.subarray(0, 16)).equals(second.bytes.subarray(0, 16))).toBe(false)
    expect(first.Metadata['client-side-encryption-key']).not.toBe(
      second.Metadata['client-side-encryption-key'],
    )
    expect(digest(await (await cos.getObject(named('changed'))).Body.bytes())).toBe(digest(changed))
  })

  it('that changes while it is sent goes up as it is in the end, under one key of its own', async () => {
    const LocalFilePath = await vault.at.file(LARGE)
    const changed = Uint8Array.from(LARGE, (byte) => byte ^ 255)
    let writing: Promise<void> | undefined
    const client = vault.at.client({
      settings,
      platform: watched((method, path) => {
        if (method === 'PUT' && path.includes('partNumber=2')) writing ??= writeFile(LocalFilePath, changed)
      }),
    })
    const input = { ...named('restless'), LocalFilePath, PartSize: 5, MAXThread: 1 }
    const outcome = await client.uploadFile(input, { checkpoint: checkpoint() }).then(
      () => 'done',
      (error: unknown) => refusal(Promise.reject(error)),
    )
    await writing
    // It is taken anew once, which may still be too early.
    expect(['done', 'changed']).toContain(outcome)
    if (outcome !== 'done') await client.uploadFile(input, { checkpoint: checkpoint() })
    expect(digest(await (await cos.getObject(named('restless'))).Body.bytes())).toBe(digest(changed))
  })
})

describe('an upload of encrypted content', () => {
  it('does not look for uploads of others', async () => {
    const LocalFilePath = await vault.at.file(random(10))
    const upload = vault.at.client().uploadFile({ ...named('found'), LocalFilePath }, { findUploads: true })
    expect(await refusal(upload)).toBe('validation')
  })
})
