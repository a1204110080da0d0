// The client's options: what they mean, and whether they are usable.
import { CosClientError } from './errors.js'

export interface CosClientOptions {
  /** Such as `ap-guangzhou`. Required unless `Endpoint` is given. */
  readonly Region?: string | undefined
  /** Both of `SecretId` and `SecretKey`, or neither: then requests are anonymous. */
  readonly SecretId?: string | undefined
  readonly SecretKey?: string | undefined
  /** The token that comes with temporary keys. */
  readonly Token?: string | undefined
  /** `https` (the default) or `http`. */
  readonly Scheme?: 'http' | 'https' | undefined
  /**
   * Where the server is: `host`, `host:port` or a URL, whose scheme then wins. Default: Tencent's own hosts,
   * `<bucket>.cos.<region>.myqcloud.com`.
   */
  readonly Endpoint?: string | undefined
  /**
   * How requests name the bucket, when `Endpoint` is given. `host`: `<bucket>.<endpoint>`. `path`:
   * `<endpoint>/<bucket>`. `auto`, the default: `path` for an IP address or `localhost`, else `host`.
   */
  readonly Addressing?: 'host' | 'path' | 'auto' | undefined
  /** Appended to bucket names that do not end in `-<digits>`. */
  readonly AppId?: string | number | undefined
  /** Longest time to connect, in milliseconds. Default 10,000. */
  readonly ConnectTimeoutMs?: number | undefined
  /** Longest time without a byte in either direction, in milliseconds. Default 60,000. */
  readonly IdleTimeoutMs?: number | undefined
  /** Connections kept to one host. Default 64; more requests at a time wait for one. */
  readonly MaxSockets?: number | undefined
  /** Tries after the first one that failed. Default 3. */
  readonly Retries?: number | undefined
  /** Compare the CRC-64 of what was sent and received with the server's. Default true. */
  readonly CrcCheck?: boolean | undefined
}

export interface Settings {
  readonly region: string | undefined
  readonly scheme: 'http' | 'https'
  readonly endpoint: Endpoint | undefined
  readonly appId: string | undefined
  readonly connectTimeoutMs: number
  readonly idleTimeoutMs: number
  readonly socketsMax: number
  readonly retries: number
  readonly crcCheck: boolean
}

export interface Endpoint {
  /** Without a port. IPv6 addresses stand in brackets. */
  readonly hostname: string
  /** With its port, unless that is the scheme's own. */
  readonly host: string
  readonly addressing: 'host' | 'path'
}

export interface Credentials {
  readonly secretId: string
  readonly secretKey: string
  readonly token: string | undefined
}

/** Throws a CosClientError of kind `configuration`, which never quotes a secret. */
export function readSettings(options: CosClientOptions): Settings {
  const { Region, AppId } = options
  if (Region !== undefined && !matches(Region, /^[a-z0-9][a-z0-9-]*$/)) {
    throw invalid(`Region must be a name such as ap-guangzhou, not ${JSON.stringify(Region)}.`)
  }
  if (AppId !== undefined && !/^\d+$/.test(String(AppId))) throw invalid('AppId must consist of digits.')
  return {
    region: Region,
    ...readEndpoint(options),
    appId: AppId === undefined ? undefined : String(AppId),
    connectTimeoutMs: wholeNumber('ConnectTimeoutMs', options.ConnectTimeoutMs ?? 10_000, 1),
    idleTimeoutMs: wholeNumber('IdleTimeoutMs', options.IdleTimeoutMs ?? 60_000, 1),
    socketsMax: wholeNumber('MaxSockets', options.MaxSockets ?? 64, 1),
    retries: wholeNumber('Retries', options.Retries ?? 3, 0),
    crcCheck: options.CrcCheck ?? true,
  }
}

function readEndpoint(options: CosClientOptions): Pick<Settings, 'scheme' | 'endpoint'> {
  const { Region, Endpoint, Addressing = 'auto', Scheme = 'https' } = options
  oneOf('Scheme', Scheme, ['http', 'https'])
  oneOf('Addressing', Addressing, ['host', 'path', 'auto'])
  if (Endpoint === undefined) {
    if (Region === undefined) throw invalid('Region or Endpoint must be given.')
    return { scheme: Scheme, endpoint: undefined }
  }
  const { protocol, hostname, host } = endpointUrl(Endpoint, Scheme)
  return {
    scheme: protocol === 'http:' ? 'http' : 'https',
    endpoint: { hostname, host, addressing: addressingOf(hostname, Addressing) },
  }
}

/** Undefined for an anonymous client. */
export function readCredentials({ SecretId, SecretKey, Token }: CosClientOptions): Credentials | undefined {
  if (!SecretId && !SecretKey) {
    if (Token) throw invalid('Token belongs to a SecretId and a SecretKey; they are missing.')
    return undefined
  }
  for (const [name, value] of Object.entries({ SecretId, SecretKey })) {
    if (!value) throw invalid(`${name} is missing: give both SecretId and SecretKey, or neither.`)
    if (!matches(value, /^[!-~]+$/)) throw invalid(`${name} must be text without white space.`)
  }
  if (Token && !matches(Token, /^[!-~]+$/)) throw invalid('Token must be text without white space.')
  return { secretId: SecretId ?? '', secretKey: SecretKey ?? '', token: Token || undefined }
}

function endpointUrl(endpoint: string, scheme: 'http' | 'https'): URL {
  const text = String(endpoint)
  const full = text.includes('://') ? text : `${scheme}://${text}`
  const url = URL.canParse(full) ? new URL(full) : undefined
  // Never quoted in the message: someone's endpoint may hold a password.
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw invalid('Endpoint must be host, host:port or an http or https URL.')
  }
  if (url.username || url.password) throw invalid('Endpoint must not hold a user or a password.')
  if (url.pathname !== '/' || url.search || url.hash)
    throw invalid('Endpoint must not have a path or a query.')
  return url
}

function addressingOf(hostname: string, wish: 'host' | 'path' | 'auto'): 'host' | 'path' {
  const isAddress = hostname.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(hostname)
  if (wish === 'host' && isAddress) {
    throw invalid(`Addressing host needs a name in Endpoint: a bucket can not stand before ${hostname}.`)
  }
  if (wish !== 'auto') return wish
  return isAddress || hostname === 'localhost' ? 'path' : 'host'
}

function oneOf(name: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw invalid(`${name} must be ${allowed.join(' or ')}.`)
}

function wholeNumber(name: string, value: number, min: number): number {
  if (!Number.isInteger(value) || value < min) throw invalid(`${name} must be a whole number from ${min} up.`)
  return value
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value)
}

function invalid(message: string): CosClientError {
  return new CosClientError('configuration', message)
}
