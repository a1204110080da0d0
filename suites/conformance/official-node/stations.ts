// The official Node SDK before a server of its own, once for each way it can be told to address buckets.
import { type StartOptions, startServer, type TestServer } from '@coset/server/testing'
import COS from 'cos-nodejs-sdk-v5'
import { afterAll, beforeAll, describe } from 'vitest'

/** What the SDK takes and gives, and its types leave out. */
declare module 'cos-nodejs-sdk-v5' {
  interface DeleteObjectParams {
    VersionId?: string
  }
  interface DeleteObjectTaggingParams {
    VersionId?: string
  }
  interface GetObjectTaggingParams {
    VersionId?: string
  }
  interface HeadObjectParams {
    VersionId?: string
  }
  interface GeneralResult {
    VersionId?: string
  }
  interface GetBucketResult {
    Delimiter?: string
  }
  interface ListObjectVersionsResult {
    NextKeyMarker?: string
  }
}

export interface Station {
  readonly style: string
  readonly server: TestServer
  readonly cos: COS
  /** A bucket that is there, and that no other suite writes to. */
  readonly Bucket: string
  readonly Region: string
  /** Another client of the same server and style. */
  client(options?: COS.COSOptions): COS
}

interface Style {
  readonly name: string
  options(server: TestServer): COS.COSOptions
}

/** `Ip` keeps the host name in the Host header and connects elsewhere, so no name has to resolve. */
export const STYLES: readonly Style[] = [
  { name: 'COS host names', options: ({ endpoint }) => ({ Ip: endpoint }) },
  {
    name: 'host names under localhost',
    options: ({ endpoint }) => {
      const port = endpoint.split(':')[1]
      return { Ip: endpoint, Domain: `{Bucket}.localhost:${port}`, ServiceDomain: `localhost:${port}` }
    },
  },
  // A proxied request names its whole URL in the request line.
  { name: 'COS host names through a proxy', options: ({ url }) => ({ Proxy: url }) },
  {
    name: 'path style',
    options: (server) => ({
      Domain: `${server.endpoint}/{Bucket}`,
      ServiceDomain: server.endpoint,
      getAuthorization: signPathStyle(server),
    }),
  },
]

/** Version 3 of the SDK signs a path without the bucket that its own Domain option puts there. */
function signPathStyle(server: TestServer): NonNullable<COS.COSOptions['getAuthorization']> {
  return (asked, callback) => {
    const { Bucket, Pathname, Method, Query, Headers, SystemClockOffset } = asked as typeof asked &
      COS.GetAuthParams
    callback(
      COS.getAuthorization({
        SecretId: server.secretId,
        SecretKey: server.secretKey,
        Method: Method ?? 'GET',
        Pathname: Bucket ? `/${Bucket}${Pathname}` : Pathname,
        Query: Query ?? {},
        Headers: Headers ?? {},
        SystemClockOffset,
      } as COS.StaticGetAuthorizationOptions),
    )
  }
}

let count = 0

export function newBucketName(): string {
  return `bucket${process.pid % 1000}-${++count}-1250000000`
}

/** The same suite for each style; `at` is filled in before the first test runs. */
export function eachStyle(
  suite: (at: Station) => void,
  styles: readonly Style[] = STYLES,
  start: StartOptions = {},
): void {
  describe.each(styles)('$name', (style) => {
    const at: { -readonly [K in keyof Station]?: Station[K] } = {}
    beforeAll(async () => {
      const server = await startServer({ storage: 'local', ...start })
      const { secretId: SecretId, secretKey: SecretKey } = server
      const keys = { SecretId, SecretKey, Protocol: 'http:' } as const
      at.style = style.name
      at.server = server
      at.client = (options) => new COS({ ...keys, ...style.options(server), ...options })
      at.cos = at.client()
      at.Region = server.region
      at.Bucket = newBucketName()
      await at.cos.putBucket({ Bucket: at.Bucket, Region: at.Region })
    })
    afterAll(() => at.server?.stop())
    suite(at as Station)
  })
}

/** What the SDK rejects with, which is not always an Error. */
export interface SdkFailure {
  readonly code: string
  readonly message: string
  readonly statusCode?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly RequestId?: string
  readonly DeleteMarker?: string
  readonly VersionId?: string
  readonly error: { readonly Code?: string; readonly Message?: string; readonly [name: string]: unknown }
}

/** The failure of a call that must not succeed. */
export async function failureOf(call: Promise<unknown>): Promise<SdkFailure> {
  const outcome = await call.then(
    (value) => ({ value }),
    (failure: SdkFailure) => ({ failure }),
  )
  if ('failure' in outcome) return outcome.failure
  throw new Error(`The call succeeded: ${JSON.stringify(outcome.value)?.slice(0, 500)}`)
}

/** `404 NoSuchKey`: what most tests of failures are about. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  const { statusCode, code } = await failureOf(call)
  return `${statusCode} ${code}`
}

/** Headers of a reply of which the SDK's types tell nothing. */
export function headersOf(result: {
  readonly headers?: Readonly<Record<string, unknown>>
}): Record<string, string> {
  return (result.headers ?? {}) as Record<string, string>
}
