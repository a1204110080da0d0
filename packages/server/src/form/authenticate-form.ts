// Who sent a form: a policy among its fields is signed, not the request.
import type { Principal } from '@coset/core'
import { Fault } from '@coset/model'
import {
  equalConstantTime,
  type KeyTime,
  parseKeyTime,
  type Sha1,
  type SignKeys,
  signPolicy,
} from '@coset/protocol'
import type { Credential } from '../config.js'
import type { Form } from './form.js'
import { textOf } from './part-head.js'
import { assertPolicy, type Policy, parsePolicy, type SizeRange, sizeRangeOf } from './policy.js'

export interface SignedForm {
  readonly principal: Principal
  readonly sizeRange: SizeRange
}

export interface FormAuthenticator {
  readonly owner: Principal
  readonly sha1: Sha1
  readonly signKeys: SignKeys
  credential(secretId: string): Credential
  /** Throws when it is not now. */
  assertTime(times: readonly KeyTime[], nowMs: number): void
}

/** Undefined for a form without a policy. Throws what the signature or the policy is wrong with. */
export function authenticateForm(
  around: FormAuthenticator,
  form: Form,
  bucket: string | undefined,
  nowMs: number,
): SignedForm | undefined {
  const encoded = form.field('policy')
  if (encoded === undefined || encoded === '') {
    if (form.field('q-signature') === undefined) return undefined
    throw new Fault('AccessDenied', { message: 'The form is signed, but has no policy.' })
  }
  if (needed(form, 'q-sign-algorithm') !== 'sha1') throw new Fault('VerifyAlgorithmNotSupported')
  const { secretKey, token } = around.credential(needed(form, 'q-ak'))
  const keyTime = needed(form, 'q-key-time')
  const times = parseKeyTime(keyTime)
  if (!times) throw new Fault('AccessDenied', { message: 'q-key-time is not <start>;<end>.' })
  around.assertTime([times], nowMs)
  if (token !== undefined && !equalConstantTime(form.field('x-cos-security-token') ?? '', token)) {
    throw new Fault('AccessDenied', { message: 'The security token is not valid.' })
  }
  const bytes = decodeBase64(encoded)
  const { sha1, signKeys } = around
  const { stringToSign, signature } = signPolicy({ secretKey, keyTime, policy: bytes }, sha1, signKeys)
  if (!equalConstantTime(signature, needed(form, 'q-signature'))) {
    throw new Fault('SignatureDoesNotMatch', { stringToSign })
  }
  const policy = readPolicy(bytes)
  assertPolicy(policy, (name) => conditionValue(form, name, bucket), nowMs)
  return { principal: around.owner, sizeRange: sizeRangeOf(policy) }
}

function readPolicy(bytes: Uint8Array): Policy {
  try {
    return parsePolicy(textOf(bytes, 'The policy'))
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== 'MalformedPOSTRequest') throw error
    throw new Fault('InvalidPolicyDocument', { message: error.message }, { cause: error })
  }
}

/** The bucket is no field, and the time that was signed goes by another name. */
function conditionValue(form: Form, name: string, bucket: string | undefined): string | undefined {
  if (name === 'bucket') return bucket
  if (name === 'q-sign-time') return form.field('q-key-time')
  if (name === 'acl') return form.field('acl') ?? form.field('x-cos-acl')
  return form.field(name)
}

function needed(form: Form, name: string): string {
  const value = form.field(name)
  if (value !== undefined && value !== '') return value
  throw new Fault('AccessDenied', { message: `The form has a policy, but no field ${name}.` })
}

function decodeBase64(text: string): Uint8Array {
  const plain = text.replace(/\s/g, '')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(plain)) {
    throw new Fault('InvalidPolicyDocument', { message: 'The policy is not base64.' })
  }
  return Buffer.from(plain, 'base64')
}
