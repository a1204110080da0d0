// What a transfer keeps, so that another run can go on where it stopped.

/** A JSON value that its writer checks when it reads it back: it may be of another version, or damaged. */
export type CheckpointRecord = Readonly<Record<string, unknown>>

/** The record of one transfer, held by this process alone until it is released. */
export interface Checkpoint {
  /** What an earlier run left; undefined without one, or when it can not be read. */
  readonly saved: CheckpointRecord | undefined
  /** Replaces the record, whole or not at all; durable when it resolves. Saves follow each other in order. */
  save(record: CheckpointRecord): Promise<void>
  /** Deletes the record: the transfer is done, or starts afresh. */
  clear(): Promise<void>
  /** Lets other processes at it; the record stays. */
  release(): Promise<void>
}

export interface CheckpointStore {
  /** Whether an earlier run left a record; quicker than to open it, as it takes no lock. */
  has(id: readonly string[]): Promise<boolean>
  /**
   * `id` names the transfer: what, from where to where. Rejects with a CosClientError of kind `locked` while
   * another process, or another call, holds it.
   */
  open(id: readonly string[]): Promise<Checkpoint>
}
