// JSON as the kernel reads it: one struct on a line.
import type { FieldStep } from '../analysis/query.js'
import type { JsonInput } from '../request.js'
import { pathBytes } from './json-paths.js'
import type { FormatCode } from './slice-reader.js'

/** As the kernel's layout has it. */
const PATHS_AT = 98_304

/** `paths`: that fields are wanted of; undefined where the kernel can't follow them. */
export function jsonCode(input: JsonInput, paths: readonly (readonly FieldStep[])[]): FormatCode | undefined {
  const bytes = pathBytes(paths, PATHS_AT)
  if (bytes === undefined) return undefined
  const refusesBlanks = input.layout === 'DOCUMENT'
  return {
    recordMark: '\n',
    padding: 0x20,
    begin: ({ run, memory }, { start, records, recordsMax, wanted }) => {
      memory.set(bytes, PATHS_AT)
      run.jsonBegin(start, records, recordsMax, wanted, refusesBlanks)
    },
    scan: ({ run }, from, end) => run.jsonScan(from, end),
    end: ({ run }) => run.jsonEnd(),
    found: ({ run }) => ({
      records: run.jsonRecords(),
      hasHigh: run.jsonHasHigh() !== 0,
      isBare: false,
      rest: run.jsonRest(),
    }),
    write: () => {
      throw new Error('not yet')
    },
  }
}
