// Deletion by prefix.
import type { DeletePrefixResult } from '@coset/sdk'
import type { Scenario } from './transfer-scenario.js'

const PREFIX = 'some/folder/'

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
      const { deleted, failed } = result as DeletePrefixResult
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
