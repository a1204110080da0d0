// What a server is told at its start.

/** A key pair that may sign requests; it acts as the owner of the store. */
export interface Credential {
  readonly secretId: string
  readonly secretKey: string
  /** Temporary keys: requests must carry it as `x-cos-security-token`. */
  readonly token?: string
}

/** Where sources of copies in other regions are read, and as whom. */
export interface RemoteConfig {
  readonly secretId: string
  readonly secretKey: string
  readonly token?: string
  /** With `{bucket}` and `{region}` to be filled in. */
  readonly endpoint: string
}

export const REMOTE_ENDPOINT = 'https://{bucket}.cos.{region}.myqcloud.com'

/** Whether it makes a URL that depends on the bucket, and carries neither secrets nor a query. */
export function isRemoteEndpoint(endpoint: string): boolean {
  if (!endpoint.includes('{bucket}')) return false
  const filled = endpoint.replaceAll('{bucket}', 'b-1').replaceAll('{region}', 'r')
  if (!URL.canParse(filled)) return false
  const { protocol, username, password, search, hash } = new URL(filled)
  return /^https?:$/.test(protocol) && [username, password, search, hash].every((text) => text === '')
}

export interface ServerConfig {
  /** The one region served, such as `ap-guangzhou`; buckets are made in it. */
  readonly region: string
  /** The account: owner of every bucket. Decimal digits. */
  readonly appid: string
  readonly credentials: readonly Credential[]
  /** Besides COS's own hosts: `<bucket>.<domain>` addresses a bucket. */
  readonly domains: readonly string[]
  /** Undefined: copies from other regions are refused. */
  readonly remote?: RemoteConfig | undefined
  /** One log line a request. */
  readonly accessLog: boolean
  /** A connection without a byte in either direction for so long is closed. */
  readonly idleMs: number
  /** How long a stopping server waits for requests under way. */
  readonly drainMs: number
}

export const DEFAULT_CONFIG = {
  region: 'ap-guangzhou',
  appid: '1250000000',
  domains: ['localhost'],
  accessLog: false,
  idleMs: 120_000,
  drainMs: 10_000,
} as const
