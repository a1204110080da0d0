#!/usr/bin/env node
// CommonJS, since modules are loaded through libuv's thread pool, whose size counts from its first use: commits,
// writes and fsyncs of many uploads wait for each other in the default four threads.
process.env.UV_THREADPOOL_SIZE ??= '16'

import('../dist/main.js')
  .then(({ main }) => main(process.argv))
  .catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
