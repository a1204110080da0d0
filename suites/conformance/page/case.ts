// What a case is, and what it finds around it.
import type { CosClient } from '@coset/sdk'
import type { CosEncryptionClient, KeyProvider } from '@coset/sdk/encryption'
import type { ExpectStatic } from 'vitest'

/** The surroundings of one case. Cases import nothing that needs a test runner, so that tools can read their names. */
export interface At {
  readonly cos: CosClient
  /** A client of the same server without keys. */
  readonly anonymous: CosClient
  /** A client of the same server that encrypts. */
  encrypting(provider: KeyProvider): CosEncryptionClient
  readonly region: string
  /** A bucket of this case alone. */
  readonly Bucket: string
  /** An empty folder. */
  readonly dir: string
  readonly expect: ExpectStatic
  /** Another bucket. */
  newBucket(): Promise<string>
  /** `404 NoSuchKey` for what the server refused, `validation` for what was never sent. */
  refusal(call: Promise<unknown>): Promise<string>
  /** Headers of each request of `cos`, by lower-case name. */
  sent(): readonly Readonly<Record<string, string>>[]
  /** Moves the server's clock. */
  forward(byMs: number): void
}

export type Case = (at: At) => Promise<void>
export type Cases = Readonly<Record<string, Case>>

/** Cases by the document's names: of what an operation takes, and of what it tells. */
export interface OperationCases {
  readonly takes: Cases
  readonly tells: Cases
}

type Check<R> = (reply: R, at: At) => void | Promise<void>

/** One case for each name, all about the same reply, which each asks for anew. */
export function told<R>(ask: (at: At) => Promise<R>, checks: Readonly<Record<string, Check<R>>>): Cases {
  const cases = Object.entries(checks).map(([name, check]): [string, Case] => [
    name,
    async (at) => check(await ask(at), at),
  ])
  return Object.fromEntries(cases)
}

/** Stores each key with itself as content. */
export async function putAll({ cos, Bucket }: At, keys: readonly string[]): Promise<void> {
  await Promise.all(keys.map((Key) => cos.putObject({ Bucket, Key, Body: Key })))
}

export async function read({ cos, Bucket }: At, Key: string, VersionId?: string): Promise<string> {
  return (await cos.getObject({ Bucket, Key, VersionId })).Body.text()
}

export async function keep({ cos, Bucket }: At, Status: 'Enabled' | 'Suspended' = 'Enabled'): Promise<void> {
  await cos.putBucketVersioning({ Bucket, Status })
}

/** Stores the body, and gives its version. */
export async function put({ cos, Bucket }: At, Key: string, Body: string): Promise<string> {
  return (await cos.putObject({ Bucket, Key, Body })).VersionId ?? ''
}

export const ETAG = /^"[0-9a-f]{32}"$/
export const VERSION_ID = /^MTg0[A-Za-z0-9+/]+$/
export const APPID = '1250000000'
export const OWNER_ID = `qcs::cam::uin/${APPID}:uin/${APPID}`
const MINUTE_MS = 60_000
/** Before anything that a case stores, and long after it. */
export const PAST = new Date(0)
/** 100 KiB a second, the least there is, and what takes about 1.5 of them. */
export const SLOWEST = 819_200
export const SLOW_BYTES = Buffer.alloc(150 * 1024, 'slow ')

/** Whether the transfer took about as long as the limit demands. */
export async function isSlow(transfer: () => Promise<unknown>): Promise<boolean> {
  const start = performance.now()
  await transfer()
  return performance.now() - start > 1000
}

export function isNow(time: Date | undefined): boolean {
  return time !== undefined && Math.abs(time.getTime() - Date.now()) < 10 * MINUTE_MS
}
