export {
  activeEngineRuns,
  bindEngineRun,
  type EngineRun,
  endEngineRun,
  engineTaskRules,
  findEngineRuns,
  rerunTaken,
  tasksToRerun,
} from './engineRuns.ts'
export { ENGINE_STATES, type EngineState, type EngineStateName, engineStateAnswer } from './engineState.ts'
export { type EngineTask, engineTasks } from './engineTasks.ts'
export { finishEngineSync, wakeEngine } from './finishEngineSync.ts'
export { type MirroredRun, type MirroredTask, mirrorEngineRun } from './mirrorEngineRun.ts'
export { requestEngineCancel, requestEngineRerun } from './requestEngine.ts'
export { nextEngineSync, type TakenSchedule, takeEngineSchedules } from './takeEngineSchedules.ts'
