// Files of stored objects, damaged on the disk, under queries: these read them by themselves.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Log } from '@coset/core'
import { CosClient } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { BLOCK, flip, HARMS_AT_START, type Harm } from './harms.js'

const Bucket = 'damage-1250000000'
const Key = 'lines'
const LINES = Array.from({ length: 400_000 }, (_, at) => `${at},${'x'.repeat(at % 20)}\n`).join('')
const CSV = { InputSerialization: { CSV: {} }, OutputSerialization: { CSV: {} } } as const
const HARMS: readonly Harm[] = [
  ...HARMS_AT_START,
  {
    name: 'a flipped bit far from the beginning',
    harm: (path) => flip(path, 70 * BLOCK),
    reason: /Block 70 of the blob/,
  },
]

let dir: string
let server: TestServer
let cos: CosClient
let logged: { readonly err: Error }[]
let id: string
let path: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'coset-damage-'))
  logged = []
  const nothing = () => undefined
  const error = (fields: object) => void logged.push(fields as { readonly err: Error })
  const log: Log = { debug: nothing, info: nothing, warn: nothing, error }
  server = await startServer({ dir, log })
  cos = new CosClient({ ...server.clientOptions, Retries: 0 })
  await cos.putBucket({ Bucket })
  await cos.putObject({ Bucket, Key, Body: LINES })
  const [blob] = await server.store.blobs.list({ limit: 1 })
  id = blob?.id ?? ''
  path = join(dir, 'blobs', id.slice(12, 14), id)
})
afterEach(async () => {
  await cos.close()
  await server.stop()
  await rm(dir, { recursive: true })
})

/** What was found before it failed, and why it did. */
async function ask(): Promise<{ readonly found: string; readonly error: unknown }> {
  const found: Uint8Array[] = []
  const text = () => Buffer.concat(found).toString()
  try {
    const query = { Bucket, Key, Expression: 'SELECT * FROM COSObject', ...CSV }
    const { Body } = await cos.selectObjectContent(query)
    for await (const event of Body) if (event.type === 'records') found.push(Uint8Array.from(event.bytes))
    return { found: text(), error: undefined }
  } catch (error) {
    return { found: text(), error }
  }
}

it.each(HARMS)('$name: nothing that is wrong is found, client and log are told why', async ({
  harm,
  reason,
}) => {
  await harm(path)
  const { found, error } = await ask()
  expect(error).toMatchObject({
    code: 'InternalError',
    message: expect.stringMatching(/^The stored content is (damaged|missing)\.$/),
  })
  expect(LINES.startsWith(found)).toBe(true)
  expect(logged).toHaveLength(1)
  const { message } = logged[0]?.err.cause as Error
  expect(message).toMatch(reason)
  expect(message).toContain(id)
})

it('a failure of the file system is for the log alone, as it names paths', async () => {
  await rm(dirname(path), { recursive: true })
  await writeFile(dirname(path), 'no folder')
  const { found, error } = await ask()
  expect(found).toBe('')
  expect(error).toMatchObject({ code: 'InternalError', message: expect.not.stringContaining(dir) })
  expect((error as Error).message).toMatch(/^We encountered an internal error/)
  expect(logged).toHaveLength(1)
  expect((logged[0]?.err.cause as Error).message).toContain('ENOTDIR')
})

it('an object that is whole is found whole', async () => {
  expect(await ask()).toEqual({ found: LINES, error: undefined })
  expect(logged).toEqual([])
})
