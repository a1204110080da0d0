// The kernel: code in WebAssembly that reads records into columns, with the memory it works in.
import { castValue } from '../values/cast.js'
import { KERNEL_CODE } from './kernel-code.js'

/** What of it is used here: the types of Node come without it. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** Numbers that are addresses are bytes from the beginning of the memory; packages/select/kernel tells what they mean. */
export interface KernelFunctions {
  readonly memory: Memory
  csvFormat(marks: number, ...switches: readonly boolean[]): void
  csvBegin(start: number, records: number, recordsMax: number, wanted: number, expected: number): void
  csvScan(from: number, end: number): number
  csvEnd(): number
  csvRecords(): number
  csvHasHigh(): number
  csvHasQuotes(): number
  csvRest(): number
  csvWrite(list: number, from: number, to: number, out: number, limit: number, mark: number): number
  csvWritten(): number
  csvCutFormat(
    field: number,
    quote: number,
    escapes: number,
    comment: number,
    first: number,
    last: number,
  ): void
  csvCut(from: number, end: number, state: number, matched: number): number
  csvCutState(): number
  csvCutMatched(): number
  jsonBegin(start: number, records: number, recordsMax: number, wanted: number, refusesBlanks: boolean): void
  jsonScan(from: number, end: number): number
  jsonEnd(): number
  jsonRecords(): number
  jsonHasHigh(): number
  jsonRest(): number
  jsonFormat(what: number, delimiter: number, marks: number, quotesAlways: boolean): void
  jsonColumns(wanted: number): void
  jsonWrite(list: number, from: number, to: number, out: number, limit: number): number
  jsonWritten(): number
  jsonOdd(): number
}

const PAGE_BYTES = 65536
/** Behind what belongs to the kernel, the list of what is wanted, and what JSON is read with. */
export const MEMORY_START = 8 * PAGE_BYTES

/** Compiled once: that takes longer than most uses of it. */
let compiled: object | undefined

function compiledModule(): object {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_CODE, 'base64'))
  return compiled
}

export class Kernel {
  readonly run: KernelFunctions
  /** All of it. */
  memory: Buffer

  /** Throws where the processor lacks the instructions. */
  constructor() {
    const numbers = {
      hostFloat: (at: number, end: number) => floatOf(this.memory.toString('latin1', at, end)),
    }
    this.run = new WebAssembly.Instance(compiledModule(), { numbers }).exports as KernelFunctions
    this.memory = Buffer.from(this.run.memory.buffer)
  }

  /** Views of the memory are not to be used any more. */
  reserve(bytes: number): void {
    const missing = Math.ceil((bytes - this.memory.length) / PAGE_BYTES)
    if (missing <= 0) return
    this.run.memory.grow(missing)
    this.memory = Buffer.from(this.run.memory.buffer)
  }
}

/** NaN for what is none. */
function floatOf(text: string): number {
  try {
    return Number(castValue(text, 'float', { precision: undefined, scale: undefined }))
  } catch {
    return Number.NaN
  }
}
