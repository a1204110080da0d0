// Copy sources in regions that this server does not serve: read from COS itself, with credentials kept for that.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Body, StoredHeaders } from '@coset/core'
import { Fault, type FaultCode, LIMITS } from '@coset/model'
import { authorization, type CopySource, createSha1, encodeKeyPath, formatHttpDate } from '@coset/protocol'
import type { RemoteConfig } from './config.js'
import type { Context } from './handlers.js'

export interface RemoteSource {
  readonly body: Body
  readonly headers: StoredHeaders
  readonly metadata: Readonly<Record<string, string>>
  /** Of the whole object. */
  readonly crc64: bigint | undefined
  /** Present when the source named one. */
  readonly versionId: string | undefined
}

export interface RemoteInput {
  readonly CopySource: CopySource
  readonly CopySourceIfMatch?: string | undefined
  readonly CopySourceIfNoneMatch?: string | undefined
  readonly CopySourceIfModifiedSince?: Date | undefined
  readonly CopySourceIfUnmodifiedSince?: Date | undefined
  readonly Region: string
  /** `bytes=first-last`. */
  readonly Range: string | undefined
}

const SIGNATURE_SECONDS = 900
const IDLE_MS = 60_000
const METADATA_PREFIX = 'x-cos-meta-'
const STORED = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
]

/**
 * Throws `InvalidCopySource` when there are no credentials for other regions or the other side fails, `NoSuchKey`,
 * `NoSuchBucket`, `AccessDenied`, `PreconditionFailed`, `InvalidRange`, `InvalidObjectState` as it answers.
 */
export async function openRemoteSource(context: Context, input: RemoteInput): Promise<RemoteSource> {
  const { call, config } = context
  if (call.principal.kind !== 'owner') throw new Fault('AccessDenied')
  if (!config.remote) {
    throw new Fault('InvalidCopySource', {
      message: `The source is in ${input.Region}; this server is ${config.region} and has no credentials for other regions.`,
    })
  }
  const reply = await fetchSource(context, config.remote, input)
  const expected = input.Range === undefined ? 200 : 206
  if (reply.statusCode !== expected) throw refused(reply, input)
  const length = reply.headers['content-length']
  if (length !== undefined && Number(length) > LIMITS.copyBytesMax) {
    reply.destroy()
    throw new Fault('InvalidCopySource', { message: 'The source is larger than 5 GB; copy it in parts.' })
  }
  const crc64 = reply.headers['x-cos-hash-crc64ecma']
  return {
    body: { stream: reply, length: length === undefined ? undefined : Number(length) },
    headers: storedHeaders(reply),
    metadata: metadataOf(reply),
    crc64: typeof crc64 === 'string' && input.Range === undefined ? BigInt(crc64) : undefined,
    versionId: input.CopySource.VersionId && textHeader(reply, 'x-cos-version-id'),
  }
}

function fetchSource({ call }: Context, remote: RemoteConfig, input: RemoteInput): Promise<IncomingMessage> {
  const { Bucket, Key, VersionId } = input.CopySource
  const base = remote.endpoint.replaceAll('{bucket}', Bucket).replaceAll('{region}', input.Region)
  const url = new URL(base)
  const headers = headersOf(input, url.host, remote.token)
  const params: (readonly [string, string])[] = VersionId ? [['versionId', VersionId]] : []
  const now = Math.floor(call.clock.now() / 1000)
  const { text } = authorization(
    {
      method: 'GET',
      path: `/${Key}`,
      params,
      headers,
      secretId: remote.secretId,
      secretKey: remote.secretKey,
      keyTime: { start: now - 60, end: now + SIGNATURE_SECONDS },
    },
    createSha1(),
  )
  const query = VersionId ? `?versionId=${encodeURIComponent(VersionId)}` : ''
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const request = send({
      host: url.hostname,
      port: url.port,
      path: `/${encodeKeyPath(Key)}${query}`,
      headers: { ...Object.fromEntries(headers), authorization: text },
      signal: call.signal,
      timeout: IDLE_MS,
    })
    request.on('response', resolve)
    request.on('timeout', () => request.destroy(new Error('The other region is silent.')))
    request.on('error', (cause) => {
      const message = `The source's region ${input.Region} can not be reached.`
      reject(new Fault('InvalidCopySource', { message }, { cause }))
    })
    request.end()
  })
}

function headersOf(input: RemoteInput, host: string, token: string | undefined): readonly [string, string][] {
  const headers: [string, string][] = [['host', host]]
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) headers.push([name, value])
  }
  add('range', input.Range)
  add('if-match', input.CopySourceIfMatch)
  add('if-none-match', input.CopySourceIfNoneMatch)
  add('if-modified-since', input.CopySourceIfModifiedSince && formatHttpDate(input.CopySourceIfModifiedSince))
  add(
    'if-unmodified-since',
    input.CopySourceIfUnmodifiedSince && formatHttpDate(input.CopySourceIfUnmodifiedSince),
  )
  add('x-cos-security-token', token)
  return headers
}

const CODES: Readonly<Record<number, FaultCode>> = {
  304: 'PreconditionFailed',
  403: 'AccessDenied',
  404: 'NoSuchKey',
  412: 'PreconditionFailed',
  416: 'InvalidRange',
}

function refused(reply: IncomingMessage, { Region }: RemoteInput): Fault {
  reply.destroy()
  const status = reply.statusCode ?? 0
  const archived = status === 403 && reply.headers['x-cos-storage-class'] !== undefined
  const code = archived ? 'InvalidObjectState' : (CODES[status] ?? 'InvalidCopySource')
  return new Fault(code, { message: `The source's region ${Region} answered ${status} (${code}).` })
}

function storedHeaders(reply: IncomingMessage): StoredHeaders {
  const pairs = STORED.map((name) => [name, textHeader(reply, name)] as const)
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

function metadataOf(reply: IncomingMessage): Readonly<Record<string, string>> {
  const names = Object.keys(reply.headers).filter((name) => name.startsWith(METADATA_PREFIX))
  return Object.fromEntries(
    names.map((name) => [name.slice(METADATA_PREFIX.length), textHeader(reply, name) ?? '']),
  )
}

function textHeader(reply: IncomingMessage, name: string): string | undefined {
  const value = reply.headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}
