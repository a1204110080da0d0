// One owning process per folder, by a row in LMDB that a dead owner cannot keep.
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Environment } from './environment.js'
import { StoreInUseError } from './errors.js'

const OWNER_KEY = Buffer.from('owner')
const HEARTBEAT_MS = 5_000
/** An owner on another machine that has been silent for longer is taken for dead. */
const SILENCE_MAX_MS = 15_000

interface Owner {
  readonly pid: number
  /** Tells this process from a later one of the same number; null where the system does not say. */
  readonly started: string | null
  readonly hostname: string
  /** Milliseconds since 1970. */
  readonly heartbeat: number
}

export interface Ownership {
  release(): Promise<void>
}

export async function takeOwnership(environment: Environment, dir: string): Promise<Ownership> {
  const { root, house } = environment
  const self = { pid: process.pid, started: startOf(process.pid), hostname: hostname() }
  const write = () => house.put(OWNER_KEY, Buffer.from(JSON.stringify({ ...self, heartbeat: Date.now() })))
  const isOurs = () => {
    const owner = readOwner(environment)
    return owner?.pid === self.pid && owner.started === self.started && owner.hostname === self.hostname
  }

  await root.transaction(() => {
    const owner = readOwner(environment)
    if (owner !== undefined && isAlive(owner)) {
      throw new StoreInUseError(`The data folder ${dir} is in use by process ${owner.pid}.`)
    }
    write()
  })

  let beating = Promise.resolve()
  const timer = setInterval(() => {
    // A beat that fails (a full disk) is made up for by the next one.
    beating = root.transaction(() => void (isOurs() && write())).catch(() => {})
  }, HEARTBEAT_MS).unref()

  return {
    async release() {
      clearInterval(timer)
      await beating
      await root.transaction(() => void (isOurs() && house.remove(OWNER_KEY)))
    },
  }
}

/** Whether no other living process owns the folder, and none has read it and still runs. */
export function isAlone(environment: Environment): boolean {
  const owner = readOwner(environment)
  const isOwnedElsewhere = owner !== undefined && !isThisProcess(owner) && isAlive(owner)
  return !isOwnedElsewhere && !readersOf(environment).some((pid) => pid !== process.pid && isRunning(pid))
}

/** LMDB keeps a place for each process that ever read: also for workers that outlived their owner. */
function readersOf({ root }: Environment): readonly number[] {
  return [...root.readerList().matchAll(/^ *(\d+) +[0-9a-f]+ /gm)].map(([, pid]) => Number(pid))
}

function isThisProcess({ pid, hostname: host }: Owner): boolean {
  return pid === process.pid && host === hostname()
}

function readOwner({ house }: Environment): Owner | undefined {
  const row = house.getBinary(OWNER_KEY)
  return row && (JSON.parse(row.toString()) as Owner)
}

function isAlive(owner: Owner): boolean {
  if (owner.hostname !== hostname()) return Date.now() - owner.heartbeat < SILENCE_MAX_MS
  return isRunning(owner.pid) && startOf(owner.pid) === owner.started
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // A process of another user exists all the same.
    return (error as { code?: unknown }).code === 'EPERM'
  }
}

/** The boot and the clock tick a process started at; a zombie counts as gone. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The command's name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z') return 'gone'
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
    return `${boot}:${fields[19]}`
  } catch {
    return null
  }
}
