// Why a data folder could not be opened; each message is one line for the operator.

/** Another live process owns the folder. */
export class StoreInUseError extends Error {
  override readonly name = 'StoreInUseError'
}

/** The folder cannot be created, read or written, holds files of something else, or is not the one that belongs here. */
export class StoreUnusableError extends Error {
  override readonly name = 'StoreUnusableError'
}

/** The folder was written by a newer version of this software. */
export class StoreFormatError extends Error {
  override readonly name = 'StoreFormatError'
}

/** `folder` as a message names it, such as `The data folder /srv/coset`. */
export function unusable(folder: string, cause: unknown): StoreUnusableError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new StoreUnusableError(`${folder} cannot be used: ${reason}`, { cause })
}
