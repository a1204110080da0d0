// Checkpoints as files of a local folder: one JSON document for each transfer, and a lock beside it.
import { createHash } from 'node:crypto'
import { access, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { CosClientError } from '../errors.js'
import type { Checkpoint, CheckpointRecord, CheckpointStore } from './checkpoint.js'
import { FileLock } from './file-lock.js'
import { LatestWriter } from './latest-writer.js'
import { removeTemporary } from './temporary-file.js'

/** Room for 10,000 parts with their ETags and checksums. */
const RECORD_BYTES_MAX = 8 * 1024 * 1024
/** Servers drop what was left for so long, or bill for it; either way nobody waits for it any more. */
const RECORD_AGE_MAX_MS = 30 * 24 * 3600 * 1000
/** A record on its way to its name is there for moments, unless its process was killed. */
const UNNAMED_AGE_MAX_MS = 3600 * 1000
/** Records looked at in search of old ones, each time a transfer starts. */
const SWEPT_MAX = 1000

/** `$XDG_STATE_HOME/coset/transfers`, or what the system has in its place. */
export function checkpointFolder(environment: NodeJS.ProcessEnv, os: string): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = environment
  // The specification demands that relative paths be ignored.
  if (XDG_STATE_HOME?.startsWith('/')) return join(XDG_STATE_HOME, 'coset', 'transfers')
  if (os === 'win32' && LOCALAPPDATA) return join(LOCALAPPDATA, 'coset', 'transfers')
  return join(homedir(), '.local', 'state', 'coset', 'transfers')
}

export function fileCheckpoints(
  folder = checkpointFolder(process.env, process.platform),
  now: () => number = Date.now,
): CheckpointStore {
  const pathOf = (id: readonly string[]) =>
    join(folder, createHash('sha256').update(JSON.stringify(id)).digest('hex').slice(0, 40))
  return {
    has: (id) =>
      access(`${pathOf(id)}.json`).then(
        () => true,
        () => false,
      ),
    async open(id) {
      try {
        // Keys and paths are nobody else's business.
        await mkdir(folder, { recursive: true, mode: 0o700 })
        await sweep(folder, now())
        const path = pathOf(id)
        const lock = await FileLock.acquire(`${path}.lock`)
        return await openRecord(`${path}.json`, lock)
      } catch (cause) {
        if (cause instanceof CosClientError) throw cause
        const message = `Checkpoints can not be kept in ${folder}; name another folder, or none, with \`checkpoint\`.`
        throw new CosClientError('file', message, { cause })
      }
    },
  }
}

async function openRecord(path: string, lock: FileLock): Promise<Checkpoint> {
  const writer = new LatestWriter<CheckpointRecord>((record) => writeRecord(path, record))
  let clearing = Promise.resolve()
  const clear = async () => {
    await writer.settled()
    await rm(path, { force: true })
    // Of a run that was killed while it wrote.
    await rm(unnamed(path), { force: true })
  }
  return {
    saved: await readRecord(path),
    save: (record) => writer.write(record),
    clear() {
      clearing = clear()
      return clearing
    },
    // Whoever has the lock next must not lose its record to a deletion that was meant for this one.
    release: () => lock.release(Promise.allSettled([clearing, writer.settled()])),
  }
}

/** A record that can not be read is none: the transfer then starts afresh. */
async function readRecord(path: string): Promise<CheckpointRecord | undefined> {
  try {
    if ((await stat(path)).size > RECORD_BYTES_MAX) return undefined
    const parsed: unknown = JSON.parse(await readFile(path, 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? (parsed as CheckpointRecord) : undefined
  } catch {
    return undefined
  }
}

/** A record on its way; one name for all, as who has the lock is the only one who writes. */
function unnamed(path: string): string {
  return `${path}.new`
}

/** Synced before the rename, so that after a crash of the machine there is this record or the one before. */
async function writeRecord(path: string, record: CheckpointRecord): Promise<void> {
  const temporary = unnamed(path)
  try {
    const file = await open(temporary, 'w', 0o600)
    try {
      await file.writeFile(JSON.stringify(record))
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new CosClientError('file', `The checkpoint ${path} could not be written.`, { cause })
  }
}

/** Deletes what nobody came back for, with the half of a download that such a record names. */
async function sweep(folder: string, nowMs: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /\.(?:json|new)$/.test(name))
  for (const name of names.slice(0, SWEPT_MAX)) {
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    const isRecord = name.endsWith('.json')
    if (!found || nowMs - found.mtimeMs <= (isRecord ? RECORD_AGE_MAX_MS : UNNAMED_AGE_MAX_MS)) continue
    const record = isRecord ? await readRecord(path) : undefined
    if (typeof record?.temporaryFile === 'string') await removeTemporary(record.temporaryFile)
    await rm(path, { force: true })
  }
}
