// Batches of whole records, out of the files that the server hands over.
import { SelectError } from '../errors.js'
import type { Batch } from '../execution.js'
import type { StartMessage } from '../messages.js'
import type { Intake } from './intake.js'

export function batchesOf({ delivery }: StartMessage, intake: Intake): AsyncIterable<Batch> {
  if (delivery === 'bytes') throw new SelectError('InternalError', 'This input can not be cut yet.')
  return filesAsBatches(intake)
}

async function* filesAsBatches(intake: Intake): AsyncGenerator<Batch> {
  for await (const { path, length, isFirst } of intake.files()) {
    intake.bytesProcessed += length
    yield { path, length, isFirst }
  }
}
