// Transfers in processes that can be killed.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { CosClientOptions } from '@coset/sdk'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** One call of a client's method, all of it plain data. */
export interface TransferCall {
  readonly client: CosClientOptions
  readonly method: 'uploadFile' | 'downloadFile'
  readonly input: object
  readonly options?: object
}

export interface TransferEnd {
  readonly output?: Readonly<Record<string, unknown>>
  readonly error?: { readonly kind?: string; readonly code?: string; readonly message: string }
}

export interface TransferProcess {
  /** Undefined when it was killed before it could tell. */
  readonly end: Promise<TransferEnd | undefined>
  /** SIGKILL: nothing more of it runs once this resolves. */
  kill(): Promise<void>
}

/** Brings `dist` up to date; what is compiled already costs nothing. */
export async function buildSdk(): Promise<void> {
  await promisify(execFile)(process.execPath, ['node_modules/typescript/bin/tsc', '-b', 'packages/sdk'], {
    cwd: ROOT,
  })
}

export function startTransfer(call: TransferCall): TransferProcess {
  const child = spawn(process.execPath, ['suites/faults/transfer-process.mjs', JSON.stringify(call)], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let told = ''
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString()
  })
  const closed = once(child, 'close')
  return {
    end: closed.then(() => (told.endsWith('\n') ? (JSON.parse(told) as TransferEnd) : undefined)),
    async kill() {
      child.kill('SIGKILL')
      await closed
    },
  }
}
