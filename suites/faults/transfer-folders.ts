// Folders up and down, and deletion by prefix: many requests, each of which may fail alone.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CosClientError, DirectoryResult } from '@coset/sdk'
import { bytesNamed } from '@coset/testkit'
import { assertSame } from './transfer-calls.js'
import { assertFiles } from './transfer-leftovers.js'
import type { Scenario, TransferFailure } from './transfer-scenario.js'
import { fileBytes, objectBytes, type World } from './transfer-world.js'

const PREFIX = 'some/folder/'

type Files = ReadonlyMap<string, Buffer>

function someFiles({ random, seed }: World): Files {
  const count = 1 + random.below(25)
  const files = Array.from({ length: count }, (_, index): [string, Buffer] => [
    `${index % 3}/${index}`,
    bytesNamed(`file ${seed} ${index}`, random.below(random.pick([10, 9000, 300_000]))),
  ])
  return new Map(files)
}

export const uploadSomeFolder: Scenario = async (world) => {
  const { random, Bucket, cos, direct, folder } = world
  const files = someFiles(world)
  const source = join(folder, 'source')
  for (const [name, content] of files) {
    await mkdir(dirname(join(source, name)), { recursive: true })
    await writeFile(join(source, name), content)
    if (random.chance(20)) await direct.putObject({ Bucket, Key: PREFIX + name, Body: content })
  }
  const concurrency = 1 + random.below(8)
  const input = { Bucket, Prefix: PREFIX, LocalDirPath: source, EnableMD5: true }
  return {
    what: `uploadDirectory of ${files.size} files, ${concurrency} at a time`,
    run: (signal) => cos.uploadDirectory(input, { signal, concurrency, checkpoint: false }),
    async assertDone(_world, result) {
      assertAll(files, asResult(result))
      await assertStored(world, files, asResult(result))
    },
    assertFailed: async (_world, error) => assertStored(world, files, resultOf(error)),
  }
}

/** What is told to be there is there; with its MD5 sent, nothing else than its content ever is. */
async function assertStored(world: World, files: Files, result: DirectoryResult): Promise<void> {
  const fine = new Set([...result.succeeded, ...result.skipped].map(({ Key }) => Key))
  for (const [name, content] of files) {
    const found = await objectBytes(world, PREFIX + name)
    if (found || fine.has(PREFIX + name)) assertSame(`The object ${name}`, found, content)
  }
}

export const downloadSomeFolder: Scenario = async (world) => {
  const { random, Bucket, cos, direct, folder } = world
  const files = someFiles(world)
  const target = join(folder, 'target')
  const old = new Map<string, Buffer>()
  for (const [name, content] of files) {
    await direct.putObject({ Bucket, Key: PREFIX + name, Body: content })
    if (!random.chance(20)) continue
    old.set(name, random.chance(50) ? content : Buffer.from('old'))
    await mkdir(dirname(join(target, name)), { recursive: true })
    await writeFile(join(target, name), old.get(name) ?? '')
  }
  const concurrency = 1 + random.below(8)
  const input = { Bucket, Prefix: PREFIX, LocalDirPath: target }
  const assertFetched = async (result: DirectoryResult) => {
    const fine = new Set([...result.succeeded, ...result.skipped].map(({ path }) => path))
    const there: string[] = []
    for (const [name, content] of files) {
      const path = join(target, name)
      const found = await fileBytes(path)
      if (found) there.push(name)
      if (!fine.has(path) && !found?.equals(content)) assertSame(`The file ${name}`, found, old.get(name))
      else assertSame(`The file ${name}`, found, content)
    }
    await assertFiles(target, there)
  }
  return {
    what: `downloadDirectory of ${files.size} files, ${concurrency} at a time`,
    run: (signal) => cos.downloadDirectory(input, { signal, concurrency, checkpoint: false }),
    async assertDone(_world, result) {
      assertAll(files, asResult(result))
      await assertFetched(asResult(result))
    },
    assertFailed: async (_world, error) => assertFetched(resultOf(error)),
  }
}

export const deleteSomePrefix: Scenario = async (world) => {
  const { random, Bucket, cos, direct } = world
  const names = Array.from({ length: 1 + random.below(30) }, (_, index) => `${PREFIX}${index}`)
  await Promise.all([...names, 'some/folder'].map((Key) => direct.putObject({ Bucket, Key, Body: 'x' })))
  const keysLeft = async () =>
    (await direct.listObjects({ Bucket, Prefix: 'some/' })).Contents.map(({ Key }) => Key)
  return {
    what: `deletePrefix of ${names.length} objects`,
    run: (signal) => cos.deletePrefix({ Bucket, Prefix: PREFIX }, { signal }),
    async assertDone(_world, result) {
      const { deleted, failed } = result as Awaited<ReturnType<typeof cos.deletePrefix>>
      const left = await keysLeft()
      if (left.join() !== 'some/folder') throw new Error(`These are left: ${left.join()}.`)
      // A second try finds less to delete than the first one did.
      if (deleted > names.length || failed.length > 0) throw new Error(`It tells of ${deleted} deleted.`)
    },
    async assertFailed() {
      if (!(await keysLeft()).includes('some/folder')) throw new Error('It deleted what stands beside.')
    },
  }
}

/** Every file is told of once. */
function assertAll(files: Files, { succeeded, skipped, failed }: DirectoryResult): void {
  const told = [...succeeded, ...skipped, ...failed].map(({ Key }) => Key).sort()
  const wanted = [...files.keys()].map((name) => PREFIX + name).sort()
  if (told.join() !== wanted.join()) throw new Error(`It tells of ${told.join()}.`)
}

function asResult(result: unknown): DirectoryResult {
  if (result instanceof DirectoryResult) return result
  throw new Error('There is no result.')
}

/** One that was aborted before it began has none. */
function resultOf(error: TransferFailure): DirectoryResult {
  const isEarly = error instanceof CosClientError && error.kind === 'aborted' && error.result === undefined
  if (!isEarly) return asResult(error.result)
  return new DirectoryResult({ succeeded: [], skipped: [], failed: [], stoppedEarly: true })
}
