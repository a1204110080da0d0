// The servers under measurement, each a process of its own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Signer } from './requests.js'

const CLI = fileURLToPath(new URL('../../../packages/cli/bin/coset.cjs', import.meta.url))
const BARE = fileURLToPath(new URL('./bare.js', import.meta.url))

export interface Running {
  readonly port: number
  readonly pid: number
  stop(): Promise<void>
}

export interface Coset extends Running, Signer {
  /** From the start of the process until it listened. */
  readonly startMs: number
}

export async function startBare(mode: string, argument = ''): Promise<Running> {
  const { child, line } = await spawned([BARE, mode, argument])
  const { port } = JSON.parse(line) as { port: number }
  return running(child, port)
}

export async function startCoset(dir: string, workers = 1): Promise<Coset> {
  const started = performance.now()
  const args = ['serve', '--data', dir, '--listen', '127.0.0.1:0', '--workers', String(workers)]
  const { child, line } = await spawned([CLI, ...args])
  const startMs = performance.now() - started
  const { endpoint } = JSON.parse(line) as { endpoint: string }
  const kept = JSON.parse(await readFile(join(dir, 'credentials.json'), 'utf8')) as Omit<Signer, 'host'>
  const port = Number(endpoint.slice(endpoint.lastIndexOf(':') + 1))
  return { ...running(child, port), ...kept, host: `127.0.0.1:${port}`, startMs }
}

/** The most memory the process held at once, in MiB. Linux only; elsewhere NaN. */
export async function peakMemory(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? Number.NaN) / 1024
}

async function spawned(
  args: readonly string[],
): Promise<{ readonly child: ChildProcess; readonly line: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error(`${args[0]} ended before it listened`))),
  ])) as [string]
  return { child, line }
}

function running(child: ChildProcess, port: number): Running {
  return {
    port,
    pid: child.pid ?? 0,
    async stop() {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await once(child, 'exit')
    },
  }
}
