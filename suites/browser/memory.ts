// How much memory a page takes: its JavaScript, and its whole process as the system sees it.
import { readFile } from 'node:fs/promises'
import type { BrowserContext, Page } from 'playwright-core'

export interface Peaks {
  /** Of the page's JavaScript. */
  readonly heapBytes: number
  /** Of the processes of pages, more than when it began. */
  readonly rendererBytes: number
}

const EVERY_MS = 50

/** Watches until it is stopped. */
export async function residentBytes(
  context: BrowserContext,
  page: Page,
): Promise<{ stop(): Promise<Peaks> }> {
  const session = await context.newCDPSession(page)
  const browser = await context.browser()?.newBrowserCDPSession()
  await session.send('Performance.enable')
  const heap = async () => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? 0
  }
  const renderers = async () => {
    const { processInfo = [] } = (await browser?.send('SystemInfo.getProcessInfo')) ?? {}
    const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id)
    const sizes = await Promise.all(ids.map(residentOf))
    return sizes.reduce((sum, bytes) => sum + bytes, 0)
  }
  const before = await renderers()
  let peaks: Peaks = { heapBytes: 0, rendererBytes: 0 }
  let samples = 0
  let stopped = false
  const watching = (async () => {
    while (!stopped) {
      // A page that is being reloaded answers nothing.
      const [heapBytes, all] = await Promise.all([heap().catch(() => 0), renderers().catch(() => 0)])
      peaks = {
        heapBytes: Math.max(peaks.heapBytes, heapBytes),
        rendererBytes: Math.max(peaks.rendererBytes, all - before),
      }
      samples++
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
  })()
  return {
    async stop() {
      stopped = true
      await watching
      if (samples < 5 || peaks.heapBytes === 0) throw new Error('The memory was hardly looked at.')
      return peaks
    },
  }
}

async function residentOf(id: number): Promise<number> {
  const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '')
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024
}
