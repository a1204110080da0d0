// The vocabulary every other package speaks. It imports nothing.
export * from './acls.js'
export * from './etags.js'
export * from './faults.js'
export * from './limits.js'
export * from './names.js'
export * from './ranges.js'
export * from './storage-classes.js'
export * from './tags.js'
