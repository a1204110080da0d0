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
