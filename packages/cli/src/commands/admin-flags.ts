// What the admin commands have in common.

export interface AdminFlags {
  readonly data: string
  readonly json: boolean
}

/** Runs the work of a command with a signal that Ctrl-C fires. */
export type Perform = (work: (signal: AbortSignal) => Promise<void>) => Promise<void>
