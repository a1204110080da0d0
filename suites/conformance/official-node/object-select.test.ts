// SELECT by the official Node SDK: each of its ways to read the reply. Executions that do one thing each stand in.
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { eachStyle, STYLES } from './stations.js'

const executionModule = new URL('../../../packages/select/src/testing/executions.mjs', import.meta.url).href

interface SelectResult {
  readonly statusCode: number
  readonly Payload?: Buffer
  readonly Stats?: Readonly<Record<string, string>>
}
interface SelectFailure {
  readonly code?: string
  readonly statusCode?: number
  readonly error?: { readonly Code?: string }
}
type Callback = (failure: SelectFailure | null, result?: SelectResult) => void
/** What the SDK has, and its types describe otherwise. */
interface SelectCalls {
  selectObjectContent(params: object, callback: Callback): PassThrough | undefined
  selectObjectContentStream(params: object, callback: Callback): PassThrough
}

eachStyle(
  (at) => {
    const calls = () => at.cos as unknown as SelectCalls
    const put = (Key: string, Body: string) =>
      at.cos.putObject({ Bucket: at.Bucket, Region: at.Region, Key, Body })
    const params = (Key: string, Expression: string) => ({
      Bucket: at.Bucket,
      Region: at.Region,
      Key,
      SelectType: 2,
      SelectRequest: {
        Expression,
        ExpressionType: 'SQL',
        InputSerialization: {
          CompressionType: 'NONE',
          CSV: {
            FileHeaderInfo: 'NONE',
            RecordDelimiter: '\n',
            FieldDelimiter: ',',
            QuoteCharacter: '"',
            Comments: '#',
          },
        },
        OutputSerialization: { CSV: { QuoteFields: 'ASNEEDED' } },
        RequestProgress: { Enabled: 'TRUE' },
      },
    })

    const ask = (given: object) =>
      new Promise<SelectResult>((resolve, reject) => {
        calls().selectObjectContent(given, (failure, result) => {
          if (failure || !result) reject(failure)
          else resolve(result)
        })
      })

    it('gives the result whole, with what was read', async () => {
      await put('small', 'a,b\nc,d\n')
      const { statusCode, Payload, Stats } = await ask(params('small', 'echo'))
      expect(statusCode).toBe(200)
      expect(Payload?.toString()).toBe('a,b\nc,d\n')
      expect(Stats).toEqual({ BytesScanned: '8', BytesProcessed: '8', BytesReturned: '8' })
    })

    it('gives the result as a stream', async () => {
      await put('large', `${'x'.repeat(99)}\n`.repeat(20_000))
      const chunks: Buffer[] = []
      const result = await new Promise<SelectResult>((resolve, reject) => {
        const stream = calls().selectObjectContentStream(params('large', 'echo'), (failure, told) => {
          if (failure || !told) reject(failure)
          else resolve(told)
        })
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      })
      expect(Buffer.concat(chunks)).toHaveLength(2_000_000)
      expect(result.Stats).toMatchObject({ BytesReturned: '2000000' })
    })

    it('gives the reply as it is on the wire', async () => {
      await put('small', 'a,b\nc,d\n')
      const chunks: Buffer[] = []
      await new Promise<void>((resolve, reject) => {
        const raw = { ...params('small', 'echo'), DataType: 'raw' }
        const stream = calls().selectObjectContentStream(raw, (failure) => failure && reject(failure))
        stream.on('data', (chunk: Buffer) => chunks.push(chunk))
        stream.on('end', resolve)
      })
      const bytes = Buffer.concat(chunks)
      expect(bytes.readUInt32BE(0)).toBeLessThan(bytes.length)
      expect(bytes.toString('latin1')).toMatch(/:event-type.*Records.*:event-type.*Stats.*:event-type.*End/s)
    })

    it('tells failures that come instead of a reply', async () => {
      const stream = (given: object) =>
        new Promise<SelectFailure>((resolve, reject) => {
          const raw = { ...given, ReturnStream: true, DataType: 'raw' }
          const output = calls().selectObjectContentStream(raw, (failure) =>
            failure ? resolve(failure) : reject(new Error('It succeeded.')),
          )
          output.on('error', () => undefined)
        })
      await put('small', 'a,b\nc,d\n')
      expect(await stream(params('absent', 'echo'))).toMatchObject({ statusCode: 404, code: 'NoSuchKey' })
      expect(await stream(params('small', 'refuse CastFailed'))).toMatchObject({
        statusCode: 400,
        code: 'CastFailed',
      })
    })
  },
  STYLES,
  { select: { executionModule } },
)
void [PassThrough, describe]
