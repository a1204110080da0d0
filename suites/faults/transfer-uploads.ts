// Uploads of files: small and large, with a checkpoint and without.
import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesNamed, PASS } from '@coset/testkit'
import { assertOldOrNew, assertSame, MIB, SOME_BODIES, someSize, storeOld } from './transfer-calls.js'
import { assertFiles, assertNoUploads, partsAtServer } from './transfer-leftovers.js'
import type { Scenario } from './transfer-scenario.js'
import { objectBytes, type World } from './transfer-world.js'

const KEY = 'some/upload'
/** Files up to here go up in one request. */
const SIMPLE_BYTES = 20 * MIB

interface FileUpload {
  readonly fresh: Buffer
  readonly partBytes: number
  readonly records: string
  /** Runs it once more. */
  again(): Promise<unknown>
}

export const uploadSomeFile: Scenario = async (world) => {
  const { random, Bucket, cos, successor, seed, folder } = world
  const isLarge = random.chance(30)
  const size = isLarge ? SIMPLE_BYTES + 1 + random.below(3 * MIB) : someSize(random)
  const fresh = bytesNamed(`new ${seed}`, size)
  const LocalFilePath = join(folder, 'source')
  const records = join(folder, 'records')
  await mkdir(records)
  await writeFile(LocalFilePath, fresh)
  const old = await storeOld(world, KEY)
  const isKept = random.chance(50)
  const PartSize = 1 + random.below(6)
  const EnableMD5 = random.chance(20)
  const input = { Bucket, Key: KEY, LocalFilePath, PartSize, MAXThread: 1 + random.below(8), EnableMD5 }
  const checkpoint = isKept ? { folder: records } : false
  const upload = {
    fresh,
    partBytes: PartSize * MIB,
    records,
    again: () => successor.uploadFile(input, { checkpoint }),
  }
  const kept = isKept ? ', with a checkpoint' : ''
  return {
    what: `uploadFile of ${size} bytes, parts of ${PartSize} MiB, ${input.MAXThread} at a time${kept}`,
    run: (signal) => cos.uploadFile(input, { signal, checkpoint }),
    async assertDone() {
      assertSame('The object', await objectBytes(world, KEY), fresh)
      await assertNoUploads(world)
      await assertFiles(records, [])
    },
    async assertFailed(_, error) {
      await assertOldOrNew(world, KEY, { old, fresh, error, hasDigest: EnableMD5 || isLarge })
      if (isKept) return assertResumed(world, upload)
      await assertNoUploads(world)
      await assertFiles(records, [])
    },
  }
}

export const uploadSomeBody: Scenario = async (world) => {
  const { random, Bucket, cos, seed } = world
  const body = random.pick(SOME_BODIES)
  const size = random.chance(50) ? random.below(6 * MIB) : someSize(random)
  const fresh = bytesNamed(`new ${seed}`, size)
  const old = await storeOld(world, KEY)
  const PartSize = 1 + random.below(2)
  const EnableMD5 = random.chance(20)
  const ContentLength = random.chance(30) ? size : undefined
  const input = { Bucket, Key: KEY, PartSize, MAXThread: 1 + random.below(4), EnableMD5, ContentLength }
  // What can be read anywhere goes in parts only beyond the simple size.
  const isInParts = body.name !== 'bytes' && body.name !== 'a Blob' && size > PartSize * MIB
  return {
    what: `upload of ${body.name}, ${size} bytes, parts of ${PartSize} MiB, ${input.MAXThread} at a time`,
    run: (signal) => cos.upload({ ...input, Body: body.make(fresh) }, { signal }),
    async assertDone() {
      assertSame('The object', await objectBytes(world, KEY), fresh)
      await assertNoUploads(world)
    },
    async assertFailed(_, error) {
      await assertOldOrNew(world, KEY, { old, fresh, error, hasDigest: EnableMD5 || isInParts })
      await assertNoUploads(world)
    },
  }
}

/** Without faults, the same call completes it, and sends only what the server does not have. */
async function assertResumed(world: World, upload: FileUpload): Promise<void> {
  const { fresh, partBytes, records } = upload
  const stored = await partsAtServer(world, KEY)
  const isThere = (await objectBytes(world, KEY))?.equals(fresh)
  const right = stored?.filter(({ number, etag }) => etag === etagOf(fresh, number, partBytes)) ?? []
  world.proxy.follow(() => PASS)
  const before = world.proxy.records.length
  await upload.again()
  assertSame('The object after another run', await objectBytes(world, KEY), fresh)
  const sent = world.proxy.records.slice(before).filter(({ operation }) => operation === 'putPart')
  const missing = Math.ceil(fresh.length / partBytes) - right.length
  if (stored && sent.length > missing) {
    throw new Error(`Of the parts ${missing} were missing, but another run sent ${sent.length}.`)
  }
  if (!stored && isThere && sent.length > 0) throw new Error('Another run sent what was complete.')
  await assertNoUploads(world)
  await assertFiles(records, [])
}

function etagOf(content: Buffer, number: number, partBytes: number): string {
  const part = content.subarray((number - 1) * partBytes, number * partBytes)
  return `"${createHash('md5').update(part).digest('hex')}"`
}
