// npm start. See packages/cli/bin/coset.cjs for why it begins in CommonJS.
process.env.UV_THREADPOOL_SIZE ??= '16'

import('./start.mjs')
