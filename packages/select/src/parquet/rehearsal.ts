// Reading metadata before there is any: code that has never run takes twenty times as long as it does from then on.
import { setImmediate as turn } from 'node:timers/promises'
import { parquetFile } from '../columns/parquet-file.js'
import { Footer } from './footer.js'
import { footerOf } from './object-file.js'
import { stepsOf } from './steps.js'

/** After so many row groups, so often, it gets no faster. */
const ROW_GROUPS = 128
const TIMES = 3
const COLUMNS = ['a', 'b', 'c', 'd']

/** Takes some hundredths of a second, and ends soon when the signal fires. Resolves to how many row groups were read. */
export async function rehearseMetadata(signal: AbortSignal): Promise<number> {
  const large = metadata()
  const isWanted = (leaf: number) => leaf > 0
  let groups = 0
  for (let time = 0; time < TIMES && !signal.aborted; time++) {
    const footer = new Footer(large)
    for (const step of stepsOf(footer, { isWanted, hasCondition: true, hasRecords: false })) {
      footer.of(step.groups)
      groups += step.groups.length
    }
    await turn()
  }
  return groups
}

/** Of many row groups, all of them the same. */
function metadata(): Uint8Array {
  const values = Buffer.alloc(8)
  const columns = COLUMNS.map((name) => ({ name, type: 'int', validity: undefined, values }) as const)
  const footer = new Footer(footerOf(Buffer.concat(parquetFile(columns, 1))))
  const [group] = footer.rowGroups
  return footer.of(group ? new Array(ROW_GROUPS).fill(group) : [])
}
