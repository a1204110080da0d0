// Lists against their definition, on random keys; and a long list read in pages while others write.
import {
  type Call,
  createBucket,
  deleteBucket,
  deleteObject,
  listObjects,
  putObject,
  type Store,
} from '@coset/core'
import { startServer } from '@coset/server/testing'
import {
  bodyOf,
  commonPrefix,
  compareUtf8,
  delimiter,
  keyFragment,
  listNaively,
  objectKey,
  pageKeys,
  STORES,
  seededRandom,
  testCall,
} from '@coset/testkit'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cosHttp, elements, text, xmlOf } from './cos-http.js'
import { replayed } from './replay.js'

const RUNS = { memory: 300, local: 60 }
const PAGE = 1000
const BUCKET = 'listed-1250000000'
const STORE_NAMES = ['memory', 'local'] as const

async function makeBucket(call: Call, store: Store, name: string): Promise<void> {
  await createBucket(call, store, { name, region: 'r', owner: 'o', acl: {}, tags: [] })
}

async function put(call: Call, store: Store, bucket: string, key: string): Promise<void> {
  const plain = { expected: {}, headers: {}, metadata: {}, acl: {}, tags: [], forbidOverwrite: false }
  await putObject(call, store, { bucket, key, body: bodyOf(key), storageClass: 'STANDARD', ...plain })
}

/** At most 256 at once, as the local store makes one commit durable together with those that wait. */
async function putAll(call: Call, store: Store, keys: readonly string[]): Promise<void> {
  for (let at = 0; at < keys.length; at += 256) {
    await Promise.all(keys.slice(at, at + 256).map((key) => put(call, store, BUCKET, key)))
  }
}

const queries = fc.record({ prefix: keyFragment, delimiter, marker: keyFragment, keysMax: pageKeys })
const listings = fc.record({
  keys: fc.uniqueArray(objectKey, { maxLength: 40, size: 'max' }),
  asked: fc.array(queries, { minLength: 1, maxLength: 12, size: 'max' }),
})

type Query = typeof queries extends fc.Arbitrary<infer T> ? T : never

it.each(STORE_NAMES)('gives the pages the definition gives, on the %s store', async (name) => {
  const opened = await STORES[name]()
  const call = testCall()
  let run = 0
  let lists = 0
  const property = fc.asyncProperty(listings, async ({ keys, asked }) => {
    const bucket = `run${run++}-1250000000`
    await makeBucket(testCall({ random: seededRandom(run) }), opened.store, bucket)
    await Promise.all(keys.map((key) => put(call, opened.store, bucket, key)))
    try {
      lists += await compareLists(call, opened.store, { bucket, keys, asked })
    } finally {
      for (const key of keys) await deleteObject(call, opened.store, { bucket, key })
      await deleteBucket(call, opened.store, bucket)
    }
  })
  try {
    await replayed(property, RUNS[name])
  } finally {
    await opened.close()
  }
  console.log(`listing, ${name}: ${run} key sets, ${lists} lists`)
})

interface Comparison {
  readonly bucket: string
  readonly keys: readonly string[]
  readonly asked: readonly Query[]
}

/** The queries asked, and a list from each key. Markers that are common prefixes, which jump, are tried for each. */
async function compareLists(call: Call, store: Store, { bucket, keys, asked }: Comparison): Promise<number> {
  const entries = keys.map((key) => ({ key, entry: key }))
  let lists = 0
  for (const query of [...asked, ...keys.map((marker) => ({ ...EVERYTHING, marker }))]) {
    const folded = commonPrefix(query.marker, query.prefix, query.delimiter) ?? query.marker
    for (const marker of new Set([query.marker, folded])) {
      const page = await listObjects(call, store, { bucket, ...query, marker })
      const expected = listNaively(entries, query, marker)
      expect(page.objects.map((object) => object.key)).toEqual(expected.entries.map(({ key }) => key))
      expect(page.commonPrefixes).toEqual(expected.commonPrefixes)
      expect(page.nextMarker).toBe(expected.next)
      lists++
    }
  }
  return lists
}

const EVERYTHING = { prefix: '', delimiter: '', keysMax: undefined }

/** Keys that stay, in an order that is not the list's; `others` are written and deleted between them. */
function stayingKeys(count: number): readonly string[] {
  const shapes = ['plain/', 'plain/deep/', '中文/', '😀', '\uffff', 'z%2B+']
  return Array.from({ length: count }, (_, number) => {
    const mixed = (Math.imul(number, 0x9e3779b1) >>> 0).toString(36)
    return `${shapes[number % shapes.length]}${mixed}-${number}`
  })
}

/** Each key at most once, and in order: told as an error with the first offender. */
function assertInOrder(listed: readonly string[]): void {
  const at = listed.findIndex((key, index) => index > 0 && compareUtf8(listed[index - 1] ?? '', key) >= 0)
  if (at >= 0) throw new Error(`The list goes from ${listed[at - 1]} to ${listed[at]}.`)
}

/** Calls `step` with ever new keys next to those that stay, until told to stop. */
async function disturb(keys: readonly string[], stopped: () => boolean, step: Disturbance): Promise<number> {
  const random = seededRandom(5)
  let count = 0
  while (!stopped()) {
    const near = Array.from({ length: 16 }, () => `${random.pick(keys)}~${random.below(3)}`)
    await Promise.all(near.map((key) => step(key, random.chance(60) ? 'put' : 'delete')))
    count += near.length
    await new Promise((resolve) => setImmediate(resolve))
  }
  return count
}

type Disturbance = (key: string, what: 'put' | 'delete') => Promise<unknown>

describe.each(STORE_NAMES)('100,000 keys on the %s store', (name) => {
  const keys = stayingKeys(100_000)
  const call = testCall()
  let opened: Awaited<ReturnType<(typeof STORES)['memory']>>
  beforeAll(async () => {
    opened = await STORES[name]()
    await makeBucket(call, opened.store, BUCKET)
    await putAll(call, opened.store, keys)
    console.log(`listing, ${name}: ${keys.length} keys are written`)
  }, 600_000)
  afterAll(() => opened.close())

  it('come once each, in order, while others are written and deleted among them', async () => {
    const { store } = opened
    let stop = false
    const disturbing = disturb(
      keys,
      () => stop,
      (key, what) =>
        what === 'put' ? put(call, store, BUCKET, key) : deleteObject(call, store, { bucket: BUCKET, key }),
    )
    const listed: string[] = []
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const page = await listObjects(call, store, { bucket: BUCKET, ...EVERYTHING, marker })
      listed.push(...page.objects.map((object) => object.key))
      marker = page.nextMarker
      await new Promise((resolve) => setImmediate(resolve))
    }
    stop = true
    const writes = await disturbing
    console.log(`listing, ${name}: ${listed.length} keys listed during ${writes} writes`)
    assertInOrder(listed)
    const found = new Set(listed)
    expect(keys.filter((key) => !found.has(key))).toEqual([])
    expect(listed.length).toBeGreaterThan(keys.length)
  })

  it('fold into their common prefixes, a page at a time', async () => {
    const listed: string[] = []
    for (let marker: string | undefined = ''; marker !== undefined; ) {
      const query = { prefix: 'plain/', delimiter: '/', keysMax: PAGE - 1 }
      const page = await listObjects(call, opened.store, { bucket: BUCKET, ...query, marker })
      listed.push(...page.objects.map((object) => object.key), ...page.commonPrefixes)
      marker = page.nextMarker
    }
    const stayed = listed.filter((key) => !key.includes('~'))
    const expected = keys.filter((key) => /^plain\/[^/]*$/.test(key))
    expect(stayed.sort(compareUtf8)).toEqual([...expected, 'plain/deep/'].sort(compareUtf8))
  })
})

it('comes whole and in order over HTTP while another client writes', async () => {
  const server = await startServer({ storage: 'local' })
  const [reader, writer] = [cosHttp(server, 2), cosHttp(server, 16)]
  const keys = stayingKeys(5000)
  try {
    expect((await writer.request({ method: 'PUT', bucket: BUCKET })).status).toBe(200)
    const step: Disturbance = async (key, what) => {
      const body = what === 'put' ? { body: Buffer.from(key) } : {}
      const reply = await writer.request({
        method: what === 'put' ? 'PUT' : 'DELETE',
        bucket: BUCKET,
        key,
        ...body,
      })
      expect(reply.status).toBe(what === 'put' ? 200 : 204)
    }
    for (let at = 0; at < keys.length; at += 64) {
      await Promise.all(keys.slice(at, at + 64).map((key) => step(key, 'put')))
    }
    let stop = false
    const disturbing = disturb(keys, () => stop, step)
    for (let pass = 0; pass < 5; pass++) {
      const listed: string[] = []
      for (let marker: string | undefined = ''; marker !== undefined; ) {
        const params = { marker, 'max-keys': '333', 'encoding-type': 'url' }
        const document = xmlOf(await reader.request({ method: 'GET', bucket: BUCKET, params }))
        listed.push(
          ...elements(document, 'Contents').map((one) => decodeURIComponent(text(one, 'Key') ?? '')),
        )
        const next = text(document, 'IsTruncated') === 'true' ? text(document, 'NextMarker') : undefined
        marker = next === undefined ? undefined : decodeURIComponent(next)
      }
      assertInOrder(listed)
      const found = new Set(listed)
      expect(keys.filter((key) => !found.has(key))).toEqual([])
    }
    stop = true
    console.log(`listing, HTTP: 5 times ${keys.length} keys during ${await disturbing} writes`)
  } finally {
    reader.close()
    writer.close()
    await server.stop()
  }
})
