// 64 MiB objects: get and put, 4 connections, one worker; and memory under 32 transfers of 1 GiB.
import { randomBytes } from 'node:crypto'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reportUpload } from './disk.js'
import { type Coset, peakMemory, startBare } from './processes.js'
import { note, report } from './report.js'
import { plainHead, signedHead } from './requests.js'
import { inTurn } from './rounds.js'
import { transfer } from './transfer.js'

const MIB = 1024 * 1024
const SIZE = 64 * MIB
const CONNECTIONS = 4
const BODY = randomBytes(SIZE)

export interface LargeOptions {
  readonly coset: Coset
  readonly bucket: string
  readonly dir: string
  readonly rounds: number
}

export async function getLarge({ coset, bucket, dir, rounds }: LargeOptions): Promise<void> {
  const path = join(dir, 'bare-64m')
  await writeFile(path, BODY)
  await transfer(coset.port, [[putHead(coset, bucket, 'large', SIZE), BODY]], 1)
  const bare = await startBare('file', path)
  const many = 16
  const figures = await inTurn(
    [
      {
        name: 'bare',
        run: () => transfer(bare.port, Array(many).fill([plainHead('GET', '/x')]), CONNECTIONS),
      },
      {
        name: 'coset',
        run: () =>
          transfer(
            coset.port,
            Array(many).fill([signedHead(coset, { method: 'GET', bucket, key: 'large' })]),
            CONNECTIONS,
          ),
      },
    ],
    rounds,
  )
  await bare.stop()
  await rm(path)
  report({
    case: 'GET 64 MiB, 4 connections',
    coset: figures.get('coset') ?? Number.NaN,
    reference: figures.get('bare') ?? Number.NaN,
    unit: 'MiB/s',
    of: 'bare node:http streaming the file',
    target: 0.7,
    direction: 'least',
  })
}

export async function putLarge({ coset, bucket, dir, rounds }: LargeOptions): Promise<void> {
  let put = 0
  const many = 12
  await reportUpload({
    name: 'PUT 64 MiB, 4 connections',
    dir,
    body: BODY,
    connections: CONNECTIONS,
    rounds,
    run() {
      const requests = Array.from({ length: many }, () => [
        putHead(coset, bucket, `put-${put++ % 24}`, SIZE),
        BODY,
      ])
      return transfer(coset.port, requests, CONNECTIONS)
    },
  })
}

/** Uploads and downloads of `bytes` each, 16 and 16 at once. */
export async function memory({ coset, bucket }: LargeOptions, bytes: number): Promise<void> {
  const piece = BODY.subarray(0, Math.min(bytes, SIZE))
  const parts: Uint8Array[] = Array(bytes / piece.length).fill(piece)
  const source = 'memory-source'
  await transfer(coset.port, [[putHead(coset, bucket, source, bytes), ...parts]], 1)
  note('memory: 16 uploads and 16 downloads at once')
  const uploads = Array.from({ length: 16 }, (_, at) => [
    putHead(coset, bucket, `memory-${at}`, bytes),
    ...parts,
  ])
  const downloads = Array(16).fill([signedHead(coset, { method: 'GET', bucket, key: source })])
  await Promise.all([transfer(coset.port, uploads, 16), transfer(coset.port, downloads, 16)])
  report({
    case: `memory at 16 uploads and 16 downloads of ${bytes / MIB} MiB`,
    coset: await peakMemory(coset.pid),
    reference: Number.NaN,
    unit: 'MiB',
    of: '',
    target: 300,
    direction: 'most',
  })
}

function putHead(coset: Coset, bucket: string, key: string, bytes: number): Buffer {
  return signedHead(coset, { method: 'PUT', bucket, key, headers: [['Content-Length', String(bytes)]] })
}
