// Transfers of every kind, with a proxy in between that breaks what can break.
import { startServer, type TestServer } from '@coset/server/testing'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { seededRuns } from './seeded-runs.js'
import { getSomething, putSomething, uploadByHand } from './transfer-calls.js'
import { type Report, runTransfer } from './transfer-run.js'

const FILE = 'suites/faults/transfer-faults.test.ts'
const RUNS = 500

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.stop())

const SCENARIOS = [putSomething, getSomething, uploadByHand]

it('ends every transfer with the right bytes, or with an error that says what went wrong', async () => {
  const reports: Report[] = []
  await seededRuns(RUNS, FILE, async (seed) => void reports.push(await runTransfer(server, seed, SCENARIOS)))
  console.log(summary(reports))
  if (process.env.COSET_SEED !== undefined) return
  for (const ending of ['done', 'failed', 'aborted']) {
    expect(reports.filter((report) => report.ending === ending).length, ending).toBeGreaterThan(
      reports.length / 50,
    )
  }
})

function summary(reports: readonly Report[]): string {
  const count = (ending: Report['ending']) => reports.filter((report) => report.ending === ending).length
  const aborts = reports.flatMap(({ abortMs }) => abortMs ?? [])
  const slowest = Math.max(0, ...aborts).toFixed(0)
  const endings = `${count('done')} done, ${count('failed')} failed, ${count('aborted')} aborted`
  return `${reports.length} transfers: ${endings}; the slowest of ${aborts.length} aborts took ${slowest} ms`
}
