// Delete by the thousand: each object on its own, what fails told one by one.
import { Fault, type FaultCode } from '@coset/model'
import type { Call } from '../call.js'
import { readBucket } from '../catalog/bucket-lookup.js'
import type { Store } from '../store.js'
import { type DeleteResult, deleteObject, NOTHING_DELETED } from './delete.js'

export interface DeleteTarget {
  readonly key: string
  readonly versionId?: string | undefined
}

export type DeleteOutcome = DeleteTarget &
  (
    | { readonly ok: true; readonly result: DeleteResult }
    | { readonly ok: false; readonly code: FaultCode; readonly message: string }
  )

const CONCURRENCY = 64

/** Outcomes in the order of the targets. Throws `NoSuchBucket`. */
export async function deleteObjects(
  call: Call,
  store: Store,
  bucket: string,
  targets: readonly DeleteTarget[],
): Promise<readonly DeleteOutcome[]> {
  await readBucket(store, bucket)
  const outcomes: DeleteOutcome[] = []
  for (let at = 0; at < targets.length; at += CONCURRENCY) {
    const group = targets.slice(at, at + CONCURRENCY)
    outcomes.push(...(await Promise.all(group.map((target) => deleteOne(call, store, bucket, target)))))
  }
  return outcomes
}

async function deleteOne(
  call: Call,
  store: Store,
  bucket: string,
  target: DeleteTarget,
): Promise<DeleteOutcome> {
  try {
    // COS reports keys that begin with a slash as deleted, though no object can have one.
    if (target.key.startsWith('/')) return { ...target, ok: true, result: NOTHING_DELETED }
    return { ...target, ok: true, result: await deleteObject(call, store, { bucket, ...target }) }
  } catch (error) {
    if (error instanceof Fault) return { ...target, ok: false, code: error.code, message: error.message }
    call.log.error({ call: call.id, err: error }, 'one of many deletions failed')
    return { ...target, ok: false, code: 'InternalError', message: new Fault('InternalError').message }
  }
}
