export { AirflowClient, type LogPage } from './airflowClient.ts'
export { AirflowError, type AirflowFailure, failedAs } from './airflowError.ts'
export { airflowFaults, type CheckedSchedule, type CheckedTask } from './airflowFaults.ts'
export { airflowTaskLog, type TaskLog } from './airflowTaskLog.ts'
export type { AirflowDag, AirflowRun, AirflowTask } from './answers.ts'
export { type AirflowConfig, airflowSchema, loadAirflowConfig, loadDefaultEngine } from './config.ts'
export { DagFolder } from './dagFolder.ts'
export { errorOfLog, findError } from './errorOfLog.ts'
export { isActive, runStatusOf, taskStateOf } from './mapStates.ts'
export {
  type DagFile,
  type DagSchedule,
  type DagTask,
  dagIdOf,
  OPERATORS,
  type Operator,
  renderDag,
} from './renderDag.ts'
