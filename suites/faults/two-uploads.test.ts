// Two processes upload one file to one key at the same time: what is stored at the end is right, and nothing is left.
import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildSdk, startTransfer, type TransferEnd } from './transfer-client.js'

const MIB = 1024 * 1024
const ROUNDS = Number(process.env.COSET_ROUNDS ?? 5)
const named = { Bucket: 'two-1250000000', Key: 'k' }
const BYTES = randomBytes(60 * MIB)
let server: TestServer
let cos: CosClient
let dir: string

beforeAll(async () => {
  await buildSdk()
  server = await startServer({ storage: 'memory' })
  cos = new CosClient(server.clientOptions)
  await cos.putBucket({ Bucket: named.Bucket })
}, 300_000)
afterAll(async () => {
  await cos.close()
  await server.stop()
})
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-two-'))
  await writeFile(join(dir, 'file'), BYTES)
  return () => rm(dir, { recursive: true })
})

const start = (options: object) =>
  startTransfer({
    client: server.clientOptions,
    method: 'uploadFile',
    input: { ...named, LocalFilePath: join(dir, 'file') },
    options,
  })
const records = (name: string) => ({ checkpoint: { folder: join(dir, name) } })

/** What the two come to, the one that succeeded first. */
async function both(options: readonly [object, object]): Promise<readonly TransferEnd[]> {
  await cos.deleteObject(named)
  const ends = await Promise.all(options.map((option) => start(option).end))
  const told = ends.map((end) => end ?? { error: { message: 'It told nothing.' } })
  return told.sort((a, b) => Number(b.output !== undefined) - Number(a.output !== undefined))
}

async function isWhole(): Promise<void> {
  await isStored()
  expect(await uploads()).toEqual([])
}

async function isStored(): Promise<void> {
  const stored = await (await cos.getObject(named)).Body.bytes()
  expect(Buffer.compare(stored, BYTES)).toBe(0)
}

const uploads = async () => (await cos.listMultipartUploads({ Bucket: named.Bucket })).Upload

/**
 * One that the server began, but whose process was killed before it could note the reply: nobody can tell whose it
 * is, and it takes no room.
 */
async function abortUnnoted(): Promise<void> {
  for (const { UploadId } of (await uploads()).slice(0, 1)) {
    const upload = { ...named, UploadId }
    expect((await cos.listParts(upload)).Part).toEqual([])
    await cos.abortMultipartUpload(upload)
  }
}

it('one does it, and the other is told so, or finds it done', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = await both([records('state'), records('state')])
    expect(first?.output).toMatchObject({ statusCode: 200 })
    if (!second?.output) expect(second?.error).toMatchObject({ kind: 'locked' })
    await isWhole()
    expect(await readdir(join(dir, 'state'))).toEqual([])
  }
})

it('both do it who know nothing of each other', async () => {
  for (const options of [
    [records('one'), records('other')],
    [{ checkpoint: false }, { checkpoint: false }],
    [records('one'), { checkpoint: false, findUploads: true }],
  ] as const) {
    for (const end of await both(options)) expect(end.output).toMatchObject({ statusCode: 200 })
    await isWhole()
  }
})

it('the lock of a process that was killed holds nobody up', async () => {
  for (let round = 0; round < ROUNDS; round++) {
    const killed = start(records('state'))
    await sleep(200 + 100 * round)
    await killed.kill()
    const isNoted = (await readdir(join(dir, 'state')).catch(() => [])).some((name) => name.endsWith('.json'))
    const ends = await both([records('state'), records('state')])
    expect(ends[0]?.output).toMatchObject({ statusCode: 200 })
    if (!isNoted) await abortUnnoted()
    await isWhole()
  }
})
