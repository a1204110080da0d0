// 4 KiB objects: get and put, 32 connections, one worker.
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { load } from './client.js'
import { type Coset, startBare } from './processes.js'
import { report } from './report.js'
import { plainHead, signedHead } from './requests.js'
import { inTurn } from './rounds.js'

const SIZE = 4096
const CONNECTIONS = 32
const KEYS = 1000
const BODY = Buffer.alloc(SIZE, 'y')

export interface SmallOptions {
  readonly coset: Coset
  readonly bucket: string
  readonly dir: string
  readonly rounds: number
  readonly durationMs: number
}

export async function getSmall({ coset, bucket, rounds, durationMs }: SmallOptions): Promise<void> {
  const put = putRequests(coset, bucket, 'get/', KEYS)
  await drive(coset.port, put, 60_000)
  const heads = Array.from({ length: KEYS }, (_, at) =>
    signedHead(coset, { method: 'GET', bucket, key: `get/${at}` }),
  )
  const bare = await startBare('memory')
  const figures = await inTurn(
    [
      { name: 'bare', run: () => drive(bare.port, forever([plainHead('GET', '/x')]), durationMs) },
      { name: 'coset', run: () => drive(coset.port, forever(heads), durationMs) },
    ],
    rounds,
  )
  await bare.stop()
  report({
    case: 'GET 4 KiB, 32 connections, one worker',
    coset: figures.get('coset') ?? Number.NaN,
    reference: figures.get('bare') ?? Number.NaN,
    unit: 'requests/s',
    of: 'bare node:http from memory',
    target: 0.45,
    direction: 'least',
  })
}

export async function putSmall({ coset, bucket, dir, rounds, durationMs }: SmallOptions): Promise<void> {
  const sink = await startBare('sink')
  const folder = await mkdtemp(join(dir, 'bare-files-'))
  const files = await startBare('files', folder)
  const plain = forever([plainHead('PUT', '/x', SIZE)], [BODY])
  let round = 0
  const figures = await inTurn(
    [
      { name: 'bare', run: () => drive(sink.port, plain, durationMs) },
      { name: 'files', run: () => drive(files.port, plain, durationMs) },
      {
        name: 'coset',
        run: () => {
          const count = Math.ceil((durationMs / 1000) * 12_000)
          return drive(coset.port, putRequests(coset, bucket, `put/${round++}/`, count), durationMs)
        },
      },
    ],
    rounds,
  )
  await Promise.all([sink.stop(), files.stop()])
  await rm(folder, { recursive: true })
  const result = {
    coset: figures.get('coset') ?? Number.NaN,
    unit: 'requests/s',
    direction: 'least',
  } as const
  report({
    ...result,
    case: 'PUT 4 KiB unique keys, 32 connections, fsynced',
    reference: figures.get('bare') ?? Number.NaN,
    of: 'bare node:http into memory',
    target: 0.15,
  })
  report({
    ...result,
    case: 'the same against a file and an fsync each',
    reference: figures.get('files') ?? Number.NaN,
    of: 'bare node:http, a file and an fsync each',
    target: 1,
  })
}

type Next = () => readonly Uint8Array[] | undefined

async function drive(port: number, next: Next, durationMs: number): Promise<number> {
  const result = await load({ port, connections: CONNECTIONS, durationMs, next })
  if (result.errors > 0) throw new Error(`${result.errors} of ${result.requests} requests failed`)
  return result.requests / result.seconds
}

function forever(heads: readonly Buffer[], bodies: readonly Buffer[] = []): Next {
  const requests = heads.map((head) => [Buffer.concat([head, ...bodies])])
  let at = 0
  return () => requests[at++ % requests.length]
}

function putRequests(coset: Coset, bucket: string, prefix: string, count: number): Next {
  const requests = Array.from({ length: count }, (_, at) => {
    const headers = [['Content-Length', String(SIZE)]] as const
    return Buffer.concat([signedHead(coset, { method: 'PUT', bucket, key: `${prefix}${at}`, headers }), BODY])
  })
  let at = 0
  return () => {
    const request = requests[at++]
    return request && [request]
  }
}
