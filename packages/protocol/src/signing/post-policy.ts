// The signature of a form: of the policy that says what the form may hold, not of a request
// (cloud.tencent.com/document/product/436/14690).
import { type KeyTime, type NameValue, type Sha1, type SignKeys, signature, signKey } from './sign.js'

/** Stands in a form's key for the name of its file. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: that is how COS writes it.
export const FILE_NAME_PLACE = '${filename}'

export interface PolicyToSign {
  readonly secretKey: string
  /** `<start>;<end>`, in unix seconds. */
  readonly keyTime: string
  /** The JSON text itself, or its bytes: before base64. */
  readonly policy: string | Uint8Array
}

export interface PolicySignature {
  /** SHA-1 of the policy in hex. */
  readonly stringToSign: string
  readonly signature: string
}

export function signPolicy(
  { secretKey, keyTime, policy }: PolicyToSign,
  sha1: Sha1,
  signKeys: SignKeys = signKey,
): PolicySignature {
  const stringToSign = sha1.hash(policy)
  return { stringToSign, signature: signature(signKeys(secretKey, keyTime, sha1), stringToSign, sha1) }
}

/** `{ name: value }`, `['eq', '$name', value]`, `['starts-with', '$name', prefix]`, `['content-length-range', min, max]`. */
export type PolicyCondition =
  | Readonly<Record<string, string>>
  | readonly ['eq' | 'starts-with', name: string, value: string]
  | readonly ['content-length-range', min: number, max: number]

export interface PostFormInput {
  readonly secretId: string
  readonly secretKey: string
  /** Of temporary keys. It becomes a field. */
  readonly securityToken?: string | undefined
  readonly keyTime: KeyTime
  readonly conditions: readonly PolicyCondition[]
}

/** The fields that make a form valid until `keyTime` ends, for whoever holds them. */
export function postFormFields(
  input: PostFormInput,
  sha1: Sha1,
  signKeys: SignKeys = signKey,
): readonly NameValue[] {
  const { secretId, secretKey, securityToken, conditions } = input
  const keyTime = `${input.keyTime.start};${input.keyTime.end}`
  const policy = JSON.stringify({
    expiration: new Date(input.keyTime.end * 1000).toISOString(),
    conditions: [
      ...conditions,
      { 'q-sign-algorithm': 'sha1' },
      { 'q-ak': secretId },
      { 'q-sign-time': keyTime },
    ],
  })
  const token: readonly NameValue[] =
    securityToken === undefined ? [] : [['x-cos-security-token', securityToken]]
  return [
    ...token,
    ['policy', base64(policy)],
    ['q-sign-algorithm', 'sha1'],
    ['q-ak', secretId],
    ['q-key-time', keyTime],
    ['q-signature', signPolicy({ secretKey, keyTime, policy }, sha1, signKeys).signature],
  ]
}

/** Of the text's UTF-8; browsers have no Buffer. */
function base64(text: string): string {
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return btoa(bytes)
}
