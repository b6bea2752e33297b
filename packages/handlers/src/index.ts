export { z } from 'zod'
export type * from './artifacts.ts'
export type { ScriptConfig } from './builtin/script.ts'
export type * from './context.ts'
export { defineHandler, type Handler, ISOLATIONS, type Isolation } from './defineHandler.ts'
export * from './errors.ts'
export { type HandlerDescription, HandlerRegistry } from './HandlerRegistry.ts'
export { type HandlerLoadFailure, type LoadHandlersOptions, loadHandlers } from './loadHandlers.ts'
export { parseParams } from './parseParams.ts'
export {
  findSecrets,
  mentionsSecret,
  resolveSecrets,
  type SecretFault,
  type SecretReference,
} from './secrets.ts'
export { DEFAULT_MAX_RESULT_BYTES, MAX_RESULT_DEPTH, toJsonResult } from './toJsonResult.ts'
