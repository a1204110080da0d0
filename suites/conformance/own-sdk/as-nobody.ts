// Work without root's right to everything: permissions mean nothing to root, as whom containers often run tests.
import { chown, readdir } from 'node:fs/promises'
import { join } from 'node:path'

const NOBODY = 65_534

/** Whoever runs the tests owns the folder and all in it meanwhile; root becomes somebody else. */
export async function asNobody(folder: string, work: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return work()
  const entries = await readdir(folder, { recursive: true })
  for (const entry of ['', ...entries]) await chown(join(folder, entry), NOBODY, NOBODY)
  process.seteuid?.(NOBODY)
  try {
    await work()
  } finally {
    process.seteuid?.(0)
  }
}
