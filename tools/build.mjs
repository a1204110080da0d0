// npm run build: everything that is published, and everything that the tests need.
import { bootstrap } from './bootstrap.mjs'

bootstrap()
