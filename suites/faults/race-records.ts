// What clients who race did to each key and each upload, and whether any serial order could give it.

/** What a key held: a value no other write gives it, or nothing. */
export type Value = string
export const ABSENT: Value = 'absent'

export interface Span {
  /** Ticks. */
  readonly started: number
  readonly ended: number
}

export interface Access extends Span {
  readonly kind: 'write' | 'read'
  /** Of writes: unique, except for ABSENT. */
  readonly value: Value
}

/** A read of which only the ETag is known: that of a copy's source. */
export interface Glimpse extends Span {
  readonly key: string
  readonly etag: string
}

export interface UploadAct extends Span {
  readonly what: 'part' | 'complete' | 'abort'
  /** `done`, or the code of its fault. */
  readonly outcome: string
  /** Of a completion: what it told, and which parts it listed. */
  readonly etag?: string | undefined
  readonly parts?: string | undefined
}

/** Values end in the ETag of their content. */
export function valueNamed(name: string, etag: string): Value {
  return `${name} ${etag}`
}

export class RaceRecords {
  readonly keys = new Map<string, Access[]>()
  readonly uploads = new Map<string, UploadAct[]>()
  readonly glimpses: Glimpse[] = []
  #tick = 0

  tick(): number {
    return ++this.#tick
  }

  add(key: string, access: Access): void {
    const list = this.keys.get(key) ?? []
    this.keys.set(key, list)
    list.push(access)
  }

  act(uploadId: string, act: UploadAct): void {
    const list = this.uploads.get(uploadId) ?? []
    this.uploads.set(uploadId, list)
    list.push(act)
  }

  /** Everything no serial order explains. */
  problems(): readonly string[] {
    const ofKeys = [...this.keys].flatMap(([key, all]) => registerProblems(key, all))
    const ofUploads = [...this.uploads].flatMap(([id, acts]) => uploadProblems(id, acts))
    return [...ofKeys, ...ofUploads, ...this.#glimpseProblems()]
  }

  #glimpseProblems(): readonly string[] {
    return this.glimpses.flatMap((glimpse) => {
      const all = this.keys.get(glimpse.key) ?? []
      const writes = all.filter(({ kind, value }) => kind === 'write' && value.endsWith(` ${glimpse.etag}`))
      const isSeen = writes.some((write) => couldSee(glimpse, write, all))
      return isSeen ? [] : [`A copy of ${glimpse.key} took ${glimpse.etag}, which was not there.`]
    })
  }
}

/** Whether a read may see that write: it began in time, and no other write stands wholly between the two. */
function couldSee(read: Span, write: Access, all: readonly Access[]): boolean {
  if (write.started > read.ended) return false
  return !all.some(
    (other) => other.kind === 'write' && other.started > write.ended && other.ended < read.started,
  )
}

/**
 * Gibbons and Korach's test of a register: a write and its reads are a cluster. From the first end to the last start
 * in it, where these stand in this order, the register must have held its value, and no other.
 */
function registerProblems(key: string, all: readonly Access[]): readonly string[] {
  const named = all.filter(({ kind, value }) => kind === 'write' && value !== ABSENT)
  const writes = new Map(named.map((access) => [access.value, access]))
  const deletions = all.filter(({ kind, value }) => kind === 'write' && value === ABSENT)
  const empty: Access = { kind: 'write', value: ABSENT, started: 0, ended: 0 }
  const isExplained = (read: Access) => {
    const write = writes.get(read.value)
    const seen = read.value === ABSENT ? [empty, ...deletions] : [write].filter((one) => one !== undefined)
    return seen.some((one) => couldSee(read, one, all))
  }
  const strange = all.filter((access) => access.kind === 'read' && !isExplained(access))
  return [
    ...(writes.size < named.length ? [`${key}: a value was written twice.`] : []),
    ...strange.map(({ value, started, ended }) => `${key}: ${value} was read at ${started}-${ended}.`),
    ...zoneProblems(key, [...writes.values()], all),
  ]
}

interface Zone {
  readonly value: Value
  readonly from: number
  readonly to: number
  readonly isForward: boolean
}

function zoneProblems(key: string, writes: readonly Access[], all: readonly Access[]): readonly string[] {
  const zones = writes.map(({ value }): Zone => {
    const cluster = all.filter((access) => access.value === value)
    const firstEnd = Math.min(...cluster.map(({ ended }) => ended))
    const lastStart = Math.max(...cluster.map(({ started }) => started))
    const isForward = firstEnd < lastStart
    return { value, isForward, from: Math.min(firstEnd, lastStart), to: Math.max(firstEnd, lastStart) }
  })
  const forward = zones.filter(({ isForward }) => isForward).sort((a, b) => a.from - b.from)
  const overlapping = forward.filter((zone, at) => zone.from < (forward[at - 1]?.to ?? 0))
  const within = zones.filter(
    (zone) => !zone.isForward && forward.some((other) => other.from < zone.from && zone.to < other.to),
  )
  return [...overlapping, ...within].map(
    ({ value, from, to }) => `${key}: ${value} at ${from}-${to} stands within another value.`,
  )
}

/** An upload ends once: completed or aborted, and nothing that begins after its end succeeds. */
function uploadProblems(id: string, acts: readonly UploadAct[]): readonly string[] {
  const done = acts.filter(({ outcome }) => outcome === 'done')
  const [completions, aborts] = [
    done.filter(({ what }) => what === 'complete'),
    done.filter(({ what }) => what === 'abort'),
  ]
  const problems: string[] = []
  if (completions.length > 0 && aborts.length > 0) problems.push('was completed and aborted')
  if (aborts.length > 1) problems.push('was aborted twice')
  if (new Set(completions.map(({ etag, parts }) => `${etag} ${parts}`)).size > 1)
    problems.push('was completed in two ways')
  const end = Math.min(...[...completions, ...aborts].map(({ ended }) => ended))
  const late = done.filter(({ what, started }) => what !== 'complete' && started > end)
  if (late.length > 0) problems.push(`took a ${late[0]?.what} after its end`)
  const faults = ['done', 'NoSuchUpload', 'InvalidPart', 'MalformedXML', 'SlowDown']
  const strange = acts.filter(({ outcome }) => !faults.includes(outcome))
  if (strange.length > 0) problems.push(`answered ${strange[0]?.outcome}`)
  return problems.map((problem) => `The upload ${id} ${problem}.`)
}
