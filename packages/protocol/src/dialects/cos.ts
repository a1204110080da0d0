// Tencent COS's own dialect: `x-cos-` headers, two address styles, its error document.
import { type Fault, Fault as FaultError, quoteEtag } from '@coset/model'
import { decodePercent } from '../shape/percent.js'
import { formatHttpDate, formatIsoSeconds } from '../shape/times.js'
import { escapeXml } from '../shape/xml-text.js'
import { COS_PREFIX } from './cos-prefix.js'
import type { Address, Dialect, FaultContext } from './dialect.js'

const RESERVED_QUERY = [
  'acl uploads uploadId partNumber policy cors delete versions versionId location referer lifecycle versioning',
  'notification replication website logging tagging accelerate domain domaincertificate inventory origin',
  'object-lock retention live encryption intelligenttiering symlink append position restore select',
  'select-type StrictSignature',
].flatMap((line) => line.split(' '))

const RESERVED_HEADERS = [
  'x-cos-copy-source',
  'x-cos-server-side-encryption',
  'x-cos-server-side-encryption-customer-algorithm',
  'x-cos-callback',
  'x-cos-symlink-target',
]

export const cosDialect: Dialect = {
  name: 'cos',
  vendorPrefix: COS_PREFIX,
  reservedQuery: new Set(RESERVED_QUERY),
  reservedHeaders: new Set(RESERVED_HEADERS),
  address,
  writeFault,
  faultHeaders,
}

/** The hosts of COS itself: `<bucket>.cos.<region>.myqcloud.com` and its younger and internal forms. */
const COS_HOST =
  /^(?:service\.cos|cos|(?:(?<bucket>[^.]+)\.)?cos(?:-internal)?\.(?<region>[a-z0-9-]+))\.(?:myqcloud\.com|tencentcos\.cn)$/

function address(host: string, rawPath: string, domains: readonly string[]): Address {
  const path = decodePercent(rawPath)
  if (path === undefined || !path.startsWith('/')) throw new FaultError('InvalidURI')
  const { bucket, region } = readHost(host, domains)
  if (bucket !== undefined) return { style: 'host', bucket, key: path.slice(1) || undefined, path, region }
  const slash = path.indexOf('/', 1)
  const first = slash < 0 ? path.slice(1) : path.slice(1, slash)
  const rest = slash < 0 ? '' : path.slice(slash + 1)
  // Only the bare path is the service: `//key` names a bucket without a name.
  if (first === '' && path !== '/') throw new FaultError('InvalidURI')
  return { style: 'path', bucket: first || undefined, key: rest || undefined, path, region }
}

interface Named {
  readonly bucket: string | undefined
  readonly region: string | undefined
}

function readHost(hostHeader: string, domains: readonly string[]): Named {
  const host = hostHeader.replace(/:\d+$/, '').toLowerCase()
  const own = COS_HOST.exec(host)
  if (own) return { bucket: own.groups?.bucket, region: own.groups?.region }
  return { bucket: bucketUnder(host, domains), region: undefined }
}

function bucketUnder(host: string, domains: readonly string[]): string | undefined {
  for (const domain of domains) {
    if (!host.endsWith(`.${domain}`)) continue
    // `<bucket>.<domain>` and `<bucket>.cos.<region>.<domain>` are both meant.
    const inner = host.slice(0, -domain.length - 1)
    const label = inner.split('.', 1)[0]
    return label === 'cos' || label === 'service' ? undefined : label
  }
  return undefined
}

function writeFault(fault: Fault, { resource, requestId, traceId }: FaultContext): string {
  const { stringToSign, formatString, serverTime } = fault.detail
  const element = (name: string, text: string | undefined) =>
    text === undefined ? '' : `<${name}>${escapeXml(text)}</${name}>`
  return [
    `<?xml version='1.0' encoding='utf-8' ?>\n<Error>`,
    element('Code', fault.code),
    element('Message', fault.message),
    element('StringToSign', stringToSign),
    element('FormatString', formatString),
    element('ServerTime', serverTime && formatIsoSeconds(serverTime)),
    element('Resource', resource),
    element('RequestId', requestId),
    element('TraceId', traceId),
    '</Error>\n',
  ].join('')
}

function faultHeaders({ detail }: Fault): string[] {
  const headers: string[] = []
  const add = (name: string, text: string | undefined) => {
    if (text !== undefined) headers.push(name, text)
  }
  add('x-cos-delete-marker', detail.deleteMarker ? 'true' : undefined)
  add('x-cos-version-id', detail.versionId)
  add('x-cos-storage-class', detail.storageClass)
  add('ETag', detail.etag && quoteEtag(detail.etag))
  add('Last-Modified', detail.lastModified && formatHttpDate(detail.lastModified))
  add('x-cos-hash-crc64ecma', detail.crc64?.toString())
  add('x-cos-next-append-position', detail.nextAppendPosition?.toString())
  add('Content-Range', detail.size === undefined ? undefined : `bytes */${detail.size}`)
  return headers
}
