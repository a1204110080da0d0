// Transfers of every kind, with a proxy in between that breaks what can break.
import { startServer, type TestServer } from '@coset/server/testing'
import { expect, it } from 'vitest'
import { seededRuns } from './seeded-runs.js'
import { getSomething, putSomething, uploadByHand } from './transfer-calls.js'
import { copyChangingObject, downloadChangingObject, uploadChangingFile } from './transfer-changes.js'
import { copySomething } from './transfer-copies.js'
import { deleteSomePrefix } from './transfer-deletions.js'
import { downloadSomeFile } from './transfer-downloads.js'
import { downloadSomeFolder, uploadSomeFolder } from './transfer-folders.js'
import { type Report, runTransfer } from './transfer-run.js'
import { uploadSomeBody, uploadSomeFile } from './transfer-uploads.js'

const REPLAY = { file: 'suites/faults/transfer-faults.test.ts', variables: ['COSET_SCENARIO'] }
const RUNS = 500

/** One account has room for 200 buckets, and this machine's memory for so many objects. */
const RUNS_OF_A_SERVER = 100

const SCENARIOS = {
  putSomething,
  getSomething,
  uploadByHand,
  uploadSomeFile,
  uploadSomeBody,
  downloadSomeFile,
  copySomething,
  downloadChangingObject,
  uploadChangingFile,
  copyChangingObject,
  uploadSomeFolder,
  downloadSomeFolder,
  deleteSomePrefix,
}
/** `COSET_SCENARIO` runs only one of them; a seed then means another run. */
const { COSET_SCENARIO } = process.env
const CHOSEN = Object.entries(SCENARIOS).flatMap(([name, scenario]) =>
  COSET_SCENARIO === undefined || COSET_SCENARIO === name ? [scenario] : [],
)

it('ends every transfer with the right bytes, or with an error that says what went wrong', async () => {
  const reports: Report[] = []
  const servers = startServers()
  try {
    await seededRuns(RUNS, REPLAY, async (seed) => {
      reports.push(await runTransfer(await servers.next(), seed, CHOSEN))
    })
  } finally {
    await servers.stop()
  }
  console.log(summary(reports))
  if (process.env.COSET_SEED !== undefined) return
  for (const ending of ['done', 'failed', 'aborted']) {
    expect(reports.filter((report) => report.ending === ending).length, ending).toBeGreaterThan(
      reports.length / 50,
    )
  }
})

function startServers() {
  let current: TestServer | undefined
  let runs = 0
  const stop = async () => current?.stop()
  return {
    stop,
    async next(): Promise<TestServer> {
      if (current && runs++ % RUNS_OF_A_SERVER > 0) return current
      await stop()
      current = await startServer()
      runs = 1
      return current
    },
  }
}

function summary(reports: readonly Report[]): string {
  const count = (ending: Report['ending']) => reports.filter((report) => report.ending === ending).length
  const aborts = reports.flatMap(({ abortMs }) => abortMs ?? [])
  const slowest = Math.max(0, ...aborts).toFixed(0)
  const endings = `${count('done')} done, ${count('failed')} failed, ${count('aborted')} aborted`
  return `${reports.length} transfers: ${endings}; the slowest of ${aborts.length} aborts took ${slowest} ms`
}
