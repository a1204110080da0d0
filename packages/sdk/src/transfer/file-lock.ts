// A lock between processes that a killed process does not keep.
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { CosClientError } from '../errors.js'

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process started, where the system tells: process ids are used again. */
  readonly started: string | undefined
  /** Tells locks of one process apart. */
  readonly token: string
}

/** Tokens of the locks that this process, or this thread of it, has. */
const held = new Set<string>()
const ATTEMPTS_MAX = 10
/** A lock is made before its owner is written into it; this long it may be empty. */
const EMPTY_MS_MAX = 5000

export class FileLock {
  readonly #path: string
  readonly #token: string

  private constructor(path: string, token: string) {
    this.#path = path
    this.#token = token
  }

  /** Rejects with a CosClientError of kind `locked` while another process, or another call, has it. */
  static async acquire(path: string): Promise<FileLock> {
    const token = randomUUID()
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      if (await create(path, token)) return new FileLock(path, token)
      const owner = await readOwner(path)
      if (owner === 'unknown' || (owner && (await isAlive(owner)))) throw lockedError(path, owner)
      if (owner) await takeAway(path, owner)
    }
    throw lockedError(path, 'unknown')
  }

  async release(): Promise<void> {
    if (!held.delete(this.#token)) return
    const owner = await readOwner(this.#path)
    if (typeof owner === 'object' && owner.token === this.#token) await rm(this.#path, { force: true })
  }
}

async function create(path: string, token: string): Promise<boolean> {
  const file = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  if (!file) return false
  held.add(token)
  try {
    const owner: Owner = {
      pid: process.pid,
      host: hostname(),
      started: await startOf(process.pid),
      token,
    }
    await file.writeFile(JSON.stringify(owner))
  } catch (error) {
    held.delete(token)
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
  return true
}

/** Undefined when there is no lock any more. */
async function readOwner(path: string): Promise<Owner | 'unknown' | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as Owner
  } catch {
    const found = await stat(path).catch(() => undefined)
    if (!found) return undefined
    const isYoung = Date.now() - found.mtimeMs < EMPTY_MS_MAX
    return isYoung ? 'unknown' : { pid: 0, host: hostname(), started: undefined, token: '' }
  }
}

async function isAlive({ pid, host, started, token }: Owner): Promise<boolean> {
  // Nothing tells about processes of other machines that share the folder.
  if (host !== hostname()) return true
  if (pid <= 0) return false
  // With the start of the process below, other threads of this one are told from an earlier owner of its id.
  if (pid === process.pid && started === undefined) return held.has(token)
  try {
    process.kill(pid, 0)
  } catch (error) {
    // EPERM: somebody else's process, but a process.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return started === undefined || started === (await startOf(pid))
}

/** On Linux, the boot and the clock tick at which the process started. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [boot, line] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    // The second field is the command in brackets, which may hold anything; the start is the 22nd.
    const ticks = line.slice(line.lastIndexOf(')') + 2).split(' ')[19]
    return ticks && `${boot.trim()}:${ticks}`
  } catch {
    return undefined
  }
}

/**
 * Removes the lock of a dead process. Another process may have done so, and made its own lock, since this one
 * looked: so the file is moved aside first, and put back if it turns out to be another.
 */
async function takeAway(path: string, dead: Owner): Promise<void> {
  const aside = `${path}.${randomUUID()}.new`
  try {
    await rename(path, aside)
  } catch {
    return
  }
  const owner = await readOwner(aside)
  const isOther = typeof owner === 'object' && owner.token !== dead.token
  if (isOther) await link(aside, path).catch(() => undefined)
  await rm(aside, { force: true })
}

function lockedError(path: string, owner: Owner | 'unknown'): CosClientError {
  const who = owner === 'unknown' ? 'Another process' : `Process ${owner.pid} on ${owner.host}`
  const message = `${who} is at this transfer. Wait for it, or transfer without a checkpoint. Its lock is ${path}.`
  return new CosClientError('locked', message)
}
