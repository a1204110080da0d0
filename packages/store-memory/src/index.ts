// Both storage ports in memory: for tests, demos and servers inside another process.
export { type MemoryBlobOptions, memoryBlobStore } from './blobs.js'
export { memoryMetadataStore } from './metadata.js'
