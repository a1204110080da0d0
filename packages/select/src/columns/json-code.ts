// JSON as the kernel reads and writes it: one struct on a line.
import type { FieldStep } from '../analysis/query.js'
import type { JsonInput, OutputFormat } from '../request.js'
import { pathBytes } from './json-paths.js'
import { jsonResult, LINES, type ResultColumn } from './json-result.js'
import type { Kernel } from './kernel.js'
import type { FormatCode } from './slice-reader.js'

/** As the kernel's layout has it. */
const PATHS_AT = 98_304
const OUTPUT_AT = 131_072
const END_MASK = 0x7fffffff

export interface JsonResult {
  readonly output: OutputFormat
  /** Undefined for whole records. Of each column a `span` is wanted. */
  readonly columns: readonly ResultColumn[] | undefined
}

/**
 * `paths`: that fields are wanted of, each another one. `result`: what is written of them; `lines` are the
 * records as they stand, with a line feed behind each. Undefined where the kernel can't follow the paths or write the result.
 */
export function jsonCode(
  input: JsonInput,
  paths: readonly (readonly FieldStep[])[],
  result?: JsonResult | 'lines',
): FormatCode | undefined {
  const bytes = pathBytes(paths, PATHS_AT)
  const written = result === 'lines' ? LINES : result && jsonResult(result.output, result.columns, OUTPUT_AT)
  if (bytes === undefined || (result && !written)) return undefined
  const refusesBlanks = input.layout === 'DOCUMENT'
  return {
    recordMark: '\n',
    padding: 0x20,
    begin: ({ run, memory }, { start, records, recordsMax, wanted }) => {
      memory.set(bytes, PATHS_AT)
      run.jsonBegin(start, records, recordsMax, wanted, refusesBlanks)
      if (!written) return
      memory.set(written.bytes, OUTPUT_AT)
      run.jsonFormat(written.kind, written.delimiter, written.marks, written.quotesAlways)
      run.jsonColumns(wanted)
    },
    scan: ({ run }, from, end) => run.jsonScan(from, end),
    end: ({ run }) => run.jsonEnd(),
    found: ({ run }) => ({
      records: run.jsonRecords(),
      hasHigh: run.jsonHasHigh() !== 0,
      isBare: false,
      rest: run.jsonRest(),
    }),
    write: (kernel, { list, from, to }, out) => {
      const end = kernel.run.jsonWrite(list, from, to, out.at, out.limit)
      return { end, next: kernel.run.jsonWritten(), odd: oddRecord(kernel) }
    },
  }
}

/** Whether results can be of that format, if their records are plain fields. */
export function isWritable(output: OutputFormat): boolean {
  return jsonResult(output, [], OUTPUT_AT) !== undefined
}

function oddRecord({ run, memory }: Kernel): { readonly from: number; readonly to: number } | undefined {
  const at = run.jsonOdd()
  if (at === 0) return undefined
  return { from: memory.readUInt32LE(at), to: (memory.readUInt32LE(at + 4) & END_MASK) >>> 0 }
}
