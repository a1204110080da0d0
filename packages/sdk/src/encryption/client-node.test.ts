import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { UploadFileInput } from '../index.js'
import { AES_KEY, contentOf, decryptSpan, digest } from '../testing/encrypted.js'
import { fakeTime, reply, SECRET_ID, SECRET_KEY, xml } from '../testing/scripted-server.js'
import { failureOf, LARGE, MIB, UploadStage } from '../testing/upload-stage.js'
import { AESProvider } from './aes-provider-node.js'
import { CosEncryptionClient } from './client-node.js'
import { DECISIONS } from './decisions.js'
import { createEncryption } from './encryption.js'
import { nodePrimitives } from './primitives-node.js'

const Bucket = 'examplebucket-1250000000'
const provider = new AESProvider({ aes_key: AES_KEY })

/** What becomes of the methods that are no operations. */
const METHODS: Readonly<
  Record<string, 'encrypts' | 'decrypts' | 'refuses' | 'keeps' | 'carries no content'>
> = {
  putObjectFromLocalFile: 'encrypts',
  upload: 'encrypts',
  uploadFile: 'encrypts',
  uploadDirectory: 'encrypts',
  downloadFile: 'decrypts',
  downloadDirectory: 'decrypts',
  copy: 'keeps',
  moveObject: 'keeps',
  rewrap: 'keeps',
  getPresignedUrl: 'refuses',
  getPostObjectForm: 'refuses',
  getPresignedDownloadUrl: 'carries no content',
  deletePrefix: 'carries no content',
  paginateObjects: 'carries no content',
  paginateObjectPages: 'carries no content',
  paginateObjectVersions: 'carries no content',
  paginateObjectVersionPages: 'carries no content',
  objectExists: 'carries no content',
  bucketExists: 'carries no content',
  close: 'carries no content',
}

let stage: UploadStage
let cos: CosEncryptionClient
beforeEach(async () => {
  stage = await UploadStage.open()
  cos = new CosEncryptionClient(
    { Endpoint: stage.server.host, Scheme: 'http', SecretId: SECRET_ID, SecretKey: SECRET_KEY },
    provider,
    {},
    fakeTime().platform,
  )
})
afterEach(async () => {
  await cos.close()
  await stage.close()
})

describe('a client that encrypts', () => {
  it('has decided what becomes of each of its methods', () => {
    const names = new Set<string>()
    for (
      let at: object | null = CosEncryptionClient.prototype;
      at && at !== Object.prototype;
      at = Object.getPrototypeOf(at)
    ) {
      for (const name of Object.getOwnPropertyNames(at)) names.add(name)
    }
    // `context` gives no content to anybody.
    for (const name of ['constructor', 'context']) names.delete(name)
    const decided = [...Object.keys(DECISIONS), ...Object.keys(METHODS)]
    expect([...names].sort()).toEqual(decided.sort())
  })

  it('sends nothing that can be read, whichever method sends it', async () => {
    const marker = Buffer.from('nobody shall read this')
    const Body = Buffer.concat(Array.from({ length: 5000 }, () => marker))
    await stage.put(Body)
    const folder = join(stage.folder, 'folder')
    await mkdir(folder)
    await writeFile(join(folder, 'inside'), Body)
    const input = { Bucket, Key: 'k' }
    async function* stream() {
      yield Body
    }
    const { UploadId } = await cos.createMultipartUpload(input)
    const sending: Readonly<Record<string, () => Promise<unknown>>> = {
      putObject: () => cos.putObject({ ...input, Body }),
      putObjectFromLocalFile: () => cos.putObjectFromLocalFile({ ...input, LocalFilePath: stage.file }),
      upload: () => cos.upload({ ...input, Body }),
      'upload of a stream': () => cos.upload({ ...input, Body: stream() }),
      uploadFile: () => cos.uploadFile({ ...input, LocalFilePath: stage.file }),
      uploadDirectory: () => cos.uploadDirectory({ Bucket, LocalDirPath: folder }, { overwrite: 'always' }),
      uploadPart: () => cos.uploadPart({ ...input, UploadId, PartNumber: 1, Body }),
    }
    for (const [name, send] of Object.entries(sending)) {
      stage.server.requests.length = 0
      await send()
      const bodies = stage.server.requests.map(({ body }) => body)
      expect(
        bodies.some((body) => body.length >= Body.length),
        name,
      ).toBe(true)
      expect(
        bodies.some((body) => body.includes(marker)),
        name,
      ).toBe(false)
    }
  })

  it('refuses by name what would store plain content, and sends nothing', async () => {
    stage.server.requests.length = 0
    const refused = Object.entries(DECISIONS).filter(([, decision]) => typeof decision === 'object')
    expect(refused.map(([name]) => name).sort()).toEqual([
      'appendObject',
      'postObject',
      'selectObjectContent',
      'uploadPartCopy',
    ])
    for (const [name] of refused) {
      const method = Reflect.get(cos, name) as (input: object) => Promise<unknown>
      const error = await failureOf(method.call(cos, { Bucket, Key: 'k', Body: 'x' }))
      expect(error).toMatchObject({ kind: 'validation', message: expect.stringContaining('CosClient') })
    }
    expect(stage.server.requests).toEqual([])
  })

  it('shows no key when it is printed', async () => {
    const { inspect } = await import('node:util')
    expect(inspect(cos, { depth: 9, showHidden: true })).not.toContain(AES_KEY.slice(0, 12))
  })
})

describe('bytes that were sent under a key', () => {
  /** By upload and part: every body that was sent of it, also those that ended early. */
  function sentParts(): ReadonlyMap<string, readonly Buffer[]> {
    const sent = new Map<string, Buffer[]>()
    for (const { url, body } of stage.server.requests) {
      if (url.includes('partNumber=')) sent.set(url, [...(sent.get(url) ?? []), body])
    }
    return sent
  }

  /** No two bodies of one part differ where both have bytes. */
  function assertNoneDiffers(): void {
    for (const bodies of sentParts().values()) {
      const [first = Buffer.alloc(0), ...others] = bodies.toSorted((a, b) => b.length - a.length)
      for (const other of others) expect(other.equals(first.subarray(0, other.length))).toBe(true)
    }
  }

  async function stored(Key: string, uploadUrl: string): Promise<Uint8Array> {
    const id = new URL(uploadUrl, 'http://h').searchParams.get('uploadId')
    const created = stage.server.requests.filter(
      ({ url, method }) => method === 'POST' && url.includes('uploads'),
    )
    const headers = created[Number(id?.slice(-1)) - 1]?.headers ?? {}
    const entries = Object.entries(headers).filter(([name]) => name.startsWith('x-cos-meta-'))
    const metadata = Object.fromEntries(entries.map(([name, value = '']) => [name.slice(11), value]))
    const cipher = await createEncryption(provider, {}, nodePrimitives).open(metadata, { Bucket, Key })
    const body = stage.bucket.objects.get(Key)?.body
    if (!cipher || !body) throw new Error('Nothing was stored.')
    return decryptSpan(cipher, body)
  }

  const upload = (input: Partial<UploadFileInput> = {}) =>
    cos.uploadFile(
      { Bucket, Key: 'k', LocalFilePath: stage.file, PartSize: 5, MAXThread: 2, ...input },
      { checkpoint: { folder: join(stage.folder, 'state') } },
    )

  it('are the same each time a part is sent', async () => {
    await stage.put(LARGE)
    let failures = 0
    stage.bucket.lost = (call) => (call.startsWith('part ') && ++failures % 2 === 1 ? reply(503) : undefined)
    await upload()
    assertNoneDiffers()
    const [[url = ''] = []] = [...sentParts()]
    expect(failures).toBeGreaterThan(5)
    expect(digest(await stored('k', url))).toBe(digest(LARGE))
  })

  it('are never followed by those of a file that changed: it gets another key', async () => {
    await stage.put(LARGE)
    const changed = Buffer.from(LARGE).fill(7, 11 * MIB, 12 * MIB)
    let isChanged = false
    stage.bucket.lost = async (call) => {
      if (call !== 'part 3' || isChanged) return undefined
      isChanged = true
      await stage.put(changed)
      return reply(503)
    }
    await upload({ MAXThread: 1 })
    assertNoneDiffers()
    const urls = [...sentParts().keys()]
    const ids = new Set(urls.map((url) => new URL(url, 'http://h').searchParams.get('uploadId')))
    expect(ids.size).toBe(2)
    expect(digest(await stored('k', urls.at(-1) ?? ''))).toBe(digest(changed))
  })

  it('are never followed by those of memory that changed', async () => {
    const Body = Buffer.from(contentOf(300_000))
    stage.server.script(
      (...given) => {
        Body.fill(1)
        return reply(503)(...given)
      },
      xml(200, '<Never/>'),
    )
    const error = await failureOf(cos.putObject({ Bucket, Key: 'k', Body }))
    expect(error).toMatchObject({ kind: 'changed' })
    const [first, ...others] = stage.server.requests.map(({ body }) => body)
    for (const other of others) expect(other.equals(first?.subarray(0, other.length) ?? other)).toBe(true)
  })

  it('are of one upload alone', async () => {
    await stage.put(LARGE)
    await upload()
    await upload()
    const keys = stage.server.requests.flatMap(
      ({ headers }) => headers['x-cos-meta-client-side-encryption-key'] ?? [],
    )
    expect(new Set(keys).size).toBe(2)
  })
})

describe('an encrypted upload', () => {
  it('of an empty file stores what shows that it is empty', async () => {
    await stage.put(Buffer.alloc(0))
    await cos.uploadFile({ Bucket, Key: 'k', LocalFilePath: stage.file })
    expect(stage.bucket.objects.get('k')?.body.length).toBe(16)
  })
})
