// npm start: installs and builds when needed, then serves. Arguments after -- go to `coset serve`.
import { bootstrap } from './bootstrap.mjs'

bootstrap('packages/cli', 'examples')
const { main } = await import('@coset/cli')
await main([process.execPath, 'coset', 'serve', ...process.argv.slice(2)])
