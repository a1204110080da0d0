// Cases of the document's "Extracting object content".
import type { OperationInput } from '@coset/sdk'
import { type At, type OperationCases, told } from '../case.js'

type Input = OperationInput<'selectObjectContent'>

const CONTENT = 'name,score\nAda,12\nBob,7\n'
const QUERY = {
  Expression: 'SELECT s.name FROM COSObject s WHERE CAST(s.score AS INT) > 10',
  InputSerialization: { CompressionType: 'NONE', CSV: { FileHeaderInfo: 'USE' } },
  OutputSerialization: { CSV: { QuoteFields: 'ALWAYS' } },
} as const

/** The result of the query above, changed as given. */
async function ask({ cos, Bucket }: At, changed: Partial<Input> = {}): Promise<string> {
  await cos.putObject({ Bucket, Key: 'k', Body: CONTENT })
  const { Body } = await cos.selectObjectContent({ Bucket, Key: 'k', ...QUERY, ...changed })
  return Body.text()
}

export const selectObjectContent: OperationCases = {
  takes: {
    Bucket: async (at) => {
      at.expect(await at.refusal(ask(at, { Bucket: await at.newBucket() }))).toBe('404 NoSuchKey')
      at.expect(await ask(at)).toBe('"Ada"\n')
    },
    Key: async (at) => {
      at.expect(await at.refusal(ask(at, { Key: 'missing' }))).toBe('404 NoSuchKey')
      at.expect(await ask(at)).toBe('"Ada"\n')
    },
    Expression: async (at) => {
      at.expect(await ask(at, { Expression: 'SELECT COUNT(*) FROM COSObject' })).toBe('"2"\n')
      at.expect(await at.refusal(ask(at, { Expression: 'SELECT' }))).toBe('400 SQLParsingError')
    },
    ExpressionType: async (at) => {
      at.expect(await ask(at, { ExpressionType: 'SQL' })).toBe('"Ada"\n')
      const other = ask(at, { ExpressionType: 'XQuery' as 'SQL' })
      at.expect(await at.refusal(other)).toBe('400 InvalidRequestParameter')
    },
    InputSerialization: async (at) => {
      const Expression = `SELECT s._1 FROM COSObject s WHERE s._2 = '7'`
      at.expect(await ask(at, { Expression, InputSerialization: { CSV: {} } })).toBe('"Bob"\n')
      at.expect(await at.refusal(ask(at, { InputSerialization: {} }))).toBe('400 MissingInputFormat')
    },
    OutputSerialization: async (at) => {
      at.expect(await ask(at, { OutputSerialization: { JSON: {} } })).toBe('{"name":"Ada"}\n')
      at.expect(await at.refusal(ask(at, { OutputSerialization: {} }))).toBe('400 MissingOutputFormat')
    },
    RequestProgress: async (at) => {
      const line = 'Ada,12\n'
      await at.cos.putObject({ Bucket: at.Bucket, Key: 'large', Body: Buffer.alloc(70 * 1024 * 1024, line) })
      const { Body } = await at.cos.selectObjectContent({
        ...QUERY,
        Bucket: at.Bucket,
        Key: 'large',
        Expression: 'SELECT COUNT(*) FROM COSObject',
        RequestProgress: { Enabled: true },
      })
      const types: string[] = []
      for await (const { type } of Body) types.push(type)
      at.expect(types).toContain('progress')
    },
  },
  tells: told(
    async ({ cos, Bucket }) => {
      await cos.putObject({ Bucket, Key: 'k', Body: CONTENT })
      return cos.selectObjectContent({ Bucket, Key: 'k', ...QUERY })
    },
    {
      Body: async ({ Body }, { expect }) => {
        expect(await Body.text()).toBe('"Ada"\n')
        expect(await Body.stats).toMatchObject({ bytesScanned: CONTENT.length, bytesReturned: 6 })
      },
    },
  ),
}
