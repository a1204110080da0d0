// Listening to abort signals.

const NOTHING = () => undefined

interface Watch {
  readonly listeners: Set<() => void>
  readonly onAbort: () => void
}

const watches = new WeakMap<AbortSignal, Watch>()

/**
 * Calls `listener` once when the signal fires; the result ends that. However many calls share a signal, it has one
 * listener of ours: Node warns of a leak at eleven, and keeps combined signals alive as long as they have any.
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return NOTHING
  const { listeners, onAbort: shared } = watches.get(signal) ?? startWatch(signal)
  listeners.add(listener)
  return () => {
    if (!listeners.delete(listener) || listeners.size > 0) return
    signal.removeEventListener('abort', shared)
    watches.delete(signal)
  }
}

function startWatch(signal: AbortSignal): Watch {
  const listeners = new Set<() => void>()
  const watch = {
    listeners,
    onAbort: () => {
      for (const listener of [...listeners]) listener()
    },
  }
  signal.addEventListener('abort', watch.onAbort, { once: true })
  watches.set(signal, watch)
  return watch
}
