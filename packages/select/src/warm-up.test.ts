import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SpareDatabase } from './duckdb/spare-database.js'
import type { StartMessage } from './messages.js'
import { openExecution } from './open-execution.js'
import { warmUp } from './warm-up.js'

const MIB = 1024 * 1024

describe('the warm-up', () => {
  let folder: string
  let spare: SpareDatabase
  const finished: StartMessage['request'][] = []
  let statements = 0
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'coset-warm-'))
    spare = await SpareDatabase.open()
    finished.length = 0
    statements = 0
  })
  afterEach(async () => {
    const left = await readdir(folder)
    await rm(folder, { recursive: true })
    expect(left).toEqual([])
  })

  async function open(start: StartMessage) {
    const database = spare.rehearse()
    for (const name of ['rows', 'write'] as const) {
      const run = database[name].bind(database)
      vi.spyOn(database, name).mockImplementation((async (sql: string) => {
        const found = await run(sql)
        statements++
        return found
      }) as never)
    }
    const execution = await openExecution(
      start,
      Promise.resolve({ database: { take: async () => database } }),
    )
    const finish = execution.finish.bind(execution)
    vi.spyOn(execution, 'finish').mockImplementation(() => {
      finished.push(start.request)
      return finish()
    })
    return execution
  }

  it('asks DuckDB of each format, and leaves nothing but a database as it was', async () => {
    await warmUp({ open, folder, signal: new AbortController().signal })
    expect(finished.map(({ input }) => input.type)).toEqual([
      ...['parquet', 'parquet', 'parquet'],
      ...['csv', 'csv', 'json', 'json'],
    ])
    // All but the one that the metadata answers.
    expect(statements).toBe(finished.length - 1)
    const database = await spare.take({ folder, threads: 2, memoryBytesMax: 64 * MIB })
    expect(await database.rows("SELECT current_setting('threads')")).toEqual([[2n]])
    expect(await database.rows('SELECT table_name FROM duckdb_tables()')).toEqual([])
    await expect(database.rows("SELECT * FROM read_text('/etc/hostname')")).rejects.toThrow('Permission')
    database.close()
  })

  it('ends when there is something to do', async () => {
    const waiting = new AbortController()
    const openTwo = (start: StartMessage) => {
      if (finished.length === 1) waiting.abort()
      return open(start)
    }
    await warmUp({ open: openTwo, folder, signal: waiting.signal })
    expect(finished).toHaveLength(2)
    ;(await spare.take({ folder, threads: 1, memoryBytesMax: 64 * MIB })).close()
  })

  it('passes over what fails, which the query will tell', async () => {
    const fails = async () => {
      throw new Error('There is no database.')
    }
    await expect(
      warmUp({ open: fails, folder, signal: new AbortController().signal }),
    ).resolves.toBeUndefined()
    ;(await spare.take({ folder, threads: 1, memoryBytesMax: 64 * MIB })).close()
  })
})
