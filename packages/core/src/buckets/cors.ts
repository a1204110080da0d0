// A bucket's cross-origin rules, as they are kept.
import { Fault } from '@coset/model'
import { type CorsConfiguration, checkedCors } from '../access/cors.js'
import type { Call } from '../call.js'
import type { Store } from '../store.js'
import { readSetting, writeSetting } from './setting-rows.js'

/** Throws `NoSuchBucket`, and what checkedCors throws. */
export async function putCors(
  call: Call,
  store: Store,
  bucket: string,
  configuration: CorsConfiguration,
): Promise<void> {
  await write(call, store, bucket, checkedCors(configuration))
}

/** Throws `NoSuchBucket`, `NoSuchCORSConfiguration`. */
export async function getCors(call: Call, store: Store, bucket: string): Promise<CorsConfiguration> {
  const configuration = await findCors(call, store, bucket)
  if (!configuration) throw new Fault('NoSuchCORSConfiguration')
  return configuration
}

/** Undefined when the bucket has none. Throws `NoSuchBucket`. */
export function findCors(_call: Call, store: Store, bucket: string): Promise<CorsConfiguration | undefined> {
  return readSetting<CorsConfiguration>(store, bucket, 'cors')
}

/** Whether there are any or not. Throws `NoSuchBucket`. */
export async function deleteCors(call: Call, store: Store, bucket: string): Promise<void> {
  await write(call, store, bucket, undefined)
}

/** Whether replies vary by origin, as far as this process has seen the bucket; it costs no read. */
export function variesByOrigin(store: Store, bucket: string): boolean {
  return store.bucketHints.get(bucket)?.bucket.record.variesByOrigin ?? false
}

function write(
  call: Call,
  store: Store,
  bucket: string,
  setting: CorsConfiguration | undefined,
): Promise<void> {
  return writeSetting(call, store, bucket, {
    name: 'cors',
    setting,
    changeRecord: (record) => ({ ...record, variesByOrigin: setting?.responseVary ?? false }),
  })
}
