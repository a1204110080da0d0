// Which execution answers a query.
import { SelectError } from './errors.js'
import type { Execution } from './execution.js'
import type { StartMessage } from './messages.js'

export async function openExecution(_start: StartMessage): Promise<Execution> {
  throw new SelectError('InternalError', 'There is no execution yet.')
}
