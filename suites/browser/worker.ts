// A worker that runs what a page posts to it: the text of a function, with the SDK and a value as its arguments.
import * as sdk from '../../packages/sdk/src/browser.js'

interface Task {
  readonly source: string
  readonly argument: unknown
}

interface WorkerScope {
  onmessage: (event: { readonly data: Task }) => void
  postMessage(message: unknown): void
}

const scope = globalThis as unknown as WorkerScope

scope.onmessage = async ({ data: { source, argument } }) => {
  try {
    // Indirect, so that the function sees nothing but its arguments.
    const run = new Function('sdk', 'argument', `return (${source})(sdk, argument)`)
    scope.postMessage({ value: await run(sdk, argument) })
  } catch (error) {
    scope.postMessage({ error: error instanceof Error ? `${error.name}: ${error.message}` : String(error) })
  }
}
