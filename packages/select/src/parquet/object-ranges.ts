// An object of which a query says what it needs.
import type { FileBatch } from '../execution.js'
import type { Span } from './footer.js'

export interface ObjectRanges {
  /** Bytes. */
  readonly size: number
  /**
   * Writes parts of the object to a file, where `placed` says, which ends with the last of them. What stands between them is of no
   * meaning. A file may be written anew once `give` was told of it.
   */
  need(spans: readonly Span[]): Promise<FileBatch>
  /** Whoever takes a batch that was made of a file gives that one back, and need not be told of it. */
  give(path: string): Promise<void>
}
