// What the command says: its end when it can't go on, and how far it is.

/** One line on stderr; exit code 1 unless another is given. */
export function fail(message: string, exitCode = 1): never {
  process.stderr.write(`coset: ${message.replaceAll('\n', ' ')}\n`)
  process.exit(exitCode)
}

const PROGRESS_EVERY_MS = 100

export interface ProgressLine {
  /** What the line says from now on; made only when it is shown. */
  show(text: () => string): void
  /** Takes the line away, for something that is to stay. */
  clear(): void
}

/** One line at a terminal that is written over and over; nothing anywhere else. */
export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  if (!stream.isTTY) return { show() {}, clear() {} }
  let shownMs = Number.NEGATIVE_INFINITY
  let isShown = false
  return {
    show(text) {
      const nowMs = performance.now()
      if (nowMs - shownMs < PROGRESS_EVERY_MS) return
      shownMs = nowMs
      isShown = true
      stream.write(`\r\x1b[K${text()}`)
    },
    clear() {
      if (isShown) stream.write('\r\x1b[K')
      isShown = false
    },
  }
}
