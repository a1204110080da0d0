// URLs that carry their own signature.
import { type NameValue, urlEncode } from '@coset/protocol'
import { targetOf } from './addressing.js'
import type { Context } from './context.js'
import { CosClientError } from './errors.js'
import { headerValue } from './header-text.js'

export interface PresignedUrlInput {
  /** HTTP method that the URL is good for. */
  readonly Method: 'GET' | 'PUT' | 'HEAD' | 'DELETE' | 'POST' | 'OPTIONS'
  /** `BucketName-APPID`. */
  readonly Bucket: string
  /** The object's key. */
  readonly Key: string
  /** Seconds from now for which the URL works. Default 300. */
  readonly Expired?: number | undefined
  /** Query parameters, such as `{ 'response-content-disposition': 'attachment' }`; they are signed. */
  readonly Params?: Readonly<Record<string, string | number | boolean>> | undefined
  /** Headers that whoever uses the URL must send exactly so; they are signed. */
  readonly Headers?: Readonly<Record<string, string | number>> | undefined
  /** Sign the host, so that the URL works on no other. Default true; false for a domain in front of the bucket. */
  readonly SignHost?: boolean | undefined
}

const METHODS = ['GET', 'PUT', 'HEAD', 'DELETE', 'POST', 'OPTIONS']

/** Of an anonymous client: the bare URL. Throws a CosClientError of kind `validation`. */
export function presignedUrl({ settings, signer, clock }: Context, input: PresignedUrlInput): string {
  const { Method, Bucket, Key, Expired = 300, Params = {}, Headers = {}, SignHost = true } = input
  const method = String(Method).toUpperCase()
  if (!METHODS.includes(method)) throw invalid(`Method must be one of ${METHODS.join(', ')}.`)
  if (!Number.isInteger(Expired) || Expired < 1) throw invalid('Expired must be a whole number of seconds.')
  const target = targetOf(settings, { bucket: Bucket ?? '', key: Key ?? '' })
  const params = Object.entries(Params).map(([name, value]): NameValue => [name, String(value)])
  const headers = Object.entries(Headers).map(([name, value]): NameValue => {
    const lower = name.toLowerCase()
    return [lower, headerValue(lower, String(value))]
  })
  const query = signer
    ? signer.presign({
        method,
        path: target.signedPath,
        params,
        headers: headers.filter(([name]) => name !== 'host'),
        host: SignHost ? target.host : undefined,
        keyTime: clock.keyTime(Expired),
      })
    : params.map(([name, value]) => `${urlEncode(name)}=${urlEncode(value)}`).join('&')
  return `${target.origin}${target.path}${query === '' ? '' : `?${query}`}`
}

function invalid(message: string): CosClientError {
  return new CosClientError('validation', message)
}
