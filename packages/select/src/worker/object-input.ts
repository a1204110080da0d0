// An object on its way into a query: as its server hands it over, or as it is stored.
import type { Batch } from '../execution.js'
import type { StartMessage } from '../messages.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import { StoredObject } from '../stored/stored-object.js'
import type { ServerLink } from './server-link.js'
import { SpooledInput } from './spooled-input.js'
import { StoredInput } from './stored-input.js'

/** Of one query: one of `batches`, `bytes` and `ranges` is called, once. */
export interface ObjectInput {
  /** Of the object, as it is stored. */
  readonly bytesRead: number
  /** Whole records, of formats that tell them apart by a delimiter alone. Rejects with a SelectError. */
  batches(): AsyncIterable<Batch>
  /** All of it, in chunks that are the reader's to keep. */
  bytes(): AsyncIterable<Buffer>
  ranges(): ObjectRanges
  /** The query needs no more of it. */
  end(): Promise<void>
  close(): void
}

export async function openInput(start: StartMessage, link: ServerLink): Promise<ObjectInput> {
  const { stored } = start
  return stored === null
    ? new SpooledInput(link, start)
    : new StoredInput(await StoredObject.open(stored), start)
}
