// Small folders, up and down.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { CosClientError, CosServiceError, type DirectoryResult } from '@coset/sdk'
import { bytesNamed, type SeededRandom } from '@coset/testkit'
import { assertSame, wasFlipped } from './transfer-calls.js'
import { assertFiles, assertNoUploads } from './transfer-leftovers.js'
import type { Scenario } from './transfer-scenario.js'
import { fileBytes, filesIn, objectBytes, type World } from './transfer-world.js'

const PREFIX = 'data'

type Tree = ReadonlyMap<string, Buffer>

/** By the path below the folder. */
function someTree({ random, seed }: World): Tree {
  const count = 1 + random.below(12)
  return new Map(
    Array.from({ length: count }, (_, at) => [
      somePath(random, at),
      bytesNamed(`file ${at} ${seed}`, random.below(random.pick([1, 5000, 200_000, 1_500_000]))),
    ]),
  )
}

function somePath(random: SeededRandom, at: number): string {
  const folder = random.pick(['', 'a/', 'a/b/', 'ü ü/', 'z+z/'])
  return `${folder}${at}${random.pick(['.txt', '', ' %'])}`
}

async function writeTree(folder: string, tree: Tree): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [path, bytes] of tree) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), bytes)
  }
}

/** Every file is in one of the lists, and what failed tells why. */
function assertTold({ succeeded, skipped, failed, stoppedEarly }: DirectoryResult, tree: Tree): void {
  const told = new Set([...succeeded, ...skipped, ...failed].map(({ Key }) => Key.slice(PREFIX.length + 1)))
  const missing = [...tree.keys()].filter((path) => !told.has(path))
  if (missing.length > 0 && !stoppedEarly) throw new Error(`Nothing is told of ${missing.join(', ')}.`)
  const strange = [...told].filter((path) => !tree.has(path))
  if (strange.length > 0) throw new Error(`Something is told of ${strange.join(', ')}.`)
  for (const { error } of failed) {
    const isKnown = error instanceof CosServiceError || error instanceof CosClientError
    if (!isKnown) throw new Error('A file failed with an error of no kind of ours.', { cause: error })
  }
}

const keysOf = (files: readonly { readonly Key: string }[]) => new Set(files.map(({ Key }) => Key))

export const uploadSomeFolder: Scenario = async (world) => {
  const { random, Bucket, cos, folder } = world
  const tree = someTree(world)
  const LocalDirPath = join(folder, 'tree')
  await writeTree(LocalDirPath, tree)
  // What is there already is told by the list; what is not the same is replaced.
  for (const [path, bytes] of tree) {
    if (random.chance(30)) await put(world, path, random.chance(50) ? bytes : Buffer.from('old'))
  }
  const EnableMD5 = random.chance(40)
  const input = { Bucket, LocalDirPath, Prefix: PREFIX, EnableMD5 }
  const options = { concurrency: 1 + random.below(8), checkpoint: false }
  const assertWhole = async (done: ReadonlySet<string>) => {
    for (const [path, bytes] of tree) {
      const found = await objectBytes(world, `${PREFIX}/${path}`)
      if (done.has(`${PREFIX}/${path}`)) assertSame(`The object of ${path}`, found, bytes)
      const isOld = found === undefined || found.toString() === 'old'
      // Damage that nobody could be told of any more, or that the file's failure tells.
      const isDamaged = !EnableMD5 && wasFlipped(world) && found?.length === bytes.length
      if (!isOld && !isDamaged) assertSame(`The object of ${path}`, found, bytes)
    }
    await assertNoUploads(world)
  }
  return {
    what: `uploadDirectory of ${tree.size} files, ${options.concurrency} at a time`,
    run: (signal) => cos.uploadDirectory(input, { ...options, signal }),
    async assertDone(_, result) {
      assertTold(result as DirectoryResult, tree)
      const { succeeded, skipped } = result as DirectoryResult
      await assertWhole(keysOf([...succeeded, ...skipped]))
    },
    assertFailed: () => assertWhole(new Set()),
  }
}

async function put({ direct, Bucket }: World, path: string, Body: Buffer): Promise<void> {
  await direct.putObject({ Bucket, Key: `${PREFIX}/${path}`, Body })
}

export const downloadSomeFolder: Scenario = async (world) => {
  const { random, Bucket, cos, folder } = world
  const tree = someTree(world)
  for (const [path, bytes] of tree) await put(world, path, bytes)
  const LocalDirPath = join(folder, 'target', 'tree')
  const there = new Map([...tree].filter(() => random.chance(30)).map(([path]) => [path, Buffer.from('old')]))
  await writeTree(LocalDirPath, there)
  const input = { Bucket, LocalDirPath, Prefix: PREFIX }
  const options = { concurrency: 1 + random.below(8), checkpoint: false }
  const assertWhole = async (done: ReadonlySet<string>) => {
    for (const [path, bytes] of tree) {
      const found = await fileBytes(join(LocalDirPath, path))
      const isNew = done.has(`${PREFIX}/${path}`) || !(found === undefined || found.toString() === 'old')
      if (isNew) assertSame(`The file ${path}`, found, bytes)
    }
    // Nothing beside them, such as a temporary file.
    await assertFiles(
      LocalDirPath,
      (await filesIn(LocalDirPath)).filter((path) => tree.has(path)),
    )
  }
  return {
    what: `downloadDirectory of ${tree.size} files, ${options.concurrency} at a time`,
    run: (signal) => cos.downloadDirectory(input, { ...options, signal }),
    async assertDone(_, result) {
      assertTold(result as DirectoryResult, tree)
      const { succeeded, skipped } = result as DirectoryResult
      await assertWhole(keysOf([...succeeded, ...skipped]))
    },
    assertFailed: () => assertWhole(new Set()),
  }
}
