// Single calls and uploads by hand: what every transfer is made of.

import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { type BodyInput, CosClientError } from '@coset/sdk'
import { bytesNamed, type SeededRandom } from '@coset/testkit'
import type { Scenario, TransferFailure } from './transfer-scenario.js'
import { fileBytes, objectBytes, type World } from './transfer-world.js'

export const MIB = 1024 * 1024
const KEY = 'some/key'

/** From nothing to some MiB, with the edges between. */
export function someSize(random: SeededRandom): number {
  const edges = [0, 1, 8192, 8193, MIB - 1, MIB, MIB + 1, 2 * MIB]
  return random.chance(30) ? random.pick(edges) : random.below(random.pick([1000, 300_000, 3 * MIB]))
}

/** What is stored before a run that writes the key; in some runs nothing. */
export async function storeOld(world: World, Key: string): Promise<Buffer | undefined> {
  if (world.random.chance(40)) return undefined
  const old = bytesNamed(`old ${world.seed}`, world.random.below(20_000))
  await world.direct.putObject({ Bucket: world.Bucket, Key, Body: old })
  return old
}

export function assertSame(what: string, found: Buffer | undefined, wanted: Buffer | undefined): void {
  if (found === undefined || wanted === undefined) {
    if (found !== wanted) throw new Error(`${what}: ${found ? 'something is there' : 'nothing is there'}.`)
    return
  }
  if (!found.equals(wanted)) {
    throw new Error(`${what}: other bytes are there, ${found.length} instead of ${wanted.length}.`)
  }
}

export interface FailedWrite {
  readonly old: Buffer | undefined
  readonly fresh: Buffer
  readonly error: TransferFailure
  /** Whether it was sent with its MD5. */
  readonly hasDigest: boolean
}

/**
 * The object is the old one, or the new one: nothing else, unless the error says that it is damaged. Without an MD5 the
 * server takes what arrives, and who left before the answer was not told.
 */
export async function assertOldOrNew(
  world: World,
  Key: string,
  { old, fresh, error, hasDigest }: FailedWrite,
): Promise<void> {
  const found = await objectBytes(world, Key)
  if (found?.equals(fresh)) return
  const isTold = error instanceof CosClientError && (error.kind === 'checksum' || error.kind === 'aborted')
  if (isTold && !hasDigest && wasFlipped(world)) return
  assertSame('After the failure the key holds neither what was there nor what was sent', found, old)
}

export function wasFlipped({ proxy }: World): boolean {
  return proxy.records.some(({ fault }) => fault.kind === 'flip')
}

interface SomeBody {
  readonly name: string
  make(bytes: Buffer): BodyInput
}

export const SOME_BODIES: readonly SomeBody[] = [
  { name: 'bytes', make: (bytes) => bytes },
  { name: 'a Blob', make: (bytes) => new Blob([bytes]) },
  { name: 'chunks', make: (bytes) => [bytes.subarray(0, 1000), bytes.subarray(1000)] },
  { name: 'a stream', make: (bytes) => Readable.from(chunksOf(bytes)) },
  { name: 'a slow stream', make: (bytes) => Readable.from(chunksOf(bytes, 3)) },
]

async function* chunksOf(bytes: Buffer, pauseMs = 0): AsyncGenerator<Buffer> {
  const size = Math.max(1, Math.ceil(bytes.length / 7))
  for (let at = 0; at < bytes.length; at += size) {
    if (pauseMs > 0) await pause(pauseMs)
    yield bytes.subarray(at, at + size)
  }
}

export const putSomething: Scenario = async (world) => {
  const { random, Bucket, cos, seed } = world
  const body = random.pick(SOME_BODIES)
  const fresh = bytesNamed(`new ${seed}`, someSize(random))
  const old = await storeOld(world, KEY)
  const EnableMD5 = random.chance(30) && !body.name.includes('stream')
  return {
    what: `putObject of ${body.name}, ${fresh.length} bytes${EnableMD5 ? ', with its MD5' : ''}`,
    run: (signal) => cos.putObject({ Bucket, Key: KEY, Body: body.make(fresh), EnableMD5 }, { signal }),
    assertDone: async () => assertSame('The object', await objectBytes(world, KEY), fresh),
    assertFailed: async (_, error) => assertOldOrNew(world, KEY, { old, fresh, error, hasDigest: EnableMD5 }),
  }
}

export const getSomething: Scenario = async (world) => {
  const { random, Bucket, cos, direct, seed, folder } = world
  const stored = bytesNamed(`stored ${seed}`, someSize(random))
  await direct.putObject({ Bucket, Key: KEY, Body: stored })
  const path = join(folder, 'target', 'file')
  const isFile = random.chance(50)
  const first = random.below(stored.length + 1)
  const Range = !isFile && random.chance(40) && first < stored.length ? `bytes=${first}-` : undefined
  const wanted = Range === undefined ? stored : stored.subarray(first)
  return {
    what: `getObject of ${stored.length} bytes${isFile ? ' to a file' : ''}${Range ? `, from ${first} on` : ''}`,
    async run(signal) {
      const { Body } = await cos.getObject({ Bucket, Key: KEY, Range }, { signal })
      return isFile ? Body.getStreamToFile(path) : Body.bytes()
    },
    async assertDone(_, result) {
      const found = isFile ? await fileBytes(path) : Buffer.from(result as Uint8Array)
      // The checksum is that of the whole object: of a bit in a range nobody can tell.
      if (Range !== undefined && found?.length === wanted.length && wasFlipped(world)) return
      assertSame('What was read', found, wanted)
    },
    assertFailed: async () => assertSame('The file', await fileBytes(path), undefined),
  }
}

export const uploadByHand: Scenario = async (world) => {
  const { random, Bucket, cos, seed } = world
  const parts = Array.from({ length: 1 + random.below(3) }, (_, at) => bytesNamed(`part ${at} ${seed}`, MIB))
  const old = await storeOld(world, KEY)
  const fresh = Buffer.concat(parts)
  return {
    what: `an upload by hand of ${parts.length} parts`,
    async run(signal) {
      const { UploadId } = await cos.createMultipartUpload({ Bucket, Key: KEY }, { signal })
      const Part = await Promise.all(
        parts.map(async (Body, at) => {
          const part = { Bucket, Key: KEY, UploadId, PartNumber: at + 1, Body }
          const { ETag } = await cos.uploadPart(part, { signal })
          return { PartNumber: at + 1, ETag }
        }),
      )
      const input = { Bucket, Key: KEY, UploadId, MultipartUpload: { Part } }
      return cos.completeMultipartUpload(input, { signal })
    },
    assertDone: async () => assertSame('The object', await objectBytes(world, KEY), fresh),
    async assertFailed() {
      const found = await objectBytes(world, KEY)
      if (!found?.equals(fresh)) assertSame('The object', found, old)
    },
  }
}
