export {
  csvBegin,
  csvEnd,
  csvHasHigh,
  csvHasQuotes,
  csvRecords,
  csvRest,
  csvScan,
} from './csv'
export { csvCut, csvCutFormat, csvCutMatched, csvCutState } from './csv-cut'
export { csvFormat } from './csv-marks'
export { csvWrite, csvWritten } from './csv-write'
export { jsonBegin, jsonEnd, jsonHasHigh, jsonRecords, jsonRest, jsonScan } from './json'
export { jsonColumns, jsonFormat, jsonOdd, jsonWrite, jsonWritten } from './json-write'
