// Sources that are replaced while they are transferred: what arrives is one of both, whole.
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { bytesNamed } from '@coset/testkit'
import { assertSame, MIB, storeOld } from './transfer-calls.js'
import { assertFiles, assertNoUploads } from './transfer-leftovers.js'
import type { Scenario } from './transfer-scenario.js'
import { fileBytes, objectBytes, type World } from './transfer-world.js'

const SOURCE = 'some/source'
const TARGET = 'some/target'
const CHANGE_MS_MAX = 60

interface Change {
  /** It comes at some moment from now on. */
  begin(): void
  readonly done: Promise<unknown>
}

function changeSometime({ random }: World, change: () => Promise<unknown>): Change {
  const afterMs = random.below(CHANGE_MS_MAX)
  let begin = () => {}
  const begun = new Promise<void>((resolve) => {
    begin = resolve
  })
  return { begin: () => begin(), done: begun.then(() => pause(afterMs)).then(change) }
}

function assertOneOf(what: string, found: Buffer | undefined, states: readonly (Buffer | undefined)[]): void {
  const isKnown = states.some((state) => (found && state ? found.equals(state) : found === state))
  if (isKnown) return
  const sizes = states.map((state) => state?.length).join(' or ')
  throw new Error(
    `${what}: ${found ? `a mixture of ${found.length} bytes` : 'nothing'} is there, not ${sizes}.`,
  )
}

/** Both states of a source, often of the same size, so that only its bytes tell them apart. */
function twoStates({ random, seed }: World, size: number): readonly [Buffer, Buffer] {
  const other = random.chance(60) ? size : random.below(4 * MIB)
  return [bytesNamed(`first ${seed}`, size), bytesNamed(`second ${seed}`, other)]
}

export const downloadChangingObject: Scenario = async (world) => {
  const { random, Bucket, cos, direct, folder } = world
  const [first, second] = twoStates(world, random.below(6 * MIB))
  if (random.chance(30)) await direct.putBucketVersioning({ Bucket, Status: 'Enabled' })
  await direct.putObject({ Bucket, Key: SOURCE, Body: first })
  const path = join(folder, 'target', 'file')
  const records = join(folder, 'records')
  await mkdir(records)
  const isKept = random.chance(50)
  const checkpoint = isKept ? { folder: records } : false
  const input = { Bucket, Key: SOURCE, DestFilePath: path, PartSize: 1, MAXThread: 1 + random.below(4) }
  const change = changeSometime(world, () => direct.putObject({ Bucket, Key: SOURCE, Body: second }))
  return {
    what: `downloadFile of an object that changes, ${first.length} bytes, then ${second.length}`,
    meanwhile: change.done,
    run(signal) {
      change.begin()
      return cos.downloadFile(input, { signal, checkpoint })
    },
    async assertDone() {
      assertOneOf('The file', await fileBytes(path), [first, second])
    },
    async assertFailed() {
      const found = await fileBytes(path)
      assertOneOf('The file after the failure', found, [undefined, first, second])
      if (!isKept) await assertFiles(join(folder, 'target'), found ? ['file'] : [])
    },
  }
}

export const uploadChangingFile: Scenario = async (world) => {
  const { random, Bucket, cos, folder } = world
  const isLarge = random.chance(30)
  const [first, second] = twoStates(world, (isLarge ? 20 * MIB : 0) + random.below(3 * MIB))
  const LocalFilePath = join(folder, 'source')
  await writeFile(LocalFilePath, first)
  const old = await storeOld(world, TARGET)
  const isReplaced = random.chance(50)
  const change = changeSometime(world, async () => {
    if (!isReplaced) return writeFile(LocalFilePath, second)
    await writeFile(`${LocalFilePath}.new`, second)
    await rename(`${LocalFilePath}.new`, LocalFilePath)
  })
  // A file that is being written anew is, for a moment, the first bytes of what it will be.
  const states = (found: Buffer | undefined) => [
    first,
    isReplaced ? second : second.subarray(0, found?.length),
  ]
  const input = {
    Bucket,
    Key: TARGET,
    LocalFilePath,
    PartSize: 1,
    MAXThread: 1 + random.below(4),
    EnableMD5: true,
  }
  const how = isReplaced ? 'replaced' : 'edited'
  return {
    what: `uploadFile of a file that is ${how}, ${first.length} bytes, then ${second.length}`,
    meanwhile: change.done,
    run(signal) {
      change.begin()
      return cos.uploadFile(input, { signal, checkpoint: false })
    },
    async assertDone() {
      const found = await objectBytes(world, TARGET)
      assertOneOf('The object', found, states(found))
      await assertNoUploads(world)
    },
    async assertFailed() {
      const found = await objectBytes(world, TARGET)
      assertOneOf('The object after the failure', found, [old, ...states(found)])
      await assertNoUploads(world)
    },
  }
}

export const copyChangingObject: Scenario = async (world) => {
  const { random, Bucket, cos, direct } = world
  const [first, second] = twoStates(world, random.below(6 * MIB))
  await direct.putObject({ Bucket, Key: SOURCE, Body: first })
  const old = await storeOld(world, TARGET)
  const CopySource = { Bucket, Key: SOURCE }
  const input = { Bucket, Key: TARGET, CopySource, PartSize: 1, MAXThread: 1 + random.below(4) }
  const isMove = random.chance(50)
  const partsFromBytes = random.pick([MIB, 100 * MIB])
  const change = changeSometime(world, () => direct.putObject({ Bucket, Key: SOURCE, Body: second }))
  const how = isMove ? 'moveObject' : 'copy'
  return {
    what: `${how} of an object that changes, ${first.length} bytes, then ${second.length}`,
    meanwhile: change.done,
    run(signal) {
      change.begin()
      const options = { signal, partsFromBytes }
      return isMove ? cos.moveObject(input, options) : cos.copy(input, options)
    },
    async assertDone() {
      assertOneOf('The copy', await objectBytes(world, TARGET), [first, second])
      if (!isMove) assertSame('The source', await objectBytes(world, SOURCE), second)
      await assertNoUploads(world)
    },
    async assertFailed() {
      assertOneOf('The target after the failure', await objectBytes(world, TARGET), [old, first, second])
      await assertNoUploads(world)
    },
  }
}
