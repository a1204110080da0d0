// The processes that a server starts for queries: their most memory and processor time. Linux only.
import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { peakMemory } from './processes.js'

const EVERY_MS = 50
/** Of the figures of /proc on every usual Linux. */
const TICK_MS = 10

export interface ChildFigures {
  readonly peakMiB: number
  readonly cpuMs: number
}

/** Runs the work and looks at all children of the process meanwhile. */
export async function watchingChildren(pid: number, work: () => Promise<void>): Promise<ChildFigures> {
  const usedBefore = new Map<number, number>()
  for (const child of await childrenOf(pid)) usedBefore.set(child, await cpuTimeMs(child))
  const used = new Map<number, number>()
  let peakMiB = 0
  let isOver = false
  const look = async (child: number) => {
    const [peak, cpuMs] = [await peakMemory(child), await cpuTimeMs(child)]
    // It may be gone already.
    if (Number.isNaN(peak) || Number.isNaN(cpuMs)) return
    peakMiB = Math.max(peakMiB, peak)
    used.set(child, cpuMs - (usedBefore.get(child) ?? 0))
  }
  const watch = async () => {
    while (!isOver) {
      for (const child of await childrenOf(pid)) await look(child)
      await sleep(EVERY_MS)
    }
  }
  const watched = watch()
  try {
    await work()
  } finally {
    isOver = true
    await watched
  }
  return { peakMiB, cpuMs: [...used.values()].reduce((sum, ms) => sum + ms, 0) }
}

/** Processor time of a process so far; NaN when it is gone. */
export async function cpuTimeMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  // Behind the name, which stands in brackets and may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? Number.NaN) + Number(fields[12] ?? Number.NaN)) * TICK_MS
}

async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return text.split(' ').filter(Boolean).map(Number)
}
