// Ids in COS's form: base64 of four groups of hex, joined by underscores.
import { randomBytes } from 'node:crypto'

const PROCESS = randomBytes(4).toString('hex')
// 8 + 1 + 8 + 1 + 5 + 1 characters are eight groups of base64, so the counter's own base64 follows them unchanged.
const PID = process.pid.toString(16).padStart(5, '0').slice(-5)
const COUNT_MAX = 0x100_0000

let second = 0
let prefix = ''
let count = Math.trunc(Math.random() * COUNT_MAX)

export function nextRequestId(): string {
  const now = Math.trunc(Date.now() / 1000)
  if (now !== second) {
    second = now
    prefix = base64(`${now.toString(16)}_${PROCESS}_${PID}_`)
  }
  count = (count + 1) % COUNT_MAX
  return prefix + base64(count.toString(16).padStart(6, '0'))
}

/** Told on failures only. */
export function newTraceId(): string {
  return base64(randomBytes(32).toString('hex'))
}

function base64(text: string): string {
  return btoa(text)
}
