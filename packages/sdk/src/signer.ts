// Credentials, and all that is done with them. Nothing else in the package sees a secret.
import {
  authorization,
  createSignKeyCache,
  type NameValue,
  type PolicyCondition,
  postFormFields,
  presign,
  type RequestToSign,
  type Sha1,
  urlEncode,
} from '@coset/protocol'
import type { Credentials } from './options.js'

interface KeyTime {
  readonly start: number
  readonly end: number
}

export interface PresignRequest extends RequestToSign {
  readonly keyTime: KeyTime
  /** Undefined leaves the host unsigned. */
  readonly host: string | undefined
}

const SECRET_LENGTH_MIN = 8

/** Private fields keep the secrets out of inspected, printed and serialised values. */
export class Signer {
  readonly #credentials: Credentials
  readonly #sha1: Sha1
  /** Requests of one second share their key. */
  readonly #signKeys = createSignKeyCache(4)

  constructor(credentials: Credentials, sha1: Sha1) {
    this.#credentials = credentials
    this.#sha1 = sha1
  }

  /** Goes into `x-cos-security-token`, before signing. No getter, as those are printed with what they get. */
  token(): string | undefined {
    return this.#credentials.token
  }

  /** The value of the Authorization header. */
  authorize(request: RequestToSign, keyTime: KeyTime): string {
    const { secretId, secretKey } = this.#credentials
    return authorization({ ...request, secretId, secretKey, keyTime }, this.#sha1, this.#signKeys).text
  }

  /** The query of a presigned URL, without a question mark; it holds the token. */
  presign(request: PresignRequest): string {
    const { secretId, secretKey, token } = this.#credentials
    const security = token === undefined ? {} : { securityToken: token }
    return presign({ ...request, ...security, secretId, secretKey }, this.#sha1)
  }

  /** The fields that sign a form, the token among them. */
  postForm(conditions: readonly PolicyCondition[], keyTime: KeyTime): readonly NameValue[] {
    const { secretId, secretKey, token: securityToken } = this.#credentials
    return postFormFields({ secretId, secretKey, securityToken, keyTime, conditions }, this.#sha1)
  }

  /** Servers quote what they signed in some errors, the token with it. */
  redact(text: string): string {
    const { secretKey, token = '' } = this.#credentials
    let redacted = text
    for (const secret of [secretKey, token]) {
      // Nothing that is issued is shorter; a word of two letters would be found everywhere.
      if (secret.length < SECRET_LENGTH_MIN) continue
      redacted = redacted.replaceAll(secret, '***').replaceAll(urlEncode(secret), '***')
    }
    return redacted
  }
}
