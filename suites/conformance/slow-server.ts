// A server whose commits wait for a test to let them go, and which keeps connections alive at short intervals.
import { type StartOptions, startServer, type TestServer } from '@coset/server/testing'
import { memoryBlobStore, memoryMetadataStore } from '@coset/store-memory'

export const KEEP_ALIVE_MS = 20

export interface Pause {
  /** Resolves when a commit waits. */
  readonly reached: Promise<void>
  /** Lets this and all later commits go. */
  end(): void
}

export interface SlowServer {
  readonly server: TestServer
  /** The next commit waits. */
  pause(): Pause
  /** What a call comes to whose commit waits until several signs of life were sent, and `meanwhile` is over. */
  slowly<T>(call: () => Promise<T>, meanwhile?: () => Promise<unknown>): Promise<T>
}

export async function startSlowServer(options: StartOptions = {}): Promise<SlowServer> {
  const metadata = memoryMetadataStore()
  let waiting: { readonly gate: Promise<void>; reach(): void } | undefined
  const ports = {
    blobs: memoryBlobStore(),
    metadata: {
      read: metadata.read,
      scan: metadata.scan,
      close: metadata.close,
      async commit(commit: Parameters<typeof metadata.commit>[0]) {
        const pause = waiting
        waiting = undefined
        pause?.reach()
        await pause?.gate
        return metadata.commit(commit)
      },
    },
  }
  const server = await startServer({ ...options, ports, keepAliveMs: KEEP_ALIVE_MS })
  const pause = (): Pause => {
    const [gate, reached] = [deferred(), deferred()]
    waiting = { gate: gate.promise, reach: reached.resolve }
    return { reached: reached.promise, end: gate.resolve }
  }
  return {
    server,
    pause,
    async slowly(call, meanwhile) {
      const { reached, end } = pause()
      const outcome = call().then(
        (value) => () => value,
        (error: unknown) => () => {
          throw error
        },
      )
      await reached
      await meanwhile?.()
      await new Promise((resolve) => setTimeout(resolve, KEEP_ALIVE_MS * 10))
      end()
      return (await outcome)()
    },
  }
}

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = () => {}
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve: () => resolve() }
}
