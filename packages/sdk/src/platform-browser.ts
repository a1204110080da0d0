// The browser's side of everything that Node does otherwise. No module of Node may be imported from here.
import { createSha1 } from '@coset/protocol'
import { createMd5 } from './md5.js'
import { ObjectBody } from './object-body-browser.js'
import type { Platform } from './platform.js'
import { sleep } from './sleep.js'
import { createFetchTransport } from './transport-fetch.js'

export function browserPlatform(): Platform {
  return {
    sha1: createSha1(),
    md5: createMd5,
    objectBody: (source) => new ObjectBody(source),
    async selectBody(source) {
      const { SelectBodyBase } = await import('./select/select-body.js')
      return new SelectBodyBase(source)
    },
    transport: createFetchTransport,
    now: () => Date.now(),
    random: () => Math.random(),
    sleep,
  }
}
