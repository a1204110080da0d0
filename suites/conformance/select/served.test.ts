// Every case through the server: by our own SDK, and most by the official one for Node.
import { CosClient, CosServiceError } from '@coset/sdk'
import { startServer, type TestServer } from '@coset/server/testing'
import COS from 'cos-nodejs-sdk-v5'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SelectCase } from './case.js'
import { SELECT_CASES } from './cases/index.js'
import { storedBytes } from './interpreted-run.js'
import { inputSerializationOf, outputSerializationOf } from './served.js'

const Bucket = 'cases-1250000000'
/** Queries under way at a time; some of them wait at the server. */
const SIDE_BY_SIDE = 4

/** That there is no expression is told otherwise by a server. */
const SERVED = SELECT_CASES.filter(({ sql }) => sql.trim() !== '')

let server: TestServer
let own: CosClient
let official: COS
beforeAll(async () => {
  server = await startServer({ storage: 'local', select: { waitingMax: 100, waitingMsMax: 60_000 } })
  own = new CosClient({ ...server.clientOptions, Retries: 0 })
  const { secretId: SecretId, secretKey: SecretKey, endpoint: Ip } = server
  official = new COS({ SecretId, SecretKey, Protocol: 'http:', Ip })
  await own.putBucket({ Bucket })
  for (const [at, one] of SERVED.entries())
    await own.putObject({ Bucket, Key: `case-${at}`, Body: storedBytes(one) })
}, 120_000)
afterAll(async () => {
  await own?.close()
  await server?.stop()
})

type Ask = (one: SelectCase, Key: string) => Promise<string>

/** The result, or the error's code. */
const askOwn: Ask = async (one, Key) => {
  const query = {
    Expression: one.sql,
    InputSerialization: inputSerializationOf(one),
    OutputSerialization: outputSerializationOf(one),
  }
  try {
    return await (await own.selectObjectContent({ Bucket, Key, ...query })).Body.text()
  } catch (error) {
    if (error instanceof CosServiceError) return error.code
    throw error
  }
}

interface Failure {
  readonly code?: string
  /** An error on the way is given as the headers of its message. */
  readonly ':error-code'?: string
}

/** What the official SDK has, and its types describe otherwise. */
interface StreamCall {
  selectObjectContentStream(
    params: object,
    callback: (failure: Failure | null) => void,
  ): NodeJS.ReadableStream
}

const askOfficial: Ask = (one, Key) =>
  new Promise((resolve) => {
    const chunks: Buffer[] = []
    const SelectRequest = {
      Expression: one.sql,
      ExpressionType: 'SQL',
      InputSerialization: withoutUndefined(inputSerializationOf(one)),
      OutputSerialization: withoutUndefined(outputSerializationOf(one)),
    }
    const params = { Bucket, Region: server.region, Key, SelectType: 2, SelectRequest }
    const stream = (official as unknown as StreamCall).selectObjectContentStream(params, (failure) =>
      resolve(
        failure ? (failure.code ?? failure[':error-code'] ?? `${failure}`) : Buffer.concat(chunks).toString(),
      ),
    )
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('error', () => undefined)
  })

function withoutUndefined(value: object): object {
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, typeof inner === 'object' ? withoutUndefined(inner) : inner]),
  )
}

/** What the official SDK can not say: characters that XML has no place for, and nothing at all. */
function isForOfficial(one: SelectCase): boolean {
  const request = JSON.stringify([one.sql, inputSerializationOf(one), outputSerializationOf(one)])
  return !/\\u00[01]|\\r|:""/.test(request)
}

describe.each([
  ['our SDK', askOwn, () => true],
  ['the official SDK for Node', askOfficial, isForOfficial],
] as const)('through the server, by %s', (_name, ask, isForIt) => {
  const cases = SERVED.map((one, at) => ({ one, Key: `case-${at}` })).filter(({ one }) => isForIt(one))
  const outcomes = new Map<SelectCase, string>()
  beforeAll(async () => {
    const left = [...cases]
    const work = async () => {
      for (let next = left.shift(); next; next = left.shift())
        outcomes.set(next.one, await ask(next.one, next.Key))
    }
    await Promise.all(Array.from({ length: SIDE_BY_SIDE }, work))
  }, 300_000)

  it('there are enough of them', () => {
    expect(cases.length).toBeGreaterThan(300)
  })

  it.each(cases.map(({ one }) => [one.name, one] as const))('%s', (_caseName, one) => {
    expect(outcomes.get(one)).toBe('error' in one ? one.error : one.expected)
  })
})
