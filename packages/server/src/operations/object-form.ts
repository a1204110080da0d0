import { putObject as put } from '@coset/core'
import { Fault, quoteEtag } from '@coset/model'
import { encodeKeyPath, urlEncode } from '@coset/protocol'
import type { Handler, ServerInput } from '../handlers.js'
import { pacedBody } from '../pace.js'
import { headerValue } from './header-value.js'
import { type AttributeInput, objectAttributes } from './object-attributes.js'

/** Characters of a header's name (RFC 9110, 5.6.2). */
const TOKEN = /^[!#$%&'*+.^_`|~0-9a-z-]+$/

type FormInput = ServerInput<'postObject'>

export const postObject: Handler<'postObject'> = async ({ call, store, objectUrl }, input) => {
  const result = await put(call, store, {
    bucket: input.Bucket,
    key: input.Key,
    body: pacedBody(input.Body, input.TrafficLimit, call.signal),
    expected: { md5: input.ContentMD5, sha1: input.ContentSha1 },
    ...objectAttributes(asHeaders(input)),
  })
  const etag = quoteEtag(result.etag)
  const redirect = redirectUrl(input, etag)
  return {
    Status: redirect === undefined ? statusOf(input) : 303,
    Location: redirect ?? urlOf(objectUrl, input.Key),
    ETag: etag,
    Crc64: result.crc64,
    VersionId: result.versionId,
  }
}

/** What is stored as headers comes in fields of UTF-8, and must be fit to be a header of every reply. */
function asHeaders(input: FormInput): AttributeInput {
  const metadata = Object.entries(input.Metadata ?? {}).map(([name, value]) => {
    if (TOKEN.test(name)) return [name, headerValue(value, `x-cos-meta-${name}`)] as const
    throw new Fault('InvalidArgument', { message: `x-cos-meta-${name} is no name of a header.` })
  })
  return {
    ...input,
    CacheControl: headerValue(input.CacheControl, 'Cache-Control'),
    ContentDisposition: headerValue(input.ContentDisposition, 'Content-Disposition'),
    ContentEncoding: headerValue(input.ContentEncoding, 'Content-Encoding'),
    ContentLanguage: headerValue(input.ContentLanguage, 'Content-Language'),
    ContentType: headerValue(input.ContentType, 'Content-Type'),
    Expires: headerValue(input.Expires, 'Expires'),
    Metadata: Object.fromEntries(metadata),
    // An input of a page that was left empty.
    ACL: input.ACL === '' ? undefined : input.ACL,
  }
}

function statusOf({ SuccessActionStatus: asked }: FormInput): number {
  return asked === '200' || asked === '201' ? Number(asked) : 204
}

/** Undefined where nothing is asked for that a browser should be led to. */
function redirectUrl({ SuccessActionRedirect: asked, Bucket, Key }: FormInput, etag: string) {
  const url = asked !== undefined && URL.canParse(asked) ? new URL(asked) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') return undefined
  const query = `bucket=${urlEncode(Bucket)}&key=${urlEncode(Key)}&etag=${urlEncode(etag)}`
  url.search = url.search === '' ? query : `${url.search}&${query}`
  return url.href
}

/** `base` is where the bucket is, as the form addressed it. */
function urlOf(base: string, key: string): string {
  return `${base.replace(/\/$/, '')}/${encodeKeyPath(key)}`
}
