// Uploads against what the machine itself can do: MD5, and files written whole and fsynced.
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { report } from './report.js'
import { inTurn } from './rounds.js'

const MIB = 1024 * 1024

export interface Upload {
  readonly name: string
  readonly dir: string
  /** Of each request. */
  readonly body: Uint8Array
  readonly connections: number
  readonly rounds: number
  /** MiB a second of the server. */
  run(): Promise<number>
}

/** Reports the server's rate as a share of the slower of the two, measured in turn with it. */
export async function reportUpload({ name, dir, body, connections, rounds, run }: Upload): Promise<void> {
  const figures = await inTurn(
    [
      { name: 'md5', run: async () => md5Rate(body) },
      { name: 'disk', run: () => diskRate(dir, body, connections) },
      { name: 'coset', run },
    ],
    rounds,
  )
  const md5 = figures.get('md5') ?? Number.NaN
  const disk = figures.get('disk') ?? Number.NaN
  report({
    case: name,
    coset: figures.get('coset') ?? Number.NaN,
    reference: Math.min(md5, disk),
    unit: 'MiB/s',
    of: md5 < disk ? `MD5; the disk does ${disk.toFixed(0)}` : `fsynced write; MD5 does ${md5.toFixed(0)}`,
    target: 0.6,
    direction: 'least',
  })
}

/** MiB a second of one thread. */
function md5Rate(body: Uint8Array): number {
  const start = performance.now()
  createHash('md5').update(body).digest()
  return body.length / MIB / ((performance.now() - start) / 1000)
}

/** MiB a second of `atOnce` files at a time, twice, as so many connections ask the disk for. */
async function diskRate(dir: string, body: Uint8Array, atOnce: number): Promise<number> {
  const start = performance.now()
  const paths = Array.from({ length: atOnce * 2 }, (_, at) => join(dir, `disk-rate-${at}`))
  for (let at = 0; at < paths.length; at += atOnce) {
    await Promise.all(paths.slice(at, at + atOnce).map((path) => writeSynced(path, body)))
  }
  const seconds = (performance.now() - start) / 1000
  await Promise.all(paths.map((path) => rm(path)))
  return (paths.length * body.length) / MIB / seconds
}

async function writeSynced(path: string, body: Uint8Array): Promise<void> {
  const file = await open(path, 'wx')
  for (let at = 0; at < body.length; at += MIB) await file.write(body, at, Math.min(MIB, body.length - at))
  await file.sync()
  await file.close()
}
