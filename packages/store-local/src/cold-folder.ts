// The second folder, for blobs that are hardly read: it belongs to one data folder, and that to it. A foreign one would
// lose its blobs here, as no row claims them; a missing one would make every archived object unreadable.
import { randomBytes } from 'node:crypto'
import type { BlobPlaces } from './blob-folders.js'
import type { Environment } from './environment.js'
import { StoreUnusableError } from './errors.js'
import { COLD_FOLDER, prepareFolder, recognise } from './format.js'

/** Names the data folder, in its own rows and in the format file of its cold folder. */
const IDENTITY_KEY = Buffer.from('identity')
/** Where the cold folder was when it was last used; absent when there never was one. */
const COLD_KEY = Buffer.from('cold')

export interface ColdBinding extends BlobPlaces {
  /** Refuse what is not bound yet, and write nothing. */
  readonly mustExist: boolean
}

/**
 * Binds the two folders to each other when they are first used together, and checks that they are on each later
 * opening. Throws `StoreUnusableError`, `StoreFormatError`.
 */
export async function bindColdFolder(
  environment: Environment,
  { dir, coldDir, mustExist }: ColdBinding,
): Promise<void> {
  const lastAt = environment.house.getBinary(COLD_KEY)?.toString()
  if (coldDir === undefined) {
    if (lastAt === undefined) return
    throw new StoreUnusableError(
      `The data folder ${dir} has a cold folder, last at ${lastAt}: it must be named with --cold-data.`,
    )
  }
  if (lastAt === undefined && mustExist) {
    throw new StoreUnusableError(`The data folder ${dir} has no cold folder; ${coldDir} is not its own.`)
  }
  const identity = identityOf(environment)
  if (lastAt !== undefined && !(await recognise(coldDir, COLD_FOLDER))) {
    throw new StoreUnusableError(
      `The cold folder ${coldDir} is not that of the data folder ${dir}, last at ${lastAt}: it has no format file.`,
    )
  }
  const { data } = await prepareFolder(coldDir, COLD_FOLDER, { data: identity })
  if (data !== identity) {
    throw new StoreUnusableError(`The cold folder ${coldDir} belongs to another data folder than ${dir}.`)
  }
  // Last: a crash before it leaves a cold folder that knows where it belongs, and the next opening goes on from there.
  if (lastAt !== coldDir && !mustExist) await environment.house.put(COLD_KEY, Buffer.from(coldDir))
}

/**
 * Made when it is first asked for; another process may be first. In one go, as an open transaction of this thread
 * would wait for ever on a second opening of the folder in the same process, and that on the transaction.
 */
function identityOf({ root, house }: Environment): string {
  const known = house.getBinary(IDENTITY_KEY)
  if (known) return known.toString()
  return root.transactionSync(() => {
    const theirs = house.getBinary(IDENTITY_KEY)
    if (theirs) return theirs.toString()
    const own = randomBytes(16).toString('hex')
    house.putSync(IDENTITY_KEY, Buffer.from(own))
    return own
  })
}
