// Two processes download to one file at the same time: what is there at the end is right, and nothing else is there.
import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { buildSdk, startTransfer, type TransferEnd } from './transfer-client.js'

const MIB = 1024 * 1024
const ROUNDS = Number(process.env.COSET_ROUNDS ?? 5)
const Bucket = 'two-1250000000'
const [one, two] = [randomBytes(40 * MIB), randomBytes(40 * MIB)]
let server: TestServer
let dir: string

beforeAll(async () => {
  await buildSdk()
  server = await startServer({ storage: 'memory' })
  const cos = new CosClient(server.clientOptions)
  await cos.putBucket({ Bucket })
  await cos.putObject({ Bucket, Key: 'one', Body: one })
  await cos.putObject({ Bucket, Key: 'two', Body: two })
  await cos.close()
}, 300_000)
afterAll(() => server.stop())
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-two-'))
  await mkdir(join(dir, 'files'))
  return () => rm(dir, { recursive: true })
})

/** What the two come to, the one that succeeded first. */
async function both(
  keys: readonly [string, string],
  checkpoints: readonly unknown[],
): Promise<TransferEnd[]> {
  const input = { Bucket, DestFilePath: join(dir, 'files', 'file') }
  const ends = keys.map((Key, index) => {
    const options = { checkpoint: checkpoints[index] }
    const call = {
      client: server.clientOptions,
      method: 'downloadFile',
      input: { ...input, Key },
      options,
    } as const
    return startTransfer(call).end
  })
  const ended = (await Promise.all(ends)).map((end) => end ?? { error: { message: 'It told nothing.' } })
  expect(await readdir(join(dir, 'files'))).toEqual(['file'])
  return ended.sort((a, b) => Number(b.output !== undefined) - Number(a.output !== undefined))
}

const found = () => readFile(join(dir, 'files', 'file'))

it('one does it, and the other is told so or does it again', async () => {
  const records = { folder: join(dir, 'records') }
  for (let round = 0; round < ROUNDS; round++) {
    const [first, second] = await both(['one', 'one'], [records, records])
    expect(first?.output).toMatchObject({ size: one.length, verified: true })
    if (!second?.output) expect(second?.error).toMatchObject({ kind: 'locked' })
    expect(Buffer.compare(await found(), one)).toBe(0)
    expect(await readdir(records.folder)).toEqual([])
  }
})

it('both do it where they keep no records, or each its own', async () => {
  const own = [{ folder: join(dir, 'records 1') }, { folder: join(dir, 'records 2') }]
  for (const checkpoints of [own, [false, false]]) {
    const ends = await both(['one', 'one'], checkpoints)
    for (const { output } of ends) expect(output).toMatchObject({ size: one.length, verified: true })
    expect(Buffer.compare(await found(), one)).toBe(0)
  }
})

it('of two objects one is there, whole', async () => {
  const records = { folder: join(dir, 'records') }
  const ends = await both(['one', 'two'], [records, records])
  for (const { output } of ends) expect(output).toMatchObject({ verified: true })
  const content = await found()
  expect(content.equals(one) || content.equals(two)).toBe(true)
})
