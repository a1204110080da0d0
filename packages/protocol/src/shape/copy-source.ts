// The source of a copy, as its header names it: `<bucket>.cos.<region>.myqcloud.com/<key>?versionId=<id>`.
import { decodePercent, encodeKeyPath } from './percent.js'

export interface CopySource {
  /** `BucketName-APPID`. */
  readonly Bucket: string
  readonly Key: string
  /** Such as `ap-guangzhou`. Default: the region of the client. */
  readonly Region?: string | undefined
  /** Default: the current version. */
  readonly VersionId?: string | undefined
  /** Instead of COS's own host name for the bucket. */
  readonly Host?: string | undefined
}

const FORM = /^(?:https?:\/\/)?(?<host>(?<bucket>[a-z0-9-]+-\d+)\.(?<rest>[^/]+))\/(?<path>.+)$/is
const VERSION = /\?versionId=(?<id>[^&]*)$/
/** What follows the bucket in COS's own host names. */
const COS_HOST =
  /^cos(?:v6|-cdc|-internal)?\.(?<region>[a-z0-9-]+)\.(?:myqcloud\.com|tencentcos\.cn)(?::\d+)?$/i

/** Undefined for anything else. `Region` is absent where the host is not one of COS's. */
export function parseCopySource(header: string): CopySource | undefined {
  const { host, bucket, rest, path } = FORM.exec(textOf(header).trim())?.groups ?? {}
  if (host === undefined || bucket === undefined || rest === undefined || path === undefined) return undefined
  const version = VERSION.exec(path)
  const rawKey = version ? path.slice(0, version.index) : path
  // Careless clients send the key as it is, and then a percent sign is one.
  const Key = decodePercent(rawKey) ?? rawKey
  const VersionId = version?.groups?.id && (decodePercent(version.groups.id) ?? version.groups.id)
  if (Key === '') return undefined
  return {
    Bucket: bucket.toLowerCase(),
    Key,
    Region: COS_HOST.exec(rest)?.groups?.region?.toLowerCase(),
    VersionId: VersionId || undefined,
    Host: host.toLowerCase(),
  }
}

/** A region must be there, or a host. */
export function formatCopySource({ Bucket, Key, Region, VersionId, Host }: CopySource): string {
  const host = Host ?? `${Bucket}.cos.${Region}.myqcloud.com`
  const version = VersionId ? `?versionId=${encodeURIComponent(VersionId)}` : ''
  return `${host}/${encodeKeyPath(Key)}${version}`
}

/** Header values arrive as one character a byte, and careless clients send UTF-8 in them. */
function textOf(header: string): string {
  if (!/[\x80-\xff]/.test(header) || /[^\0-\xff]/.test(header)) return header
  const bytes = Uint8Array.from(header, (character) => character.charCodeAt(0))
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return header
  }
}
