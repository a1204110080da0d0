// What the machine itself can do: MD5, and files written whole and fsynced.
import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'

const MIB = 1024 * 1024

/** MiB a second of one thread. */
export function md5Rate(body: Uint8Array): number {
  const start = performance.now()
  createHash('md5').update(body).digest()
  return body.length / MIB / ((performance.now() - start) / 1000)
}

/** MiB a second of `atOnce` files at a time, twice, as so many connections ask the disk for. */
export async function diskRate(dir: string, body: Uint8Array, atOnce: number): Promise<number> {
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
