// What a server is told at its start.
import type { RestoreDurations } from '@coset/core'
import type { SelectSettings } from '@coset/select'

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
  /** A slow operation sends white space after so long, and as often again, until its reply is there. */
  readonly keepAliveMs: number
  /** How long a stopping server waits for requests under way. */
  readonly drainMs: number
  /** How long bringing an archived object back takes, for each class and tier. */
  readonly restoreMs: RestoreDurations
  /** What queries may take; undefined: SELECT is switched off. */
  readonly select?: SelectSettings | undefined
}

/** Short, so that programs under test need not wait: COS takes minutes to two days. */
const RESTORE_MS: RestoreDurations = {
  ARCHIVE: { Expedited: 1000, Standard: 3000, Bulk: 5000 },
  DEEP_ARCHIVE: { Standard: 5000, Bulk: 10_000 },
}

/** The usual durations, but for those given. */
export function restoreDurations(given: Partial<RestoreDurations>): RestoreDurations {
  return {
    ARCHIVE: { ...RESTORE_MS.ARCHIVE, ...given.ARCHIVE },
    DEEP_ARCHIVE: { ...RESTORE_MS.DEEP_ARCHIVE, ...given.DEEP_ARCHIVE },
  }
}

export const DEFAULT_CONFIG = {
  region: 'ap-guangzhou',
  appid: '1250000000',
  domains: ['localhost'],
  accessLog: false,
  idleMs: 120_000,
  keepAliveMs: 5000,
  drainMs: 10_000,
  restoreMs: RESTORE_MS,
} as const
