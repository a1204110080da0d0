// The errors of the SDK: what the service answered, and what went wrong on this side.

import type { DeletePrefixResult } from './transfer/delete-prefix.js'
import type { DirectoryResult } from './transfer/directory/result.js'

/** Common ancestor of every error this package throws. */
export class CosError extends Error {
  /** Of the part of a transfer that failed; only there where one did. `cause` is the error of that part. */
  declare readonly partNumber?: number
  /** Of an operation on many objects that was stopped: what it had done until then. Only there where there is one. */
  declare readonly result?: DeletePrefixResult | DirectoryResult

  static {
    nameErrors(CosError.prototype, 'CosError')
  }
}

/**
 * - `configuration`: the client's options are not usable.
 * - `validation`: the input of a call is not usable; nothing was sent.
 * - `network`: the server could not be reached, or the connection broke.
 * - `timeout`: connecting took too long, or no byte moved for too long.
 * - `aborted`: the caller's signal fired, or the client was closed; `cause` is the signal's reason.
 * - `checksum`: the bytes that arrived are not those that were sent.
 * - `body`: a body could not be read: the source failed, or a reply was garbled.
 * - `changed`: the file or object was replaced or edited while it was being transferred.
 * - `file`: a local file or folder could not be read or written; `cause` has the system's code, such as `ENOSPC`.
 * - `locked`: another process is at the same transfer.
 * - `encryption`: a key is missing, wrong or unusable, or the object is in no format that may be read with it.
 * - `tampered`: what arrived is not what was encrypted: content or its headers were changed, cut or swapped.
 */
export type ClientErrorKind =
  | 'configuration'
  | 'validation'
  | 'network'
  | 'timeout'
  | 'aborted'
  | 'checksum'
  | 'body'
  | 'changed'
  | 'file'
  | 'locked'
  | 'encryption'
  | 'tampered'

export interface ClientErrorOptions {
  readonly cause?: unknown
  /** Default false. */
  readonly requestSent?: boolean
}

/** Something failed on the client's side of the wire. */
export class CosClientError extends CosError {
  readonly kind: ClientErrorKind
  /** Whether the request may have reached the server. False: it surely did not. */
  readonly requestSent: boolean

  static {
    nameErrors(CosClientError.prototype, 'CosClientError')
  }

  constructor(kind: ClientErrorKind, message: string, options: ClientErrorOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.kind = kind
    this.requestSent = options.requestSent ?? false
  }
}

/** A reply that is not one to what was asked: cut or mistaken on its way. Asking again may help. */
export class GarbledReplyError extends CosClientError {
  constructor(message: string, cause?: unknown) {
    super('body', message, cause === undefined ? { requestSent: true } : { cause, requestSent: true })
  }
}

export interface ServiceErrorFields {
  readonly code: string
  readonly message: string
  readonly statusCode: number
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly resource?: string | undefined
  readonly requestId?: string | undefined
  readonly traceId?: string | undefined
  /** The reply's body as text. */
  readonly origin?: string | undefined
  /** The elements of the error document, by lower-case name. */
  readonly digest?: Readonly<Record<string, string>> | undefined
  /** What the SDK adds to the message, such as why it did not try again. */
  readonly note?: string | undefined
}

/** The server answered with an error. COS's codes: https://cloud.tencent.com/document/product/436/7730 */
export class CosServiceError extends CosError {
  /** COS's error code, such as `NoSuchKey`; made from the status when the reply had no document, as for HEAD. */
  readonly code: string
  /** HTTP status. 200 for a reply that failed after its head was sent. */
  readonly statusCode: number
  /** Host and path of the request, as the server tells it. */
  readonly resource: string | undefined
  readonly requestId: string | undefined
  readonly traceId: string | undefined
  /** HTTP method of the request. */
  readonly method: string
  /** Headers of the reply, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly #fields: ServiceErrorFields

  static {
    nameErrors(CosServiceError.prototype, 'CosServiceError')
  }

  constructor(fields: ServiceErrorFields, options?: { readonly cause?: unknown }) {
    super(fields.note === undefined ? fields.message : `${fields.message} ${fields.note}`, options)
    this.code = fields.code
    this.statusCode = fields.statusCode
    this.resource = fields.resource
    this.requestId = fields.requestId
    this.traceId = fields.traceId
    this.method = fields.method
    this.headers = fields.headers
    this.#fields = fields
  }

  /** The same error with a note behind its message. */
  withNote(note: string): CosServiceError {
    return new CosServiceError({ ...this.#fields, note }, { cause: this })
  }

  /** The reply's body as it came, usually XML; empty for HEAD. */
  getOriginMsg(): string {
    return this.#fields.origin ?? ''
  }

  /** The fields of the error document by lower-case name: `code`, `message`, `resource`, `requestid`, `traceid`. */
  getDigestMsg(): Readonly<Record<string, string>> {
    return this.#fields.digest ?? {}
  }

  getStatusCode(): number {
    return this.statusCode
  }

  getErrorCode(): string {
    return this.code
  }

  /** The server's own message. */
  getErrorMsg(): string {
    return this.#fields.message
  }

  /** `Unknown` when the reply did not tell. */
  getResourceLocation(): string {
    return this.resource ?? 'Unknown'
  }

  /** `Unknown` when the reply did not tell. */
  getTraceId(): string {
    return this.traceId ?? 'Unknown'
  }

  /** `Unknown` when the reply did not tell. */
  getRequestId(): string {
    return this.requestId ?? 'Unknown'
  }
}

/** The same error with a note behind its message; the original becomes its cause. */
export function withNote<E extends CosServiceError | CosClientError>(error: E, note: string): E
export function withNote(error: CosServiceError | CosClientError, note: string): CosError {
  if (error instanceof CosServiceError) return error.withNote(note)
  const { kind, requestSent } = error
  return new CosClientError(kind, `${error.message} ${note}`, { cause: error, requestSent })
}

/** Whether it is an error of a call, rather than a defect: those are told as they are. */
export function isFailure(error: unknown): error is CosServiceError | CosClientError {
  return error instanceof CosServiceError || error instanceof CosClientError
}

/** The same error, which tells the part it came from; the original becomes its cause. */
export function ofPart<E extends CosServiceError | CosClientError>(error: E, partNumber: number): E {
  const told = withNote(error, `(part ${partNumber})`)
  return Object.assign(told, { partNumber })
}

export function abortedError(reason: unknown, requestSent = true): CosClientError {
  return new CosClientError('aborted', 'The operation was aborted.', { cause: reason, requestSent })
}

export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal.reason, false)
}

/** On the prototype, where it is no field that an inspected error would list. */
function nameErrors(prototype: object, name: string): void {
  Object.defineProperty(prototype, 'name', { value: name, configurable: true, writable: true })
}
