// The process of one query. It takes nothing from outside but what its server sends, and ends when that is gone.
import { Socket } from 'node:net'
import { answer } from './answer.js'
import { ServerLink } from './server-link.js'

/** The fourth of its files is the pipe to its server; the first three are those of every process. */
const PIPE = 3

const link = new ServerLink(new Socket({ fd: PIPE, readable: true, writable: true }), () => process.exit(0))
// It is ended by its server: what that still says of the query would break a pipe that is closed, with all in it.
await answer(link, process.argv.slice(2))
