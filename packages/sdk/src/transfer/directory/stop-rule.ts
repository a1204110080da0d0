// When the failure of one file means that none will succeed.
import { type CosClientError, CosServiceError, withNote } from '../../errors.js'

type Failure = CosServiceError | CosClientError

/** The bucket, the keys or the account: they are the same for every file. */
const COMMON_CODES = new Set([
  'NoSuchBucket',
  'InvalidBucketName',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'AccessKeyDisabled',
  'ExpiredToken',
  'InvalidToken',
  'RequestTimeTooSkewed',
  'AuthFailure',
  'AccountOverdue',
  'UserNetworkTooSlow',
])
/** A disk that is full, or that nobody may write to. */
const COMMON_CAUSES = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EMFILE', 'ENFILE'])
const IN_A_ROW_MAX = 100

export class StopRule {
  readonly #stopOnFailure: boolean
  #succeeded = 0
  #inARow = 0

  constructor(stopOnFailure: boolean) {
    this.#stopOnFailure = stopOnFailure
  }

  success(): void {
    this.#succeeded++
    this.#inARow = 0
  }

  /** The error to stop with, if it is to be so. */
  failure(error: Failure): Failure | undefined {
    if (this.#stopOnFailure) return withNote(error, 'Nothing more was tried.')
    if (isCommon(error)) return withNote(error, 'No other file would succeed, so nothing more was tried.')
    this.#inARow = this.#isLikelyCommon(error) ? this.#inARow + 1 : 0
    if (this.#inARow < IN_A_ROW_MAX) return undefined
    return withNote(error, `So failed ${this.#inARow} files in a row; nothing more was tried.`)
  }

  /** Who may read one object may have no right to many others, so refusals count only as long as nothing succeeded. */
  #isLikelyCommon(error: Failure): boolean {
    if (error instanceof CosServiceError) return error.code === 'AccessDenied' && this.#succeeded === 0
    return error.kind === 'network' || error.kind === 'timeout'
  }
}

function isCommon(error: Failure): boolean {
  if (error instanceof CosServiceError) return COMMON_CODES.has(error.code)
  if (error.kind === 'configuration') return true
  const { code } = (error.cause ?? {}) as NodeJS.ErrnoException
  return error.kind === 'file' && code !== undefined && COMMON_CAUSES.has(code)
}
