// 4 KiB objects: get and put, 32 connections, one worker.
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask } from './ask.js'
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
  const put = putRequests(coset, { bucket, prefix: 'get/', count: KEYS })
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

/** What an object carries must not slow its reads: tags, an access control list of its own, a restored archive. */
export async function getCarrying({ coset, bucket, rounds, durationMs }: SmallOptions): Promise<void> {
  await drive(coset.port, putRequests(coset, { bucket, prefix: 'plain/', count: KEYS }), 60_000)
  await drive(
    coset.port,
    putRequests(coset, { bucket, prefix: 'carrying/', count: KEYS, headers: CARRIED }),
    60_000,
  )
  await restore(coset, bucket)
  const heads = (prefix: string) =>
    Array.from({ length: KEYS }, (_, at) =>
      signedHead(coset, { method: 'GET', bucket, key: `${prefix}${at}` }),
    )
  const [plain, carrying] = [heads('plain/'), heads('carrying/')]
  const figures = await inTurn(
    [
      { name: 'plain', run: () => drive(coset.port, forever(plain), durationMs) },
      { name: 'carrying', run: () => drive(coset.port, forever(carrying), durationMs) },
    ],
    rounds,
  )
  report({
    case: 'GET 4 KiB of restored objects with tags and ACL, 32 connections',
    coset: figures.get('carrying') ?? Number.NaN,
    reference: figures.get('plain') ?? Number.NaN,
    unit: 'requests/s',
    of: 'plain objects',
    target: 0.9,
    direction: 'least',
  })
}

const CARRIED = [
  ['x-cos-tagging', 'project=bench&owner=nobody&stage=last'],
  ['x-cos-grant-read', 'id="100000000001",id="100000000002/100000000003"'],
  ['x-cos-storage-class', 'ARCHIVE'],
] as const

async function restore(coset: Coset, bucket: string): Promise<void> {
  const body = Buffer.from(
    '<RestoreRequest><Days>1</Days><CASJobParameters><Tier>Expedited</Tier></CASJobParameters></RestoreRequest>',
  )
  for (let at = 0; at < KEYS; at++) {
    await ask(coset, { method: 'POST', bucket, key: `carrying/${at}`, params: [['restore', '']], body })
  }
  for (;;) {
    const { headers } = await ask(coset, { method: 'HEAD', bucket, key: `carrying/${KEYS - 1}` })
    if (headers['x-cos-restore']?.includes('ongoing-request="false"')) return
    await sleep(200)
  }
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
          return drive(
            coset.port,
            putRequests(coset, { bucket, prefix: `put/${round++}/`, count }),
            durationMs,
          )
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

interface Puts {
  readonly bucket: string
  readonly prefix: string
  readonly count: number
  readonly headers?: readonly (readonly [string, string])[]
}

function putRequests(coset: Coset, { bucket, prefix, count, headers: more = [] }: Puts): Next {
  const requests = Array.from({ length: count }, (_, at) => {
    const headers = [['Content-Length', String(SIZE)] as const, ...more]
    return Buffer.concat([signedHead(coset, { method: 'PUT', bucket, key: `${prefix}${at}`, headers }), BODY])
  })
  let at = 0
  return () => {
    const request = requests[at++]
    return request && [request]
  }
}
