// Reading ahead by one.

/** The next item is made while the one before it is used. */
export async function* ahead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  try {
    let next = items.next()
    for (;;) {
      const read = await next
      if (read.done) return
      next = items.next()
      // It is told once it is asked for.
      next.catch(() => undefined)
      yield read.value
    }
  } finally {
    await items.return(undefined)
  }
}
