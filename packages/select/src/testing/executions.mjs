// biome-ignore-all lint/correctness/useYield: some give nothing.
// Executions for tests of what stands around them. The expression names one.
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readPart } from '../../dist/batch-bytes.js'
import { SelectError } from '../../dist/errors.js'

export async function openExecution({ request, folder, nowMs }) {
  const [name, ...rest] = request.expression.split(' ')
  const [argument = ''] = rest
  const make = executions[name]
  if (!make) throw new SelectError('SQLParsingError', `There is no ${name}.`)
  return Object.setPrototypeOf(make(argument, { folder, nowMs, rest }), USUAL)
}

async function* nothing() {}
const USUAL = { isDone: false, runsAhead: false, close: async () => {}, run: nothing, finish: nothing }
const lines = async ({ bytes }) => {
  const text = readPart(bytes, 0, bytes.length).toString()
  if (!/\n$/.test(text) && text !== '')
    return [
      ...text
        .split('\n')
        .slice(0, -1)
        .map((line) => `${line}\n`),
      text.split('\n').at(-1),
    ]
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => `${line}\n`)
}

const executions = {
  /** All of it, batch by batch. */
  echo: () => ({
    async *run({ bytes }) {
      yield readPart(bytes, 0, bytes.length)
    },
  }),
  /** How many lines and batches there are, and how often one was the first. */
  count() {
    const seen = { lines: 0, batches: 0, first: 0 }
    return {
      async *run(batch) {
        seen.lines += (await lines(batch)).length
        seen.batches++
        if (batch.isFirst) seen.first++
      },
      async *finish() {
        yield Buffer.from(JSON.stringify(seen))
      },
    }
  },
  /** The first lines. */
  limit(argument) {
    let left = Number(argument)
    return {
      get isDone() {
        return left === 0
      },
      async *run(batch) {
        for (const line of (await lines(batch)).slice(0, left)) {
          left--
          yield Buffer.from(line)
        }
      },
    }
  },
  /** So many bytes at once. */
  many: (argument) => ({
    async *finish() {
      for (let left = Number(argument); left > 0; left -= 1000) yield Buffer.alloc(Math.min(left, 1000), 'x')
    },
  }),
  /** Lines `size` long, so many of them, each a piece in the memory of the one before it. And then? */
  pieces: (argument) => ({
    async *finish() {
      const [size, count, end] = argument.split('/')
      const piece = Buffer.alloc(Number(size), '.')
      piece[piece.length - 1] = 0x0a
      for (let at = 0; at < Number(count); at++) {
        piece.write(String(at))
        yield piece
      }
      piece.fill('!')
      if (end === 'kill') {
        process.kill(process.pid, 'SIGSEGV')
        await sleep(60_000)
      }
      if (end === 'fail') throw new SelectError('CastFailed', 'It failed.')
    },
  }),
  /** So many files of `size` bytes, two that are written in turn, each behind a line that numbers it. */
  files: (argument, { folder }) => ({
    async *run() {
      const [size, count] = argument.split('/').map(Number)
      for (let at = 0; at < count; at++) {
        const path = join(folder, `result-${at % 2}`)
        await writeFile(path, Buffer.alloc(size, String(at % 10)))
        yield Buffer.from(`\n${at}\n`)
        yield { path, length: size }
      }
    },
    async *finish() {
      yield Buffer.from('\nend\n')
    },
  }),
  /** A file of the result that is shorter than it is said to be. */
  short: (_argument, { folder }) => ({
    async *run() {
      const path = join(folder, 'result-0')
      await writeFile(path, Buffer.alloc(1_000_000, '.'))
      yield { path, length: 1_000_001 }
    },
  }),
  /** Another file than one of the result. */
  elsewhere: (path) => ({
    async *run() {
      yield { path, length: 1_000_000 }
    },
  }),
  /** A line at its beginning, the next much later. */
  slow: (argument) => ({
    async *run() {
      yield Buffer.from('early\n')
      await sleep(Number(argument))
      yield Buffer.from('late\n')
    },
  }),
  /** Computes for ever. */
  spin: () => ({
    async *run() {
      for (;;) Math.sqrt(2)
    },
  }),
  /** Takes more and more memory outside of JavaScript's heap. */
  hoard: () => ({
    async *run() {
      const kept = []
      for (;;) {
        kept.push(Buffer.alloc(16 * 1024 * 1024, 1))
        await sleep(5)
      }
    },
  }),
  /** The same within the heap. */
  grow: () => ({
    async *run() {
      const kept = []
      for (;;) kept.push(`${kept.length}`.repeat(1000).split(''))
    },
  }),
  /** Parts of the object, as `2-5,7-9 0-1` tells them: those of a file with commas between. */
  parts: (_argument, { rest }) => ({
    readsAhead: true,
    async *batches(object) {
      for (const file of rest) {
        const spans = file
          .split(',')
          .map((span) => ({ start: Number(span.split('-')[0]), end: Number(span.split('-')[1]) }))
        yield await object.need(spans)
      }
    },
    async *run({ path }) {
      yield Buffer.from(`${(await readFile(path)).toString().replaceAll('\0', '.')}\n`)
    },
  }),
  exit: (argument) => ({
    async *run() {
      process.exit(Number(argument))
    },
  }),
  kill: () => ({
    async *run() {
      process.kill(process.pid, 'SIGSEGV')
      await sleep(60_000)
    },
  }),
  throw: () => ({
    async *run() {
      throw new TypeError('a defect with a secret')
    },
  }),
  'slow-fail': (argument) => ({
    async *run() {
      yield Buffer.from('before\n')
      await sleep(400)
      throw new SelectError(argument, `It failed with ${argument}.`)
    },
  }),
  /** Before anything was found. */
  refuse: (argument) => ({
    async *run() {
      throw new SelectError(argument, `It failed with ${argument}.`)
    },
  }),
  fail: (argument) => ({
    async *run() {
      yield Buffer.from('before\n')
      throw new SelectError(argument, `It failed with ${argument}.`)
    },
  }),
  /** What the process is and has. */
  where: (_argument, { folder, nowMs }) => ({
    async *finish() {
      const { pid, env } = process
      yield Buffer.from(JSON.stringify({ pid, env, folder, nowMs, cwd: process.cwd() }))
    },
  }),
}
