// How far a scrub came, in a row of its own, so that a process that starts anew goes on where the last one stopped.
import { taskRow } from '../catalog/keys.js'
import { decodeRow, encodeRow } from '../catalog/row.js'
import type { Store } from '../store.js'
import type { ScrubProgress } from './scrub.js'

export interface ScrubState {
  /** When the last pass began, in milliseconds since 1970. */
  readonly startedMs: number
  /** How far it came; absent: to its end. */
  readonly progress?: ScrubProgress | undefined
}

const ROW = taskRow('scrub')

/** Undefined: there was no pass yet. */
export async function readScrubState(store: Store): Promise<ScrubState | undefined> {
  const [entry] = await store.metadata.read([ROW])
  return entry && (decodeRow(entry.value).json as ScrubState)
}

export async function saveScrubState(store: Store, state: ScrubState): Promise<void> {
  const write = { kind: 'put', key: ROW, value: encodeRow(state, undefined) } as const
  await store.metadata.commit({ checks: [], writes: [write] })
}
