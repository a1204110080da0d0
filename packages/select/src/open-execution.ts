// Which execution answers a query.
import { analyze } from './analysis/analyze.js'
import type { Execution } from './execution.js'
import { interpret } from './interpreted-execution.js'
import { parse } from './language/parse.js'
import type { StartMessage } from './messages.js'

export async function openExecution({ request, nowMs }: StartMessage): Promise<Execution> {
  const query = analyze(parse(request.expression), request.input)
  return interpret(query, request, { now: new Date(nowMs) })
}
