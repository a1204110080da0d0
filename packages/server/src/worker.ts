// A serving process of several. It does what the owner of the data folder tells it, and ends with it.
import { openLocalStore } from '@coset/store-local'
import { threadedDigester } from './digest-thread.js'
import { createLog } from './log.js'
import { type RunningServer, serve, storeAbove, systemClock, tuneProcess } from './server.js'
import type { WorkerMessage, WorkerOrders } from './workers.js'

/** Ctrl-C at a terminal reaches every process; the owner decides what it means. */
process.on('SIGINT', () => {})
process.on('SIGTERM', () => {})

/** It may come at any time, even before there is anything to stop. */
const stopAsked = new Promise<void>((resolve) => {
  process.on('message', (message) => {
    if (message === 'stop') resolve()
  })
})

process.once('message', (orders: WorkerOrders | 'stop') => {
  if (orders === 'stop') process.exit(0)
  work(orders).catch((error: unknown) => {
    const { message, code } = error as Error & { code?: string }
    tell({ kind: 'failed', message, code }, () => process.exit(1))
  })
})
tell({ kind: 'ready' })

async function work(orders: WorkerOrders): Promise<void> {
  const { config, host, port, data, coldData, logLevel, terminal } = orders
  tuneProcess()
  const local = await openLocalStore({ dir: data, coldDir: coldData, role: 'worker' })
  const log = createLog(logLevel, terminal)
  const server = await serve({
    config,
    store: await storeAbove({ ...local, createDigester: await threadedDigester() }),
    log,
    clock: systemClock,
    host,
    port,
  })
  tell({ kind: 'listening', port: server.address.port })
  await stopAsked
  await end(server, local)
}

async function end(server: RunningServer, local: { close(): Promise<void> }): Promise<void> {
  await server.stop()
  await local.close()
  process.exit(0)
}

function tell(message: WorkerMessage, then?: () => void): void {
  process.send?.(message, undefined, undefined, then)
}
