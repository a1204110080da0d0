// DuckDB alone, in a process of its own.
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

export interface DuckDbTask {
  /** Run one after the other. */
  readonly statements: readonly string[]
}

export interface DuckDbFigures {
  /** Of each statement. */
  readonly ms: readonly number[]
  readonly cpuMs: readonly number[]
}

const PROCESS = fileURLToPath(new URL('./duckdb-process.js', import.meta.url))

export async function runDuckDb(task: DuckDbTask): Promise<DuckDbFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(task)])
  return JSON.parse(stdout) as DuckDbFigures
}
