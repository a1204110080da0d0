// Logs: JSON lines for machines, short text for a person at a terminal.
import type { Log } from '@coset/core'
import { pino } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export function createLog(level: LogLevel, terminal: boolean): Log {
  if (!terminal) return pino({ level, base: { pid: process.pid } }, pino.destination(2))
  const from = LOG_LEVELS.indexOf(level)
  const line = (name: LogLevel) => (fields: object, message: string) => {
    if (LOG_LEVELS.indexOf(name) < from) return
    process.stderr.write(
      `${new Date().toISOString().slice(11, 19)} ${name.padEnd(5)} ${message}${textOf(fields)}\n`,
    )
  }
  return { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') }
}

function textOf(fields: object): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${value instanceof Error ? stackOf(value) : String(value)}`)
    .join('')
}

function stackOf(error: Error): string {
  const cause =
    error.cause instanceof Error ? `\n  caused by ${error.cause.stack ?? error.cause.message}` : ''
  return `${error.stack ?? error.message}${cause}`
}
