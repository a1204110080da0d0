// Random multipart uploads: what is completed reads as its parts joined, wherever a read begins and ends.
import {
  type Call,
  completeUpload,
  copyObject,
  copyPart,
  createBucket,
  createUpload,
  deleteObject,
  getObject,
  putObject,
  putPart,
  reclaimGarbage,
  type Store,
} from '@coset/core'
import { CosClient } from '@coset/sdk'
import { startServer } from '@coset/server/testing'
import {
  auditExactly,
  bodyOf,
  bytesNamed,
  contentBytes,
  fakeClock,
  md5Of,
  type SeededRandom,
  STORES,
  seededRandom,
  testCall,
} from '@coset/testkit'
import { expect, it } from 'vitest'
import { type Script, type ScriptedPart, type Source, scriptOf, spansOf } from './multipart-script.js'
import { BUCKET, PLAIN } from './scene.js'

const UPLOADS = { memory: 100, local: 25, http: 15 }
const SOURCES_KEPT = 6
const SEED = Number(process.env.COSET_SEED ?? Date.now() % 1_000_000)
const FACTOR = Number(process.env.COSET_RUNS ?? 1)
const DAY_MS = 24 * 3600_000

/** What a script runs against: core, or a server. */
interface Site {
  put(key: string, bytes: Buffer): Promise<void>
  copy(from: string, to: string): Promise<void>
  remove(key: string): Promise<void>
  begin(key: string): Promise<string>
  /** The part's ETag, bare. */
  send(key: string, uploadId: string, part: ScriptedPart): Promise<string>
  complete(
    key: string,
    uploadId: string,
    parts: readonly Listed[],
  ): Promise<{ readonly etag: string; readonly crc64: bigint }>
  read(key: string, range: string | undefined): Promise<Buffer>
}

interface Listed {
  readonly number: number
  readonly etag: string
}

interface Told {
  readonly etag: string
  readonly crc64: bigint
}

type Crc64Of = (bytes: Uint8Array) => bigint

it.each(['memory', 'local'] as const)('reads as its parts joined, on the %s store', async (name) => {
  const clock = fakeClock()
  const opened = await STORES[name]({ now: clock.now })
  const call = testCall({ clock, random: seededRandom(SEED + 1) })
  const { store } = opened
  await createBucket(call, store, { name: BUCKET, region: 'r', owner: 'o', acl: {}, tags: [] })
  const world = new World(coreSite(call, store), (bytes) => store.crc64.of(bytes))
  await world.run(UPLOADS[name])
  const before = await auditExactly(store)
  expect(before.uploads).toBe(0)
  // What later ones replaced and dropped goes; what they share stays readable.
  clock.advance(DAY_MS)
  await reclaimGarbage(call, store, clock.now())
  const { garbage, stored, referenced } = await auditExactly(store)
  expect({ garbage, stored }).toEqual({ garbage: [], stored: referenced })
  await world.readAll()
  await opened.close()
})

it('reads as its parts joined, through a server', async () => {
  const server = await startServer()
  const cos = new CosClient({ ...server.clientOptions })
  await cos.putBucket({ Bucket: BUCKET })
  const world = new World(sdkSite(cos), (bytes) => server.store.crc64.of(bytes))
  await world.run(UPLOADS.http)
  await auditExactly(server.store)
  await cos.close()
  await server.stop()
})

class World {
  readonly #site: Site
  readonly #crc64: Crc64Of
  readonly #random: SeededRandom = seededRandom(SEED)
  #sources: readonly Source[] = []
  #keys = 0

  constructor(site: Site, crc64: Crc64Of) {
    this.#site = site
    this.#crc64 = crc64
  }

  async run(uploads: number): Promise<void> {
    await this.#add(bytesNamed('inline', 8192), (key, bytes) => this.#site.put(key, bytes))
    await this.#add(bytesNamed('blob', 3 * 1024 * 1024), (key, bytes) => this.#site.put(key, bytes))
    const count = Math.max(1, Math.round(uploads * FACTOR))
    for (let number = 0; number < count; number++) {
      await this.#upload(number).catch((cause: unknown) => {
        throw new Error(`Replay with COSET_SEED=${SEED}, upload ${number}`, { cause })
      })
    }
    console.log(`multipart: ${count} uploads whole, seed ${SEED} (COSET_SEED)`)
  }

  async readAll(): Promise<void> {
    for (const { key, bytes } of this.#sources)
      expect(bytes.equals(await this.#site.read(key, undefined))).toBe(true)
  }

  async #upload(number: number): Promise<void> {
    const script = scriptOf(this.#random, `upload ${number}`, this.#sources)
    const key = `key ${number}`
    const uploadId = await this.#site.begin(key)
    const etags = await this.#send(key, uploadId, script)
    const listed = script.listed.map((part) => ({ number: part.number, etag: etags.get(part.number) ?? '' }))
    const whole = Buffer.concat(script.listed.map(({ bytes }) => bytes))
    const told = await this.#site.complete(key, uploadId, listed)
    expect(told).toEqual(this.#expected(script, whole))
    await this.#compare(key, script, whole)
    await this.#add(whole, (to) => this.#site.copy(key, to))
    if (this.#random.chance(50)) await this.#site.remove(key)
  }

  /** The replaced ones first, then all at once: their order is chance. */
  async #send(key: string, uploadId: string, { sent }: Script): Promise<ReadonlyMap<number, string>> {
    const etags = new Map<number, string>()
    const last = new Map(sent.map((part) => [part.number, part]))
    const send = async (part: ScriptedPart) => {
      const etag = await this.#site.send(key, uploadId, part)
      expect(etag).toBe(md5Of(part.bytes))
      etags.set(part.number, etag)
    }
    for (const part of sent) if (last.get(part.number) !== part) await send(part)
    await Promise.all([...last.values()].map(send))
    return etags
  }

  #expected({ listed }: Script, whole: Buffer): Told {
    const etags = Buffer.concat(listed.map(({ bytes }) => Buffer.from(md5Of(bytes), 'hex')))
    return { etag: `${md5Of(etags)}-${listed.length}`, crc64: this.#crc64(whole) }
  }

  async #compare(key: string, { listed }: Script, whole: Buffer): Promise<void> {
    expect(whole.equals(await this.#site.read(key, undefined))).toBe(true)
    for (const { first, last } of spansOf(this.#random, listed)) {
      const found = await this.#site.read(key, `bytes=${first}-${last}`)
      const isSame = whole.subarray(first, last + 1).equals(found)
      expect(isSame, `bytes ${first} to ${last} of ${whole.length}`).toBe(true)
    }
  }

  /** Later uploads copy parts from the last few of these. */
  async #add(bytes: Buffer, make: (key: string, bytes: Buffer) => Promise<void>): Promise<void> {
    const key = `source ${this.#keys++}`
    await make(key, bytes)
    const [inline, blob, ...others] = [...this.#sources, { key, bytes }]
    const dropped = others.slice(0, -SOURCES_KEPT)
    for (const old of dropped) await this.#site.remove(old.key)
    this.#sources = [inline, blob, ...others.slice(-SOURCES_KEPT)].filter((source) => source !== undefined)
  }
}

function coreSite(call: Call, store: Store): Site {
  const bucket = BUCKET
  const sourceOf = (key: string) => ({ bucket, key, conditions: {} })
  return {
    async put(key, bytes) {
      await putObject(call, store, { ...PLAIN, key, body: bodyOf(bytes) })
    },
    async copy(from, key) {
      const source = sourceOf(from)
      await copyObject(call, store, { ...PLAIN, key, source, replacesMetadata: false, replacesTags: false })
    },
    async remove(key) {
      await deleteObject(call, store, { bucket, key })
    },
    begin: (key) => createUpload(call, store, { ...PLAIN, key }),
    async send(key, uploadId, { number, bytes, copied }) {
      const name = { bucket, key, uploadId, partNumber: number }
      if (copied) {
        const { first, last } = copied
        const input = { ...name, source: sourceOf(copied.key), range: { first, last } }
        return (await copyPart(call, store, input)).etag
      }
      return (await putPart(call, store, { ...name, body: bodyOf(bytes), expected: {} })).etag
    },
    async complete(key, uploadId, parts) {
      const listed = parts.map(({ number, etag }) => ({ partNumber: number, etag }))
      const input = { bucket, key, uploadId, parts: listed, forbidOverwrite: false }
      const { etag, crc64 } = await completeUpload(call, store, input)
      return { etag, crc64 }
    },
    async read(key, range) {
      const { content } = await getObject(call, store, { bucket, key, range, conditions: {} })
      return contentBytes(content)
    },
  }
}

function sdkSite(cos: CosClient): Site {
  const Bucket = BUCKET
  return {
    async put(Key, Body) {
      await cos.putObject({ Bucket, Key, Body })
    },
    async copy(from, Key) {
      await cos.copyObject({ Bucket, Key, CopySource: { Bucket, Key: from } })
    },
    async remove(Key) {
      await cos.deleteObject({ Bucket, Key })
    },
    async begin(Key) {
      return (await cos.createMultipartUpload({ Bucket, Key })).UploadId
    },
    async send(Key, UploadId, { number, bytes, copied }) {
      const name = { Bucket, Key, UploadId, PartNumber: number }
      if (!copied) return bare((await cos.uploadPart({ ...name, Body: bytes })).ETag)
      const CopySourceRange = `bytes=${copied.first}-${copied.last}`
      const CopySource = { Bucket, Key: copied.key }
      return bare((await cos.uploadPartCopy({ ...name, CopySource, CopySourceRange })).ETag)
    },
    async complete(Key, UploadId, parts) {
      const Part = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` }))
      const done = await cos.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Part } })
      return { etag: bare(done.ETag), crc64: BigInt(done.Crc64 ?? -1) }
    },
    async read(Key, range) {
      const { Body } = await cos.getObject({ Bucket, Key, ...(range === undefined ? {} : { Range: range }) })
      return Buffer.from(await Body.bytes())
    },
  }
}

function bare(etag: string): string {
  return etag.replaceAll('"', '')
}
