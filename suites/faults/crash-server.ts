// The real server in a process of its own, to be killed.
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Access } from './cos-http.js'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SECRETS = { secretId: 'AKIDcrash', secretKey: 'a-secret-of-the-crash-suite' }

export interface ServerProcess {
  readonly access: Access
  /** SIGKILL: nothing more of it runs once this resolves. */
  kill(): Promise<void>
  /** SIGTERM: it finishes what is under way. Throws unless it exits with 0. */
  stop(): Promise<void>
}

/** Brings `dist` up to date; what is compiled already costs nothing. */
export async function buildServer(): Promise<void> {
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/cli'], {
    cwd: ROOT,
  })
}

export async function startServerProcess(dir: string): Promise<ServerProcess> {
  const args = ['packages/cli/bin/coset.cjs', 'serve', '--data', dir, '--listen', '127.0.0.1:0']
  const child = spawn(process.execPath, [...args, '--log-level', 'warn'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, COSET_SECRET_ID: SECRETS.secretId, COSET_SECRET_KEY: SECRETS.secretKey },
  })
  const complaints: string[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()))
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>
  const url = await Promise.race([
    endpointOf(child),
    exited.then(([code]) => {
      throw new Error(`The server ended with ${code} before it listened:\n${complaints.join('')}`)
    }),
  ])
  return {
    access: { url, ...SECRETS },
    async kill() {
      child.kill('SIGKILL')
      await exited
      tellComplaints(complaints)
    },
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      tellComplaints(complaints)
      if (code !== 0) throw new Error(`The server ended with ${code}.`)
    },
  }
}

async function endpointOf(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('The server has no output.')
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string]
  return (JSON.parse(line) as { readonly endpoint: string }).endpoint
}

/** Warnings and errors of the server are shown, not judged: what they mean shows in what was stored. */
function tellComplaints(complaints: string[]): void {
  if (complaints.length > 0) console.log(`the server said:\n${complaints.splice(0).join('')}`)
}
