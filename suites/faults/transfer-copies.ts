// Copies within the server, in one piece and in parts.
import { bytesNamed } from '@coset/testkit'
import { assertSame, MIB, storeOld } from './transfer-calls.js'
import { assertNoUploads } from './transfer-leftovers.js'
import type { Scenario } from './transfer-scenario.js'
import { objectBytes } from './transfer-world.js'

const SOURCE = 'some/source'
const TARGET = 'some/target'

export const copySomething: Scenario = async (world) => {
  const { random, Bucket, cos, direct, seed } = world
  const stored = bytesNamed(`stored ${seed}`, random.below(6 * MIB))
  await direct.putObject({ Bucket, Key: SOURCE, Body: stored, Metadata: { kept: 'so' } })
  const old = await storeOld(world, TARGET)
  const PartSize = 1 + random.below(3)
  const CopySource = { Bucket, Key: SOURCE }
  const input = { Bucket, Key: TARGET, CopySource, PartSize, MAXThread: 1 + random.below(4) }
  const partsFromBytes = random.pick([MIB, 100 * MIB])
  const isMove = random.chance(30)
  const run = (signal: AbortSignal) =>
    isMove ? cos.moveObject(input, { signal, partsFromBytes }) : cos.copy(input, { signal, partsFromBytes })
  return {
    what: `${isMove ? 'moveObject' : 'copy'} of ${stored.length} bytes, parts of ${PartSize} MiB from ${partsFromBytes} on`,
    run,
    async assertDone() {
      assertSame('The copy', await objectBytes(world, TARGET), stored)
      const { Metadata } = await direct.headObject({ Bucket, Key: TARGET })
      if (Metadata?.kept !== 'so') throw new Error('The copy has lost its metadata.')
      assertSame('The source', await objectBytes(world, SOURCE), isMove ? undefined : stored)
      await assertNoUploads(world)
    },
    async assertFailed() {
      const found = await objectBytes(world, TARGET)
      if (!found?.equals(stored)) assertSame('The target after the failure', found, old)
      const left = await objectBytes(world, SOURCE)
      if (!isMove || !found?.equals(stored) || left) assertSame('The source after the failure', left, stored)
      await assertNoUploads(world)
    },
  }
}
