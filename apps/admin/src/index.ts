export { type AppDeps, buildApp } from './app.ts'
export {
  type AdminConfig,
  adminSchema,
  loadAdminConfig,
  loadSchedulingConfig,
  type SchedulingConfig,
} from './config.ts'
export { EventHub, type EventHubOptions } from './events/eventHub.ts'
export { type Admin, startAdmin } from './startAdmin.ts'
