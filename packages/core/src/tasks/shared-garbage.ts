// What copies shared may go only when the readers of each of them had their time. The garbage row of the first release
// comes due while readers of the last may have begun a moment ago. So the first look that finds no claim puts the matter
// off once, for as long as a reader may take: from then on nobody can begin to read, and nobody can copy.
import type { Call } from '../call.js'
import { type Claimed, garbageRow, refsOf, sharedRow } from '../catalog/keys.js'
import { GARBAGE_DELAY_MS, unchanged } from '../catalog/versions.js'
import type { Entry } from '../ports.js'
import type { Store } from '../store.js'

/**
 * Whether the garbage row was dealt with: what it names is claimed, or is looked at again by another row. False: it was
 * never shared, or this is the last look.
 */
export async function isPutOff(call: Call, store: Store, row: Entry, claimed: Claimed): Promise<boolean> {
  const marker = sharedRow(claimed)
  const [shared] = await store.metadata.read([marker])
  if (!shared) return false
  const own = unchanged(row.key, row)
  // The marker names the row of the last look, once there is one.
  if (Buffer.compare(shared.value, row.key) === 0) return false
  if (shared.value.length === 0) {
    const last = garbageRow(call.clock.now() + GARBAGE_DELAY_MS, claimed)
    const done = await store.metadata.commit({
      checks: [own, unchanged(marker, shared), { kind: 'empty', range: refsOf(claimed) }],
      writes: [
        { kind: 'delete', key: row.key },
        { kind: 'put', key: last, value: new Uint8Array() },
        { kind: 'put', key: marker, value: last },
      ],
    })
    if (done.ok) return true
  }
  await store.metadata.commit({ checks: [own], writes: [{ kind: 'delete', key: row.key }] })
  return true
}
