// Many bytes over a few connections.
import { load } from './client.js'

const MIB = 1024 * 1024

/** MiB a second, whichever way the bytes go. */
export async function transfer(
  port: number,
  requests: readonly (readonly Uint8Array[])[],
  connections: number,
): Promise<number> {
  let at = 0
  const next = () => requests[at++]
  const result = await load({
    port,
    connections: Math.min(connections, requests.length),
    durationMs: 3_600_000,
    next,
  })
  if (result.errors > 0 || result.requests < requests.length) {
    throw new Error(
      `${result.errors} of ${result.requests} transfers failed, ${requests.length} were asked for`,
    )
  }
  return (result.bytesIn + result.bytesOut) / MIB / result.seconds
}
