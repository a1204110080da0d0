// The query of a presigned URL: a signature as single parameters, good for whoever holds the URL until it ends.
import type { KeyTime, NameValue, Sha1, SignKeys } from './sign.js'
import { authorization, signKey } from './sign.js'
import { urlEncode } from './url-encode.js'

export interface PresignInput {
  readonly secretId: string
  readonly secretKey: string
  /** Of temporary keys. It is part of the URL and signed. */
  readonly securityToken?: string
  readonly keyTime: KeyTime
  readonly method: string
  /** Percent-decoded and beginning with a slash. */
  readonly path: string
  /** With its port, if the URL has one; undefined leaves it unsigned, and the URL works on any host name. */
  readonly host: string | undefined
  /** Parameters to put into the URL and sign, such as `response-content-disposition`. */
  readonly params?: readonly NameValue[]
  /** Headers that the holder of the URL will have to send exactly so. */
  readonly headers?: readonly NameValue[]
}

/** The query, without a question mark: the given parameters, the token, then the signature. */
export function presign(input: PresignInput, sha1: Sha1, signKeys: SignKeys = signKey): string {
  const { secretId, secretKey, keyTime, method, path, securityToken, host } = input
  const params: NameValue[] = [...(input.params ?? [])]
  if (securityToken !== undefined) params.push(['x-cos-security-token', securityToken])
  const headers: NameValue[] = [...(input.headers ?? [])]
  if (host !== undefined) headers.push(['host', host])
  const request = { secretId, secretKey, keyTime, method, path, params, headers }
  const { parts } = authorization(request, sha1, signKeys)
  return [...params, ...parts].map(([name, value]) => `${urlEncode(name)}=${urlEncode(value)}`).join('&')
}
