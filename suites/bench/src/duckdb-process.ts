// Runs statements and prints how long each took; starting DuckDB is in none of them.
import { DuckDBInstance } from '@duckdb/node-api'
import type { DuckDbFigures, DuckDbTask } from './duckdb-task.js'

async function measured({ statements }: DuckDbTask): Promise<DuckDbFigures> {
  const instance = await DuckDBInstance.create(':memory:')
  const connection = await instance.connect()
  const ms: number[] = []
  const cpuMs: number[] = []
  for (const statement of statements) {
    const before = process.cpuUsage()
    const start = performance.now()
    await connection.runAndReadAll(statement)
    ms.push(performance.now() - start)
    const { user, system } = process.cpuUsage(before)
    cpuMs.push((user + system) / 1000)
  }
  return { ms, cpuMs }
}

console.log(JSON.stringify(await measured(JSON.parse(process.argv[2] ?? '{}') as DuckDbTask)))
process.exit(0)
