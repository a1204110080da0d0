export {
  csvBegin,
  csvEnd,
  csvFormat,
  csvHasHigh,
  csvHasQuotes,
  csvRecords,
  csvRest,
  csvScan,
  csvWrite,
  csvWritten,
} from './csv'
export { jsonBegin, jsonEnd, jsonHasHigh, jsonRecords, jsonRest, jsonScan } from './json'
export { jsonColumns, jsonFormat, jsonOdd, jsonWrite, jsonWritten } from './json-write'
