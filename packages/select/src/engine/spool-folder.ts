// The private folder that objects pass through on their way to queries, and what is left of those of dead processes.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

const PREFIX = 'coset-select-'

/** Readable by this user alone. */
export async function makeSpoolFolder(parent: string): Promise<string> {
  await removeStale(parent)
  return mkdtemp(join(parent, `${PREFIX}${process.pid}-`))
}

async function removeStale(parent: string): Promise<void> {
  const names = (await readdir(parent)).filter((name) => name.startsWith(PREFIX))
  for (const name of names) {
    const [, pid] = /^coset-select-(\d{1,10})-/.exec(name) ?? []
    if (pid === undefined || !(await isStale(join(parent, name), Number(pid)))) continue
    // Another user's can't be removed, and is not ours to complain about.
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined)
  }
}

/** In containers every run has the same number, so one of ours may be older than we are. */
async function isStale(path: string, pid: number): Promise<boolean> {
  if (pid !== process.pid) return !isRunning(pid)
  const made = await stat(path).catch(() => undefined)
  return made !== undefined && made.birthtimeMs < Date.now() - process.uptime() * 1000 - 1000
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
