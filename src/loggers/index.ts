// Loggers: where the numbers of a run are written to.
export { CSVLogger, type CSVLoggerOptions } from "./csv-logger.ts";
