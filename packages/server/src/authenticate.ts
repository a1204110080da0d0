// Who sent a request: its signature, checked before anything else is done for it.
import type { IncomingMessage } from 'node:http'
import type { Principal } from '@coset/core'
import { Fault, userId } from '@coset/model'
import {
  type Address,
  createSha1,
  createSignKeyCache,
  equalConstantTime,
  hostVariants,
  type KeyTime,
  type ParsedSignature,
  parseAuthorization,
  parseQuerySignature,
  parseSignParam,
  verifySignature,
} from '@coset/protocol'
import type { Credential, ServerConfig } from './config.js'
import { authenticateForm, type FormAuthenticator, type SignedForm } from './form/authenticate-form.js'
import type { Form } from './form/form.js'
import { headerOf, param, type Target } from './target.js'

/** How far ahead of ours a client's clock may be. */
const SKEW_SECONDS_MAX = 15 * 60
const SIGN_KEYS_MAX = 1024

export interface Authenticator {
  /** Throws `AccessDenied`, `InvalidAccessKeyId`, `RequestTimeTooSkewed`, `SignatureDoesNotMatch`, … */
  authenticate(request: IncomingMessage, address: Address, target: Target, nowMs: number): Principal
  /** By the policy among its fields; undefined for a form without one. Also throws `InvalidPolicyDocument`. */
  authenticateForm(form: Form, bucket: string | undefined, nowMs: number): SignedForm | undefined
}

export function createAuthenticator({ credentials, appid }: ServerConfig): Authenticator {
  const bySecretId = new Map(credentials.map((credential) => [credential.secretId, credential]))
  const signKeys = createSignKeyCache(SIGN_KEYS_MAX)
  const sha1 = createSha1()
  const owner: Principal = { kind: 'owner', id: userId(appid) }
  const credentialOf = (secretId: string) => {
    const credential = bySecretId.get(secretId)
    if (!credential) throw new Fault('InvalidAccessKeyId')
    return credential
  }
  const forms: FormAuthenticator = { owner, sha1, signKeys, credential: credentialOf, assertTime }
  return {
    authenticateForm: (form, bucket, nowMs) => authenticateForm(forms, form, bucket, nowMs),
    authenticate(request, address, target, nowMs) {
      const parsed = claimedSignature(request, target)
      if (!parsed) return { kind: 'anonymous' }
      if (!parsed.ok) throw refused(parsed)
      const { fields } = parsed
      const credential = credentialOf(fields.secretId)
      assertTime([fields.signTime, fields.keyTime], nowMs)
      assertToken(credential, request, target)
      const verification = verifySignature(
        {
          fields,
          secretKey: credential.secretKey,
          request: {
            method: request.method ?? '',
            path: address.path,
            params: target.params,
            header: (name) => headerOf(request, name),
            hosts: hostVariants(request.headers.host ?? '', request.socket.localPort),
          },
        },
        sha1,
        signKeys,
      )
      if (verification.ok) return owner
      const { stringToSign, formatString } = verification
      throw new Fault('SignatureDoesNotMatch', { stringToSign, formatString })
    },
  }
}

/** The Authorization header, else the query's signature in either of its forms; undefined: anonymous. */
function claimedSignature(request: IncomingMessage, { params }: Target): ParsedSignature | undefined {
  const header = request.headers.authorization
  if (header !== undefined && header !== '') return parseAuthorization(header)
  if (params.length === 0) return undefined
  const sign = param(params, 'sign')
  return sign === undefined ? parseQuerySignature(params) : parseSignParam(sign)
}

function refused(parsed: ParsedSignature & { readonly ok: false }): Fault {
  if (parsed.reason === 'algorithm') return new Fault('VerifyAlgorithmNotSupported')
  return new Fault('AccessDenied', { message: `The signature could not be read: ${parsed.message}` })
}

function assertTime(times: readonly KeyTime[], nowMs: number): void {
  const now = Math.floor(nowMs / 1000)
  for (const { start, end } of times) {
    const serverTime = new Date(nowMs)
    if (end < now) throw new Fault('AccessDenied', { message: 'Request has expired', serverTime })
    if (start > now + SKEW_SECONDS_MAX) throw new Fault('RequestTimeTooSkewed', { serverTime })
  }
}

/** Keys without a token ignore one: programs that always send a token work against permanent keys too. */
function assertToken(credential: Credential, request: IncomingMessage, { params }: Target): void {
  if (credential.token === undefined) return
  const given = headerOf(request, 'x-cos-security-token') ?? param(params, 'x-cos-security-token') ?? ''
  if (!equalConstantTime(given, credential.token)) {
    throw new Fault('AccessDenied', { message: 'The security token is not valid.' })
  }
}
