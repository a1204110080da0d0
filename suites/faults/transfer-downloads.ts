// Downloads into files: in one piece and in parts, with a checkpoint and without.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CosClientError } from '@coset/sdk'
import { bytesNamed, PASS } from '@coset/testkit'
import { assertSame, MIB, someSize } from './transfer-calls.js'
import { assertFiles } from './transfer-leftovers.js'
import type { Scenario } from './transfer-scenario.js'
import { fileBytes, type World } from './transfer-world.js'

const KEY = 'some/download'
const NAME = 'file'

interface FileDownload {
  readonly stored: Buffer
  readonly path: string
  readonly partBytes: number
  readonly threads: number
  readonly records: string
  again(): Promise<unknown>
}

export const downloadSomeFile: Scenario = async (world) => {
  const { random, Bucket, cos, successor, direct, seed, folder } = world
  const stored = bytesNamed(`stored ${seed}`, random.chance(50) ? random.below(7 * MIB) : someSize(random))
  await direct.putObject({ Bucket, Key: KEY, Body: stored })
  const target = join(folder, 'target')
  const path = join(target, NAME)
  const records = join(folder, 'records')
  await mkdir(records)
  const old = random.chance(40) ? bytesNamed(`old ${seed}`, random.below(10_000)) : undefined
  if (old) await writeFile(path, old)
  const isKept = random.chance(50)
  const checkpoint = isKept ? { folder: records } : false
  const PartSize = 1 + random.below(3)
  const MAXThread = 1 + random.below(5)
  const input = { Bucket, Key: KEY, DestFilePath: path, PartSize, MAXThread }
  const again = () => successor.downloadFile(input, { checkpoint })
  const download = { stored, path, partBytes: PartSize * MIB, threads: MAXThread, records, again }
  const kept = isKept ? ', with a checkpoint' : ''
  return {
    what: `downloadFile of ${stored.length} bytes, parts of ${PartSize} MiB, ${MAXThread} at a time${kept}`,
    run: (signal) => cos.downloadFile(input, { signal, checkpoint }),
    async assertDone() {
      assertSame('The file', await fileBytes(path), stored)
      await assertFiles(target, [NAME])
      await assertFiles(records, [])
    },
    async assertFailed(_, error) {
      const found = await fileBytes(path)
      // Who leaves at the last moment may find it done.
      if (!found?.equals(stored)) assertSame('The file after the failure', found, old)
      // What was damaged twice is not gone on with.
      const isDamaged = error instanceof CosClientError && error.kind === 'checksum'
      if (isKept && !isDamaged) return assertResumed(world, download)
      await assertFiles(target, found ? [NAME] : [])
      await assertFiles(records, [])
    },
  }
}

/** Without faults, the same call completes it, and asks only for what had not come. */
async function assertResumed(world: World, download: FileDownload): Promise<void> {
  const { stored, path, partBytes, threads, records, again } = download
  const { proxy } = world
  const arrived = new Set(
    proxy.records.flatMap(({ operation, answered, fault, range }) =>
      operation === 'get' && answered && fault.kind === 'pass' && range !== undefined ? [range] : [],
    ),
  )
  proxy.follow(() => PASS)
  const before = proxy.records.length
  await again()
  assertSame('The file after another run', await fileBytes(path), stored)
  const asked = proxy.records.slice(before).filter(({ operation }) => operation === 'get').length
  // What arrived while the transfer ended may have come too late.
  const missing = Math.ceil(stored.length / partBytes) - arrived.size + threads
  if (asked > Math.max(1, missing)) {
    throw new Error(`At most ${missing} parts were missing, but another run asked ${asked} times.`)
  }
  await assertFiles(join(world.folder, 'target'), [NAME])
  await assertFiles(records, [])
}
