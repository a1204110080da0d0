// A lock between processes that a killed process does not keep.
import { randomUUID } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { CosClientError } from '../errors.js'

/** Of a process in Linux: a zombie, and dead. */
const ENDED_STATES = new Set(['Z', 'X', 'x'])

interface Owner {
  readonly pid: number
  readonly host: string
  /** When the process started, where the system tells: process ids are used again. */
  readonly started: string | undefined
  /** Tells locks of one process apart. */
  readonly token: string
}

/** By token, the locks that this process, or this thread of it, has; with a promise, those that it lets go now. */
const held = new Map<string, Promise<void> | undefined>()
const ATTEMPTS_MAX = 10
/** Where files can not be linked, a lock is made before its owner is written into it; so long it may be empty. */
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
      if (typeof owner === 'object' && (await isLetGo(owner))) continue
      if (owner === 'unknown' || (owner && (await isAlive(owner)))) {
        // It may have let go since it was looked at.
        if (isOther(await readOwner(path), owner)) continue
        throw lockedError(path, owner)
      }
      if (owner) await takeAway(path, owner)
    }
    throw lockedError(path, 'unknown')
  }

  /** After what is still to be done under it, if that is given. Who wants it meanwhile in this process waits. */
  release(after: Promise<unknown> = Promise.resolve()): Promise<void> {
    if (!held.has(this.#token)) return Promise.resolve()
    const released = held.get(this.#token) ?? this.#releaseAfter(after)
    held.set(this.#token, released)
    return released
  }

  async #releaseAfter(after: Promise<unknown>): Promise<void> {
    await after.catch(() => undefined)
    try {
      const owner = await readOwner(this.#path)
      if (typeof owner === 'object' && owner.token === this.#token) await rm(this.#path, { force: true })
    } finally {
      held.delete(this.#token)
    }
  }
}

function isOther(found: Owner | 'unknown' | undefined, owner: Owner | 'unknown'): boolean {
  if (typeof found !== 'object' || owner === 'unknown') return found !== owner
  return found.token !== owner.token
}

/** Waits for a lock that this process lets go just now. */
async function isLetGo({ token }: Owner): Promise<boolean> {
  const releasing = held.get(token)
  await releasing?.catch(() => undefined)
  return releasing !== undefined
}

/** Links of files are refused so where there are none. */
const UNLINKABLE = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'])

/**
 * The owner is written first, and the file then given its name: a process that is killed in between leaves no lock
 * that nobody can tell the owner of.
 */
async function create(path: string, token: string): Promise<boolean> {
  const temporary = `${path}.${token}.new`
  held.set(token, undefined)
  try {
    await writeOwner(temporary, token)
    try {
      await link(temporary, path)
    } catch (error) {
      if (!UNLINKABLE.has((error as NodeJS.ErrnoException).code ?? '')) throw error
      await writeOwner(path, token)
    }
    return true
  } catch (error) {
    held.delete(token)
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

async function writeOwner(path: string, token: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    const owner: Owner = { pid: process.pid, host: hostname(), started: await startOf(process.pid), token }
    await file.writeFile(JSON.stringify(owner))
  } catch (error) {
    await rm(path, { force: true })
    throw error
  } finally {
    await file.close()
  }
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

/** On Linux, the boot and the clock tick at which the process started; undefined once it has ended. */
async function startOf(pid: number): Promise<string | undefined> {
  try {
    const [boot, line] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ])
    // The second field is the command in brackets, which may hold anything; the start is the 22nd.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    const [state = '', ticks] = [fields[0], fields[19]]
    // Where nobody collects what ended, as in containers without an init, it keeps its number for ever.
    return ticks === undefined || ENDED_STATES.has(state) ? undefined : `${boot.trim()}:${ticks}`
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
