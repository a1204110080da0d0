// Waiting lines within one process, so that writers of one key take turns instead of failing each other's commits.
// Nothing depends on them for correctness: commits check what they read, and other processes have their own.

export interface Locks {
  run<T>(name: string, work: () => Promise<T>): Promise<T>
}

export function createLocks(): Locks {
  const tails = new Map<string, Promise<unknown>>()
  return {
    run<T>(name: string, work: () => Promise<T>): Promise<T> {
      const before = tails.get(name)
      const mine = before ? before.then(work, work) : work()
      tails.set(name, mine)
      const leave = () => {
        if (tails.get(name) === mine) tails.delete(name)
      }
      mine.then(leave, leave)
      return mine
    },
  }
}
