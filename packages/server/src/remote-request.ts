// Requests to another region, signed with the credentials kept for that. Where they go is the configuration's to say: a
// request fills in a bucket and a region and nothing else, and both look like what they are.
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Call } from '@coset/core'
import { Fault, type FaultCode, isBucketName } from '@coset/model'
import { authorization, createSha1, encodeKeyPath, parseXml, type XmlElement } from '@coset/protocol'
import type { RemoteConfig } from './config.js'

export interface RemoteObject {
  readonly bucket: string
  readonly key: string
  readonly region: string
  readonly versionId: string | undefined
}

export interface RemoteRequest extends RemoteObject {
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What of the object is asked for, instead of its content. */
  readonly subresource?: 'tagging'
}

const SIGNATURE_SECONDS = 900
const IDLE_MS = 60_000
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/
const DOCUMENT_LIMITS = { bytesMax: 64 * 1024, depthMax: 8, elementsMax: 100 }

/** The reply's head; its body is the caller's to read or destroy. Throws `InvalidCopySource`, `ServiceUnavailable`. */
export function sendRemote(call: Call, remote: RemoteConfig, asked: RemoteRequest): Promise<IncomingMessage> {
  const { origin, host, pathname } = placeOf(remote, asked)
  const headers: (readonly [string, string])[] = [['host', host], ...asked.headers]
  if (remote.token !== undefined) headers.push(['x-cos-security-token', remote.token])
  const params: (readonly [string, string])[] = asked.subresource ? [[asked.subresource, '']] : []
  if (asked.versionId) params.push(['versionId', asked.versionId])
  const now = Math.floor(call.clock.now() / 1000)
  const { text } = authorization(
    {
      method: 'GET',
      path: `${pathname}/${asked.key}`,
      params,
      headers,
      secretId: remote.secretId,
      secretKey: remote.secretKey,
      keyTime: { start: now - 60, end: now + SIGNATURE_SECONDS },
    },
    createSha1(),
  )
  const path = `${pathname}/${encodeKeyPath(asked.key)}${queryText(params)}`
  const send = origin.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const request = send(origin, {
      // Beside the URL, which would resolve what looks like a path of its own in a key.
      path,
      headers: { ...Object.fromEntries(headers), authorization: text },
      signal: call.signal,
      timeout: IDLE_MS,
    })
    request.on('response', resolve)
    request.on('timeout', () => request.destroy(new Error('The other region is silent.')))
    request.on('error', (cause) => reject(unreachable(asked, cause)))
    request.end()
  })
}

function queryText(params: readonly (readonly [string, string])[]): string {
  if (params.length === 0) return ''
  return `?${params.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`
}

interface Place {
  readonly origin: string
  readonly host: string
  /** Without a slash at its end. */
  readonly pathname: string
}

function placeOf({ endpoint }: RemoteConfig, { bucket, region }: RemoteObject): Place {
  if (!isBucketName(bucket) || !REGION.test(region)) throw new Fault('InvalidCopySource')
  const url = new URL(endpoint.replaceAll('{bucket}', bucket).replaceAll('{region}', region))
  return { origin: url.origin, host: url.host, pathname: url.pathname.replace(/\/+$/, '') }
}

/** The client may try again: nothing is wrong with what it asked for. */
export function unreachable({ region }: RemoteObject, cause: unknown): Fault {
  const message = `The source's region ${region} can not be reached, or broke off. Please try again.`
  return new Fault('ServiceUnavailable', { message }, { cause })
}

/** What is the source's fault, told as it would be of a source here. */
const PASSED_ON: readonly FaultCode[] = [
  'AccessDenied',
  'InvalidObjectState',
  'InvalidRange',
  'NoSuchBucket',
  'NoSuchKey',
  'NoSuchVersion',
  'PreconditionFailed',
  'SlowDown',
]

/** Reads the refusal to its end. */
export async function refusalOf(reply: IncomingMessage, asked: RemoteObject): Promise<Fault> {
  const status = reply.statusCode ?? 0
  const code = await codeOf(reply)
  const known = PASSED_ON.find((one) => one === code)
  const message = `The source's region ${asked.region} answered ${status} ${code ?? ''}`.trimEnd()
  if (known) return new Fault(known, { message: `${message}.` })
  if (status === 304) return new Fault('PreconditionFailed')
  if (status === 405) {
    return new Fault('InvalidRequest', { message: 'The source of a copy can not be a delete marker.' })
  }
  if (status === 403) {
    const advice = 'the credentials that this server has for other regions are refused'
    return new Fault('InvalidCopySource', { message: `${message}: ${advice}.` })
  }
  if (status >= 500 && status !== 501) return unreachable(asked, new Error(message))
  return new Fault('InvalidCopySource', { message: `${message}.` })
}

async function codeOf(reply: IncomingMessage): Promise<string | undefined> {
  try {
    return (await documentOf(reply)).children.find(({ name }) => name === 'Code')?.text
  } catch {
    // The status tells enough.
    return undefined
  }
}

/** Throws what reading and parseXml throw. */
export async function documentOf(reply: IncomingMessage): Promise<XmlElement> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of reply as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    size += chunk.length
    if (size > DOCUMENT_LIMITS.bytesMax) throw new Fault('XMLSizeLimit')
  }
  return parseXml(Buffer.concat(chunks), DOCUMENT_LIMITS)
}
