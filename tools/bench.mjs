// npm run bench: installs and builds when needed, then measures. Arguments go to the bench; --help tells which.
import { bootstrap, root, run } from './bootstrap.mjs'

bootstrap('packages/cli', 'suites/bench')
run('the bench', `${root}/suites/bench/dist/main.js`, process.argv.slice(2))
