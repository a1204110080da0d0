// Batches of a Parquet object: files of some of its row groups, with what the query needs of them.
import type { Aggregate, Query } from '../analysis/query.js'
import type { FileBatch } from '../execution.js'
import { Malformed } from '../parquet/compact-reader.js'
import { Footer } from '../parquet/footer.js'
import { assertBetween, makeReadable, readTail } from '../parquet/object-file.js'
import type { ObjectRanges } from '../parquet/object-ranges.js'
import { type Step, stepsOf } from '../parquet/steps.js'

export interface BatchesPlan {
  readonly object: ObjectRanges
  readonly query: Query
  /** What is read of the object's end at first. */
  readonly tailBytes: number
  /** Which of the columns that a file has are needed, by their places; also how many there are. */
  readonly wanted: (path: string) => Promise<WantedColumns>
  /** Is told how many records the object has where all that the query asks is that, and the metadata tells. */
  readonly counted: (records: number) => void
}

export interface WantedColumns {
  readonly count: number
  readonly places: ReadonlySet<number>
}

/**
 * What can't be told from the metadata, or is told in a way that leads elsewhere, is left to DuckDB, which then has the whole
 * object. Throws SelectErrors.
 */
export async function* parquetBatches(plan: BatchesPlan): AsyncGenerator<FileBatch> {
  const { object, query } = plan
  const tail = await readTail(object, plan.tailBytes)
  const found = unlessMalformed(() => new Footer(tail.bytes))
  if (found && countsRecords(query) && tellsRecords(found)) {
    await object.give(tail.batch.path)
    return plan.counted(found.rows)
  }
  const wanted = await plan.wanted(tail.batch.path)
  if (tail.isWhole || (wanted.places.size === 0 && wanted.count > 0)) return yield tail.batch
  const footer = found?.columns.length === wanted.count ? found : undefined
  await object.give(tail.batch.path)
  if (!footer) return yield await rest(object)
  const steps = stepsOf(footer, wishOf(query, footer, wanted.places))
  let done = 0
  for (;;) {
    const step = nextStep(steps, tail.start)
    if (step === undefined) return
    const batch = step === 'unclear' ? undefined : await batchOf(object, footer, step)
    if (step === 'unclear' || !batch) break
    yield batch
    done += step.groups.length
  }
  const batch = await rest(object)
  const groups = footer.rowGroups.slice(done)
  makeReadable(batch.path, footer, { groups, chunks: [], spans: [{ start: 0, end: tail.start }] })
  yield batch
}

/** Whether it asks for the number of all records, and for nothing else of them. */
export function countsRecords({ statement, aggregates }: Query): boolean {
  const isCount = ({ name, argument }: Aggregate) => name === 'count' && argument === '*'
  return statement.where === undefined && aggregates.length > 0 && aggregates.every(isCount)
}

function tellsRecords({ rows, rowGroups }: Footer): boolean {
  return Number.isSafeInteger(rows) && rowGroups.reduce((sum, group) => sum + group.rows, 0) === rows
}

function nextStep(steps: Iterator<Step>, end: number): Step | 'unclear' | undefined {
  const next = unlessMalformed(() => {
    const { done, value } = steps.next()
    if (done) return { step: undefined }
    const step = value as Step
    assertBetween(step.spans, end)
    return { step }
  })
  return next ? next.step : 'unclear'
}

async function batchOf(object: ObjectRanges, footer: Footer, step: Step): Promise<FileBatch | undefined> {
  const batch = await object.need(step.spans)
  const isMade = unlessMalformed(() => {
    makeReadable(batch.path, footer, step)
    return true
  })
  if (isMade) return batch
  await object.give(batch.path)
  return undefined
}

function rest(object: ObjectRanges): Promise<FileBatch> {
  return object.need([{ start: 0, end: object.size }])
}

function wishOf({ statement, aggregates }: Query, footer: Footer, places: ReadonlySet<number>) {
  const leaves = new Set<number>()
  for (const [place, { start, end }] of footer.columns.entries()) {
    if (!places.has(place)) continue
    for (let leaf = start; leaf < end; leaf++) leaves.add(leaf)
  }
  return {
    isWanted: (leaf: number) => leaves.has(leaf),
    hasCondition: statement.where !== undefined,
    hasRecords: aggregates.length === 0,
  }
}

function unlessMalformed<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (error instanceof Malformed) return undefined
    throw error
  }
}
