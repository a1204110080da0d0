// Ids in COS's form: base64 of four groups of hex, joined by underscores.
import { randomBytes } from 'node:crypto'

const PROCESS = randomBytes(4).toString('hex')
const PID = process.pid.toString(16)
let count = 0

export function nextRequestId(): string {
  count = (count + 1) % 0x1_0000_0000
  const seconds = Math.floor(Date.now() / 1000).toString(16)
  return Buffer.from(`${seconds}_${PROCESS}_${PID}_${count.toString(16)}`, 'latin1').toString('base64')
}

/** Told on failures only. */
export function newTraceId(): string {
  return Buffer.from(randomBytes(32).toString('hex'), 'latin1').toString('base64')
}
