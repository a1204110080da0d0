export * from './ports/blob-suite.js'
export * from './ports/metadata-suite.js'
