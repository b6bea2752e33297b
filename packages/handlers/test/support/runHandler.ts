import { type Handler, type HandlerContext, parseParams } from '../../src/index.ts'
import { aContext } from './aContext.ts'

/** Parses the raw params as the worker does, then runs the handler. */
export async function runHandler(
  handler: Handler,
  params: unknown,
  ctx: HandlerContext = aContext(),
  // biome-ignore lint/suspicious/noExplicitAny: results differ by handler and are compared as JSON
): Promise<any> {
  return handler.run(await parseParams(handler, params), ctx)
}
