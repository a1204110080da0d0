// The two ports with something that happens in between, as another process would do it.
import type { PortCall } from './faulty-ports.js'
import type { Ports } from './stores.js'

/** `act` comes once, before the first call of `method`, which waits for it. */
export function interruptedPorts(
  { metadata, blobs }: Ports,
  method: PortCall['method'] & ('commit' | 'readBlob' | 'writeBlob'),
  act: () => Promise<unknown>,
): Ports {
  let isDone = false
  const before = async (name: typeof method) => {
    if (isDone || name !== method) return
    isDone = true
    await act()
  }
  return {
    metadata: {
      read: (keys) => metadata.read(keys),
      scan: (range, options) => metadata.scan(range, options),
      async commit(commit) {
        await before('commit')
        return metadata.commit(commit)
      },
      close: () => metadata.close(),
    },
    // Without `access`: another process would read before anything happens.
    blobs: {
      async write(body, options) {
        await before('writeBlob')
        return blobs.write(body, options)
      },
      async *read(id, range, options) {
        await before('readBlob')
        yield* blobs.read(id, range, options)
      },
      delete: (ids) => blobs.delete(ids),
      list: (options) => blobs.list(options),
      close: () => blobs.close(),
    },
  }
}
