// Runs a case through the interpreter, without a server.
import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import {
  analyze,
  decompress,
  type InputFormat,
  interpret,
  type OutputFormat,
  parse,
  recordCutter,
  type SelectRequest,
} from '@coset/select'
import type { SelectCase } from './case.js'

export const NOW = new Date('2026-05-06T07:08:09.010Z')

export function inputOf({ input }: SelectCase): Exclude<InputFormat, { readonly type: 'parquet' }> {
  if ('json' in input) return { type: 'json', layout: input.json }
  return {
    type: 'csv',
    header: 'NONE',
    recordDelimiter: '\n',
    fieldDelimiter: ',',
    quote: '"',
    quoteEscape: undefined,
    comment: '#',
    allowQuotedRecordDelimiter: false,
    ...input.csv,
  }
}

export function outputOf({ input, output }: SelectCase): OutputFormat {
  const options = output ?? ('json' in input ? { json: {} } : { csv: {} })
  if ('json' in options) return { type: 'json', recordDelimiter: '\n', ...options.json }
  const quotes = { quote: '"', quoteEscape: '"' }
  return {
    type: 'csv',
    quoteFields: 'ASNEEDED',
    recordDelimiter: '\n',
    fieldDelimiter: ',',
    ...quotes,
    ...options.csv,
  }
}

export function storedBytes({ data, compression, raw }: SelectCase): Buffer {
  const bytes = Buffer.from(typeof data === 'function' ? data() : data)
  if (raw || compression === undefined) return bytes
  if (compression === 'GZIP') return gzipSync(bytes)
  return spawnSync('bzip2', { input: bytes, maxBuffer: 2 ** 28 }).stdout
}

/** @param pieceSize Bytes that come at a time; each gives a batch of what is whole by then. */
export async function runInterpreted(one: SelectCase, pieceSize: number): Promise<string> {
  const input = inputOf(one)
  const request: SelectRequest = {
    expression: one.sql,
    compression: one.compression ?? 'NONE',
    input,
    output: outputOf(one),
  }
  const query = analyze(parse(one.sql), input)
  const execution = interpret(query, request, { now: NOW })
  const cutter = recordCutter(query, input)
  const results: Uint8Array[] = []
  let isFirst = true
  const runBatch = (pieces: readonly Buffer[]) => {
    if (pieces.length === 0) return
    for (const bytes of execution.runBytes(Buffer.concat(pieces), isFirst)) results.push(bytes)
    isFirst = false
  }
  for await (const chunk of decompress(request.compression, inPieces(storedBytes(one), pieceSize))) {
    if (execution.isDone) break
    runBatch(cutter.push(chunk))
  }
  if (!execution.isDone) runBatch(cutter.end())
  for await (const bytes of execution.finish()) results.push(bytes)
  await execution.close()
  return Buffer.concat(results).toString()
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += size)
    yield Buffer.from(bytes.subarray(start, start + size))
}
