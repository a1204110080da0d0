// Where one run of transfers happens: a bucket of its own, a folder of its own, and a client behind a proxy.
import { mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CosClient, CosServiceError, nodePlatform, type Platform } from '@coset/sdk'
import type { TestServer } from '@coset/server/testing'
import { type FaultProxy, type SeededRandom, seededPlan, seededRandom, startFaultProxy } from '@coset/testkit'

/** Real, as undici waits by the system's clock; a stall costs a run this much. */
const IDLE_MS = 250
const PERCENTS = [0, 5, 10, 20, 40, 60] as const

export interface World {
  readonly seed: number
  readonly random: SeededRandom
  /** Of 100 requests, how many meet a fault. */
  readonly percent: number
  readonly Bucket: string
  /** Sources, targets, and whatever transfers leave beside them. */
  readonly folder: string
  readonly proxy: FaultProxy
  /** Behind the proxy. */
  readonly cos: CosClient
  /** Behind it too, for another run after the first client was closed. */
  readonly successor: CosClient
  /** Before the server itself: to prepare, and to look afterwards. */
  readonly direct: CosClient
  /** The pauses that were asked for, in milliseconds. */
  readonly pauses: readonly number[]
  close(): Promise<void>
}

export async function openWorld(server: TestServer, seed: number): Promise<World> {
  const random = seededRandom(seed)
  const percent = random.pick(PERCENTS)
  const proxy = await startFaultProxy(server.url, seededPlan({ seed, percent }))
  const pauses: number[] = []
  const platform = hastyPlatform(random.below(1000), pauses)
  const direct = new CosClient(server.clientOptions)
  const options = { Endpoint: proxy.endpoint, IdleTimeoutMs: IDLE_MS, ConnectTimeoutMs: 1000 }
  const cos = new CosClient({ ...server.clientOptions, ...options, Retries: random.below(6) }, platform)
  const successor = new CosClient({ ...server.clientOptions, Endpoint: proxy.endpoint })
  const Bucket = `run${seed}-1250000000`
  const folder = await mkdtemp(join(tmpdir(), 'coset-transfers-'))
  await direct.putBucket({ Bucket })
  await mkdir(join(folder, 'target'))
  return {
    ...{ seed, random, percent, Bucket, folder, proxy, cos, successor, direct, pauses },
    async close() {
      await cos.close()
      await successor.close()
      await direct.close()
      await proxy.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Pauses before retries take next to no time, or else hundreds of runs would take hours. */
function hastyPlatform(seed: number, pauses: number[]): Platform {
  const random = seededRandom(seed)
  return {
    ...nodePlatform,
    random: () => random.below(1000) / 1000,
    sleep(ms, signal) {
      pauses.push(ms)
      return nodePlatform.sleep(Math.min(ms, 2), signal)
    },
  }
}

/** The bytes of an object, or undefined where there is none. */
export async function objectBytes({ direct, Bucket }: World, Key: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await direct.getObject({ Bucket, Key })
    return Buffer.from(await Body.bytes())
  } catch (error) {
    if (error instanceof CosServiceError && error.statusCode === 404) return undefined
    throw error
  }
}

export async function fileBytes(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}

/** Every file beneath a folder, by its path from there. */
export async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

/** Files beneath the folder that this process holds open; none where the system does not tell. */
export async function openFilesIn(folder: string): Promise<readonly string[]> {
  const handles = await readdir('/proc/self/fd').catch(() => [])
  const targets = await Promise.all(handles.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))
  return targets.filter((target) => target.startsWith(folder))
}
