// What the admin commands have in common.
import { resolve } from 'node:path'

export interface AdminFlags {
  readonly data: string
  readonly coldData?: string
  readonly json: boolean
}

export function foldersOf({ data, coldData }: AdminFlags) {
  return { data: resolve(data), coldData: coldData === undefined ? undefined : resolve(coldData) }
}

/** Runs the work of a command with a signal that Ctrl-C fires. */
export type Perform = (work: (signal: AbortSignal) => Promise<void>) => Promise<void>
