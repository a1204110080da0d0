// Every operation, under the name of the client's method. Matching, handlers, clients and documents read this.

export * from './operations/bucket.js'
export * from './operations/bucket-versioning.js'
export * from './operations/object.js'
export * from './operations/object-append.js'
export * from './operations/object-copy.js'
export * from './operations/objects.js'
export * from './operations/service.js'
export * from './operations/upload.js'
