export { type CronEntry, readCronFile } from './cronFile/readCronFile.ts'
export type { Io } from './io.ts'
export { type AccessCommand, run } from './run.ts'
