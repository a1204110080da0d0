// Objects from a page of another origin: the calls that most applications make.
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  IN_CHROMIUM,
  type InPage,
  inPage,
  inWorker,
  isChromiumThere,
  type Stage,
  startStage,
} from './stage.js'

describe.skipIf(!isChromiumThere)(IN_CHROMIUM, () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage()
  })
  afterAll(() => stage?.stop())

  const given = (bucket = stage.Bucket) => ({ options: { ...stage.server.clientOptions }, Bucket: bucket })
  type Given = ReturnType<typeof given>

  const roundTrip: InPage<Given, unknown> = async ({ CosClient }, { options, Bucket }) => {
    const cos = new CosClient(options)
    const Key = 'dir/中文 +&?#%\u{1f600}./x//y'
    const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at % 256)
    const { ETag } = await cos.putObject({ Bucket, Key, Body: bytes, ContentType: 'a/b', EnableMD5: true })
    const got = await cos.getObject({ Bucket, Key })
    const same = (await got.Body.bytes()).every((byte, at) => byte === at % 256)
    const list = await cos.listObjects({ Bucket, Prefix: 'dir/' })
    const url = cos.getPresignedUrl({ Method: 'GET', Bucket, Key })
    const fetched = new Uint8Array(await (await fetch(url)).arrayBuffer())
    const range = await (await cos.getObject({ Bucket, Key, Range: 'bytes=1-3' })).Body.bytes()
    const { Deleted } = await cos.deleteObjects({ Bucket, Delete: { Object: [{ Key }] } })
    const exists = await cos.objectExists({ Bucket, Key })
    return {
      same,
      tagged: ETag === list.Contents[0]?.ETag,
      keys: list.Contents.map((entry) => entry.Key === Key),
      fetched: fetched.length,
      range: [...range],
      deleted: Deleted?.length,
      exists,
    }
  }
  const ROUND_TRIP = {
    same: true,
    tagged: true,
    keys: [true],
    fetched: 1000,
    range: [1, 2, 3],
    deleted: 1,
    exists: false,
  }

  it('puts, gets, lists, presigns and deletes, whatever the key is made of', async () => {
    const page = await stage.newPage()
    expect(await inPage(page, roundTrip, given())).toEqual(ROUND_TRIP)
    await page.close()
  })

  it('does so in a worker, which has no window', async () => {
    const page = await stage.newPage()
    expect(await inWorker(page, roundTrip, given())).toEqual(ROUND_TRIP)
    await page.close()
  })

  it('sends text, bytes, Blobs and streams, checked by their CRC-64', async () => {
    const page = await stage.newPage()
    const told = await inPage(
      page,
      async ({ CosClient }, { options, Bucket }) => {
        const cos = new CosClient(options)
        const bytes = crypto.getRandomValues(new Uint8Array(60_000))
        const large = new Blob(Array.from({ length: 50 }, () => bytes))
        const stream = () => large.stream()
        const bodies = {
          text: 'é',
          bytes,
          large,
          file: new File([large], 'f', { type: 'a/b' }),
          stream: stream(),
        }
        const told: Record<string, unknown> = {}
        for (const [Key, Body] of Object.entries(bodies)) {
          const { Crc64 } = await cos.putObject({ Bucket, Key, Body })
          const got = await cos.getObject({ Bucket, Key })
          told[Key] = [typeof Crc64, (await got.Body.bytes()).length, got.ContentType]
        }
        await cos.postObject({ Bucket, Key: 'form', Body: large })
        told.form = (await cos.headObject({ Bucket, Key: 'form' })).ContentLength
        return told
      },
      given(),
    )
    expect(told).toEqual({
      text: ['bigint', 2, 'application/octet-stream'],
      bytes: ['bigint', 60_000, 'application/octet-stream'],
      large: ['bigint', 3_000_000, 'application/octet-stream'],
      file: ['bigint', 3_000_000, 'a/b'],
      stream: ['bigint', 3_000_000, 'application/octet-stream'],
      form: 3_000_000,
    })
    await page.close()
  })

  it('checks what it sends and gets on pages whose policy lets no WebAssembly in', async () => {
    const page = await stage.newPage()
    await page.goto(`${stage.origin}/strict`)
    const told = await inPage(
      page,
      async ({ CosClient }, { options, Bucket }) => {
        const { WebAssembly } = globalThis as unknown as {
          WebAssembly: { compile(bytes: Uint8Array): Promise<unknown> }
        }
        const isRefused = await WebAssembly.compile(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])).then(
          () => false,
          () => true,
        )
        const cos = new CosClient(options)
        await cos.putObject({ Bucket, Key: 'strict', Body: 'content' })
        return [isRefused, await (await cos.getObject({ Bucket, Key: 'strict' })).Body.text()]
      },
      given(),
    )
    expect(told).toEqual([true, 'content'])
    await page.close()
  })

  it('reads what is stored encoded as it is meant, where the rule exposes that it is', async () => {
    const read: InPage<Given, unknown> = async ({ CosClient }, { options, Bucket }) => {
      const { Body } = await new CosClient(options).getObject({ Bucket, Key: 'encoded' })
      return Body.text().then(
        (text) => text.length,
        (error) => error.message,
      )
    }
    const page = await stage.newPage()
    const silent = await stage.newBucket()
    await stage.allow(silent, { ExposeHeader: ['ETag', 'x-cos-hash-crc64ecma'] })
    for (const Bucket of [stage.Bucket, silent]) {
      const Body = gzipSync('hello'.repeat(1000))
      await stage.cos.putObject({ Bucket, Key: 'encoded', Body, ContentEncoding: 'gzip' })
    }
    expect(await inPage(page, read, given())).toBe(5000)
    expect(await inPage(page, read, given(silent))).toMatch(/expose Content-Encoding/)
    await page.close()
  })

  it('asks an object in SQL, and reads the result as events, text and rows', async () => {
    const page = await stage.newPage()
    const select: InPage<Given, unknown> = async ({ CosClient }, { options, Bucket }) => {
      const cos = new CosClient(options)
      const Key = 'table.csv'
      await cos.putObject({ Bucket, Key, Body: 'name,score\nAda,12\nBob,7\nÉva,30\n' })
      const ask = (Expression: string) =>
        cos.selectObjectContent({
          Bucket,
          Key,
          Expression,
          InputSerialization: { CSV: { FileHeaderInfo: 'USE' } },
          OutputSerialization: { JSON: {} },
        })
      const query = 'SELECT s.name FROM COSObject s WHERE CAST(s.score AS INT) > 10'
      const types: string[] = []
      for await (const { type } of (await ask(query)).Body) types.push(type)
      const rows: unknown[] = []
      for await (const row of (await ask(query)).Body.rows()) rows.push(row)
      const { Body } = await ask(query)
      const text = await Body.text()
      const { bytesReturned } = await Body.stats
      const refused = await ask('SELECT').catch((error: Error & { code?: string }) => error.code)
      return { types, rows, text, bytesReturned, refused }
    }
    const text = '{"name":"Ada"}\n{"name":"Éva"}\n'
    expect(await inPage(page, select, given())).toEqual({
      types: ['records', 'stats', 'end'],
      rows: [{ name: 'Ada' }, { name: 'Éva' }],
      text,
      bytesReturned: Buffer.byteLength(text),
      refused: 'SQLParsingError',
    })
    await page.close()
  })

  it('has a network error with a hint where no rule allows its origin', async () => {
    const page = await stage.newPage()
    const error = await inPage(
      page,
      ({ CosClient, CosClientError }, { options, Bucket }) =>
        new CosClient({ ...options, Retries: 0 }).putObject({ Bucket, Key: 'k', Body: 'x' }).then(
          () => ['stored'],
          (error) => (error instanceof CosClientError ? [error.kind, error.message] : [String(error)]),
        ),
      given(await stage.newBucket()),
    )
    expect(error[0]).toBe('network')
    expect(error[1]).toContain(stage.origin)
    expect(error[1]).toMatch(/CORS.*putBucketCors/)
    await page.close()
  })

  it('is told the code of an error', async () => {
    const page = await stage.newPage()
    const code = await inPage(
      page,
      ({ CosClient, CosServiceError }, { options, Bucket }) =>
        new CosClient(options).getObject({ Bucket, Key: 'no such key' }).then(
          () => 'found',
          (error) => (error instanceof CosServiceError ? `${error.statusCode} ${error.code}` : String(error)),
        ),
      given(),
    )
    expect(code).toBe('404 NoSuchKey')
    await page.close()
  })

  it('ends calls and bodies at once when their signal fires, and everything on close', async () => {
    await stage.cos.putObject({ Bucket: stage.Bucket, Key: 'large', Body: new Uint8Array(8 * 1024 * 1024) })
    const page = await stage.newPage()
    const told = await inPage(
      page,
      async ({ CosClient, CosClientError }, { options, Bucket }) => {
        const cos = new CosClient(options)
        const kindOf = (promise: Promise<unknown>) =>
          promise.then(
            () => 'done',
            (error) => (error instanceof CosClientError ? error.kind : String(error)),
          )
        const upload = new AbortController()
        const slow = {
          Bucket,
          Key: 'slow',
          Body: new Blob([new Uint8Array(4_000_000)]),
          TrafficLimit: 819_200,
        }
        const uploading = kindOf(cos.putObject(slow, { signal: upload.signal }))
        const download = new AbortController()
        const reading = { Bucket, Key: 'large', TrafficLimit: 819_200 }
        const got = await cos.getObject(reading, { signal: download.signal })
        const downloading = kindOf(got.Body.bytes())
        await new Promise((resolve) => setTimeout(resolve, 300))
        const startMs = performance.now()
        upload.abort()
        download.abort()
        const kinds = [await uploading, await downloading]
        const tookMs = performance.now() - startMs
        const other = await cos.getObject(reading)
        const left = [kindOf(other.Body.bytes()), kindOf(cos.putObject(slow))]
        await cos.close()
        return { kinds, isQuick: tookMs < 100, left: await Promise.all(left) }
      },
      given(),
    )
    expect(told).toEqual({ kinds: ['aborted', 'aborted'], isQuick: true, left: ['aborted', 'aborted'] })
    await page.close()
  })

  it('has no idea of more than its bounds: a stream of more than 64 MiB is refused', async () => {
    const page = await stage.newPage()
    const told = await inPage(
      page,
      ({ CosClient }, { options, Bucket }) => {
        const chunk = new Uint8Array(1024 * 1024)
        let chunks = 0
        const Body = new ReadableStream<Uint8Array>({
          pull(controller) {
            chunks++
            controller.enqueue(chunk)
          },
        })
        return new CosClient(options)
          .putObject({ Bucket, Key: 'k', Body })
          .catch((error) => [error.kind, chunks < 70])
      },
      given(),
    )
    expect(told).toEqual(['validation', true])
    await page.close()
  })
})
