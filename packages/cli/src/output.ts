// What the command says when it can't go on.

/** One line on stderr, exit code 1. */
export function fail(message: string): never {
  process.stderr.write(`coset: ${message.replaceAll('\n', ' ')}\n`)
  process.exit(1)
}
