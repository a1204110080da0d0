// A bucket's configuration documents, each in a row of its own, so that what is seldom asked for burdens no put or get.
import type { Call } from '../call.js'
import { attempt } from '../catalog/attempt.js'
import { readBucket, readWithBucket } from '../catalog/bucket-lookup.js'
import { SETTING_NAMES, type SettingName, settingRow } from '../catalog/keys.js'
import { type BucketRecord, decodeSetting, encodeBucket, encodeSetting } from '../catalog/records.js'
import { type Changes, unchanged } from '../catalog/versions.js'
import type { Write } from '../ports.js'
import type { Store } from '../store.js'

/** Undefined when the bucket has none. Throws `NoSuchBucket`. */
export async function readSetting<T>(
  store: Store,
  bucket: string,
  name: SettingName,
): Promise<T | undefined> {
  const { entries } = await readWithBucket(store, bucket, ({ id }) => [settingRow(id, name)])
  const [entry] = entries
  return entry && decodeSetting<T>(entry.value)
}

export interface SettingChange {
  readonly name: SettingName
  /** Undefined removes it, whether it is there or not. */
  readonly setting: object | undefined
  /** What else of the bucket changes with it. */
  readonly changeRecord?: (record: BucketRecord) => BucketRecord
}

/** Throws `NoSuchBucket`. */
export async function writeSetting(
  call: Call,
  store: Store,
  bucket: string,
  { name, setting, changeRecord }: SettingChange,
): Promise<void> {
  await attempt(call, store, 'buckets', async () => {
    const { id, check, record } = await readBucket(store, bucket)
    const key = settingRow(id, name)
    const writes: Write[] = [
      setting ? { kind: 'put', key, value: encodeSetting(setting) } : { kind: 'delete', key },
    ]
    if (changeRecord) writes.push({ kind: 'put', key: check.key, value: encodeBucket(changeRecord(record)) })
    return { commit: { checks: [check], writes }, result: undefined }
  })
}

/** What removes all settings of a bucket that goes, and checks that none comes meanwhile. */
export async function removeSettings(store: Store, bucketId: Uint8Array): Promise<Changes> {
  const rows = SETTING_NAMES.map((name) => settingRow(bucketId, name))
  const entries = await store.metadata.read(rows)
  return {
    checks: rows.map((row, at) => unchanged(row, entries[at])),
    writes: entries.flatMap((entry) => (entry ? [{ kind: 'delete', key: entry.key } as const] : [])),
  }
}
