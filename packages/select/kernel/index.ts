export {
  csvBegin,
  csvEnd,
  csvHasHigh,
  csvHasQuotes,
  csvRecords,
  csvRest,
  csvScan,
} from './csv'
export { csvFormat } from './csv-marks'
export { csvWrite, csvWritten } from './csv-write'
