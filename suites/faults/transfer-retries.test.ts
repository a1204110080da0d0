// How transfers try again, part by part, and how they stop: seen from the proxy in between.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { CosClient, type CosClientOptions, nodePlatform } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import {
  bytesNamed,
  type FaultProxy,
  type ProxiedRequest,
  type ProxyFault,
  startFaultProxy,
} from '@coset/testkit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'

const MIB = 1024 * 1024
const Bucket = 'retries-1250000000'
const CONTENT = bytesNamed('content', 5 * MIB + 1)
/** Files go up in parts only beyond 20 MiB. */
const LARGE = bytesNamed('large', 20 * MIB + 1)
const SOURCE = 'source'
const TARGET = 'target'
/** Tries of a part after the first one, for a client with one retry: three times as many. */
const PART_RETRIES = 3

let server: TestServer
let proxy: FaultProxy
let direct: CosClient
let cos: CosClient
let folder: string
let pauses: number[]
beforeAll(async () => {
  server = await startServer()
  direct = new CosClient(server.clientOptions)
  folder = await mkdtemp(join(tmpdir(), 'coset-retries-'))
  await writeFile(join(folder, 'large'), LARGE)
  await direct.putBucket({ Bucket })
  await direct.putObject({ Bucket, Key: SOURCE, Body: CONTENT })
})
afterAll(async () => {
  await direct.close()
  await server.stop()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  proxy = await startFaultProxy(server.url)
  pauses = []
  cos = clientOf({})
})
afterEach(async () => {
  await cos.close()
  await proxy.close()
  await direct.deleteObject({ Bucket, Key: TARGET })
})

function clientOf(options: Partial<CosClientOptions>): CosClient {
  const sleep = async (ms: number) => void pauses.push(ms)
  const own = { ...server.clientOptions, Endpoint: proxy.endpoint, Retries: 1, ...options }
  return new CosClient(own, { ...nodePlatform, sleep, random: () => 0.999_999 })
}

interface Transfer {
  readonly name: string
  run(signal?: AbortSignal): Promise<unknown>
  /** The part a request is about, or undefined. */
  partOf(request: ProxiedRequest): number | undefined
  /** Whether it leaves an upload behind unless it is given up. */
  readonly isUpload: boolean
}

const target = { Bucket, Key: TARGET, PartSize: 1, MAXThread: 3 }

const TRANSFERS: readonly Transfer[] = [
  {
    name: 'uploadFile',
    run: (signal) =>
      cos.uploadFile({ ...target, LocalFilePath: join(folder, 'large') }, { signal, checkpoint: false }),
    partOf: ({ operation, partNumber }) => (operation === 'putPart' ? partNumber : undefined),
    isUpload: true,
  },
  {
    name: 'upload of a stream',
    run: (signal) => cos.upload({ ...target, Body: Readable.from([CONTENT]) }, { signal }),
    partOf: ({ operation, partNumber }) => (operation === 'putPart' ? partNumber : undefined),
    isUpload: true,
  },
  {
    name: 'copy',
    run: (signal) =>
      cos.copy({ ...target, CopySource: { Bucket, Key: SOURCE } }, { signal, partsFromBytes: MIB }),
    partOf: ({ operation, partNumber }) => (operation === 'copyPart' ? partNumber : undefined),
    isUpload: true,
  },
  {
    name: 'downloadFile',
    run(signal) {
      const input = { ...target, Key: SOURCE, DestFilePath: join(folder, 'target') }
      return cos.downloadFile(input, { signal, checkpoint: false })
    },
    partOf({ operation, range }) {
      const first = /^bytes=(\d+)-/.exec(range ?? '')?.[1]
      return operation === 'get' && first !== undefined ? Math.floor(Number(first) / MIB) + 1 : undefined
    },
    isUpload: false,
  },
]

const ACCESS_DENIED: ProxyFault = {
  kind: 'answer',
  status: 403,
  code: 'AccessDenied',
  retryAfterS: undefined,
  when: 'instead',
}
const slowDown = (retryAfterS: number | undefined): ProxyFault => ({
  kind: 'answer',
  status: 503,
  code: 'SlowDown',
  retryAfterS,
  when: 'instead',
})

/** The requests about parts, by their numbers. */
function partsAsked({ partOf }: Transfer): readonly number[] {
  return proxy.records.flatMap((record) => partOf(record) ?? [])
}

async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => {
      throw new Error('It succeeded.')
    },
    (error: unknown) => error,
  )
}

describe.each(TRANSFERS)('$name', (transfer) => {
  it('stops at the first part that fails for good, tells which and why, and asks for no other', async () => {
    let stalled = 0
    proxy.follow((request) => {
      const part = transfer.partOf(request)
      if (part === undefined) return { kind: 'pass' }
      // The part fails once the others are under way, which then never end by themselves.
      if (part !== 2) stalled++
      return part === 2 ? ACCESS_DENIED : { kind: 'stall', where: 'reply' }
    })
    const error = await caught(transfer.run())
    expect(error).toMatchObject({ code: 'AccessDenied', partNumber: 2, cause: { code: 'AccessDenied' } })
    const asked = partsAsked(transfer)
    expect(asked.filter((part) => part === 2)).toEqual([2])
    expect(stalled).toBeLessThanOrEqual(2)
    await expect.poll(() => proxy.records.every(({ ended }) => ended)).toBe(true)
    expect(partsAsked(transfer)).toEqual(asked)
    if (transfer.isUpload) {
      await cos.close()
      expect((await direct.listMultipartUploads({ Bucket })).Upload).toEqual([])
    }
  })

  it('waits as long as the server asks before it tries a part again, and that part only', async () => {
    let failures = 0
    proxy.follow((request) => {
      const fails = transfer.partOf(request) === 3 && failures++ < 2
      return fails ? slowDown(failures === 1 ? 7 : undefined) : { kind: 'pass' }
    })
    await transfer.run()
    expect(pauses).toEqual([7000, 200])
    const asked = partsAsked(transfer)
    expect(asked.filter((part) => part === 3).length).toBe(3)
    expect(asked.length).toBe(new Set(asked).size + 2)
  })

  it.each<[string, ProxyFault]>([
    ['the connection breaks', { kind: 'resetBefore' }],
    ['the reply is lost', { kind: 'loseReply' }],
  ])('gives a part up after so many tries: %s', async (_, fault) => {
    proxy.follow((request) => (transfer.partOf(request) === 3 ? fault : { kind: 'pass' }))
    const error = await caught(transfer.run())
    expect(error).toMatchObject({ kind: 'network', partNumber: 3, cause: { kind: 'network' } })
    expect(partsAsked(transfer).filter((part) => part === 3).length).toBe(PART_RETRIES + 1)
  })

  it('lets every part have its own tries', async () => {
    const failures = new Map<number, number>()
    proxy.follow((request) => {
      const part = transfer.partOf(request)
      const before = failures.get(part ?? 0) ?? 0
      if (part === undefined || before >= PART_RETRIES) return { kind: 'pass' }
      failures.set(part, before + 1)
      return { kind: 'resetBefore' }
    })
    await transfer.run()
    const counts = [...new Set(partsAsked(transfer))].map((number) => failures.get(number))
    expect(new Set(counts)).toEqual(new Set([PART_RETRIES]))
  })

  it('ends at once when its signal fires while nothing moves', async () => {
    const controller = new AbortController()
    proxy.follow((request) =>
      transfer.partOf(request) === undefined ? { kind: 'pass' } : { kind: 'stall', where: 'reply' },
    )
    const ended = caught(transfer.run(controller.signal))
    await expect.poll(() => partsAsked(transfer).length).toBeGreaterThan(1)
    controller.abort(new Error('enough'))
    expect(await ended).toMatchObject({ kind: 'aborted', cause: { message: 'enough' } })
    await expect.poll(() => proxy.records.every(({ ended: isOver }) => isOver)).toBe(true)
  })
})

describe.each(TRANSFERS.filter(({ isUpload }) => isUpload))('$name, completed', ({ run }) => {
  const fails = (...faults: ProxyFault[]) => {
    const left = [...faults]
    proxy.follow(({ operation }) => (operation === 'complete' ? left.shift() : undefined) ?? { kind: 'pass' })
  }

  it.each<[string, ProxyFault]>([
    ['its reply is lost', { kind: 'loseReply' }],
    ['its reply is cut', { kind: 'cutReply', share: 0.5, framing: 'length' }],
    ['its reply looks whole, but is not', { kind: 'cutReply', share: 0.5, framing: 'forged' }],
    [
      'a 200 holds an error',
      { ...slowDown(undefined), status: 200, code: 'InternalError', when: 'afterwards' } as ProxyFault,
    ],
    ['it is delivered twice', { kind: 'twice' }],
  ])('makes one object, once, although %s', async (_, fault) => {
    await direct.putBucketVersioning({ Bucket, Status: 'Enabled' })
    fails(fault)
    await run()
    const { Version } = await direct.listObjectVersions({ Bucket, Prefix: TARGET })
    expect(Version.length).toBe(1)
    await direct.deleteObject({ Bucket, Key: TARGET, VersionId: Version[0]?.VersionId })
    expect((await direct.listMultipartUploads({ Bucket })).Upload).toEqual([])
  })

  it('tells the error that a 200 holds, and gives the upload up', async () => {
    fails({ ...ACCESS_DENIED, status: 200 } as ProxyFault)
    expect(await caught(run())).toMatchObject({ code: 'AccessDenied', statusCode: 200 })
    await cos.close()
    expect((await direct.listMultipartUploads({ Bucket })).Upload).toEqual([])
  })
})

describe.each(TRANSFERS.filter(({ isUpload }) => isUpload))('$name, begun', ({ run }) => {
  it('goes on with another upload when the name of the first is lost', async () => {
    let begun = 0
    proxy.follow(({ operation }) =>
      operation === 'create' && begun++ === 0 ? { kind: 'loseReply' } : { kind: 'pass' },
    )
    await run()
    expect(begun).toBe(2)
    const { Upload } = await direct.listMultipartUploads({ Bucket })
    expect(Upload.length).toBe(1)
    for (const { Key, UploadId } of Upload) await direct.abortMultipartUpload({ Bucket, Key, UploadId })
  })

  it('gives up an upload whose name comes only after the signal fired', async () => {
    const controller = new AbortController()
    proxy.follow(({ operation }) =>
      operation === 'create' ? { kind: 'drip', way: 'reply', pauseMs: 10 } : { kind: 'pass' },
    )
    const ended = caught(run(controller.signal))
    await expect
      .poll(() => proxy.records.some((record) => record.operation === 'create' && record.served > 0))
      .toBe(true)
    controller.abort()
    expect(await ended).toMatchObject({ kind: 'aborted' })
    await expect.poll(() => proxy.records.at(-1)).toMatchObject({ operation: 'abort', answered: true })
    expect((await direct.listMultipartUploads({ Bucket })).Upload).toEqual([])
  })
})

it('tries to give an upload up again when that fails', async () => {
  let tries = 0
  proxy.follow(({ operation, partNumber }) => {
    if (partNumber === 2) return ACCESS_DENIED
    return operation === 'abort' && tries++ < 2 ? slowDown(undefined) : { kind: 'pass' }
  })
  await caught(cos.upload({ ...target, Body: Readable.from([CONTENT]) }))
  expect(tries).toBe(3)
  expect((await direct.listMultipartUploads({ Bucket })).Upload).toEqual([])
})
