export { type CheckOptions, checkTasks, type HandlerCheck } from './checkTasks.ts'
export {
  type ExpressionContext,
  evaluate,
  evaluateCondition,
} from './expressions/evaluate.ts'
export { evaluateForEach } from './expressions/evaluateForEach.ts'
export { ExpressionError } from './expressions/expressionError.ts'
export { metered } from './expressions/meter.ts'
export { type Expression, parseExpression, referencesOf } from './expressions/parseExpression.ts'
export { referencesOfTask } from './expressions/referencesOfTask.ts'
export { renderParams } from './expressions/renderParams.ts'
export { hasTemplate } from './expressions/template.ts'
export type { Fault } from './fault.ts'
export { ancestorsOf, levelsOf } from './graph.ts'
export { type Notifications, notificationsSchema } from './notificationsSchema.ts'
export { salvageTasks } from './salvageTasks.ts'
export { type ScheduleTimingBody, scheduleTimingSchema } from './scheduleTimingSchema.ts'
export { MAX_ITEMS, MAX_TASKS, type TaskDefinition, taskSchema, tasksSchema } from './taskSchema.ts'
export { type FrequencyTime, type Timing, type TimingInput, timingOf } from './timingOf.ts'
export { type EdgeRow, kindOf, type TaskRow, type TaskSpec, toTaskRows } from './toTaskRows.ts'
