import { describe, expect, it } from 'vitest'
import { analyze } from './analysis/analyze.js'
import type { Execution, ResultPiece } from './execution.js'
import { interpret } from './interpreted-execution.js'
import { parse } from './language/parse.js'
import { QueryState } from './query-state.js'
import type { SelectRequest } from './request.js'
import { bytesOf } from './result-part.js'
import { batchOf } from './testing/batches.js'

const now = new Date('2026-05-06T07:08:09.010Z')

function requestOf(expression: string, header: 'NONE' | 'USE' = 'NONE'): SelectRequest {
  const delimiters = { recordDelimiter: '\n', fieldDelimiter: ',' }
  return {
    expression,
    compression: 'NONE',
    input: {
      type: 'csv',
      header,
      ...delimiters,
      quote: '"',
      quoteEscape: undefined,
      comment: '#',
      allowQuotedRecordDelimiter: false,
    },
    output: { type: 'csv', quoteFields: 'ASNEEDED', ...delimiters, quote: '"', quoteEscape: '"' },
  }
}

function executionOf(request: SelectRequest, state?: QueryState): Execution {
  const query = analyze(parse(request.expression), request.input)
  return interpret(query, request, state === undefined ? { now } : { now, state })
}

async function textOf(pieces: AsyncIterable<ResultPiece>): Promise<string> {
  const collected: Uint8Array[] = []
  for await (const chunk of bytesOf(pieces)) collected.push(chunk)
  return Buffer.concat(collected).toString()
}

describe('interpret', () => {
  async function run(execution: Execution, text: string, isFirst: boolean): Promise<string> {
    return textOf(execution.run(batchOf(text, isFirst ? 0 : 1)))
  }

  it('remembers the header line for later batches', async () => {
    const execution = executionOf(requestOf('SELECT b FROM COSObject', 'USE'))
    expect(await run(execution, 'a,b\n1,2\n', true)).toBe('2\n')
    expect(await run(execution, '3,4\n', false)).toBe('4\n')
  })

  it('is done when LIMIT is reached, over batches', async () => {
    const execution = executionOf(requestOf('SELECT _1 FROM COSObject LIMIT 3'))
    expect(await run(execution, 'a\nb\n', true)).toBe('a\nb\n')
    expect(execution.isDone).toBe(false)
    expect(await run(execution, 'c\nd\n', false)).toBe('c\n')
    expect(execution.isDone).toBe(true)
    expect(await run(execution, 'e\n', false)).toBe('')
    expect(await textOf(execution.finish())).toBe('')
  })

  it('has nothing to do where LIMIT is 0', () => {
    expect(executionOf(requestOf('SELECT _1 FROM COSObject LIMIT 0')).isDone).toBe(true)
    expect(executionOf(requestOf('SELECT COUNT(*) FROM COSObject LIMIT 0')).isDone).toBe(true)
  })

  it('adds to aggregates what another execution found out', async () => {
    const request = requestOf(
      'SELECT COUNT(*), SUM(CAST(_1 AS INT)), AVG(CAST(_1 AS INT)), MAX(CAST(_1 AS INT)) FROM COSObject',
    )
    const state = new QueryState(analyze(parse(request.expression), request.input))
    const execution = executionOf(request, state)
    expect(await run(execution, '1\n2\n', true)).toBe('')
    const [count, sum, average, maximum] = state.accumulators
    count?.merge({ count: 2n })
    sum?.merge({ count: 2n, sum: 7n })
    average?.merge({ count: 2n, sum: 7n })
    maximum?.merge({ count: 2n, extreme: 4n })
    expect(await textOf(execution.finish())).toBe('4,10,2.5,4\n')
  })

  it('gives UTCNOW the time it was told', async () => {
    const execution = executionOf(requestOf('SELECT UTCNOW() FROM COSObject'))
    expect(await run(execution, 'a\n', true)).toBe('2026-05-06T07:08:09.010Z\n')
  })

  it('gives results in chunks, not in one piece', async () => {
    const execution = executionOf(requestOf('SELECT * FROM COSObject'))
    const text = 'some text that is repeated\n'.repeat(10_000)
    const sizes: number[] = []
    for await (const chunk of execution.run(batchOf(text, 0))) sizes.push(chunk.length)
    expect(sizes.length).toBeGreaterThan(3)
    expect(sizes.reduce((a, b) => a + b)).toBe(text.length)
  })
})
