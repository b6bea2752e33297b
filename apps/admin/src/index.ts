export { prepareAccess } from './access/prepareAccess.ts'
export { type AppDeps, buildApp, endpointsOf } from './app.ts'
export { type CommandIo, runUserCommand } from './cli/userCommand.ts'
export {
  type AdminConfig,
  adminSchema,
  loadAdminConfig,
  loadSchedulingConfig,
  type SchedulingConfig,
} from './config.ts'
export { EventHub, type EventHubOptions } from './events/eventHub.ts'
export { type Admin, startAdmin } from './startAdmin.ts'
