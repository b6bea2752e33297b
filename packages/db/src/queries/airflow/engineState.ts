/** How far another engine has taken a schedule over. */
export const ENGINE_STATES = [
  'WRITING',
  'WAITING_FOR_AIRFLOW',
  'READY',
  'UNREACHABLE',
  'REFUSED',
  'IMPORT_ERROR',
  'DELETING',
  'DELETED',
] as const
export type EngineStateName = (typeof ENGINE_STATES)[number]

/** `schedules.engine_state`. What is beneath `sync` is for the dispatcher alone. */
export interface EngineState {
  state: EngineStateName
  /** What is wrong, for people; null: nothing is. */
  message: string | null
  /** ISO 8601, as all instants here. */
  since: string
  checked_at: string
  dag_id: string
  /** By the other engine; null where it does not say. */
  next_run_at: string | null
  sync: {
    /** Whether it was told to run it, and since when it runs: slots before that are not made up for. */
    is_active: boolean
    active_since: string
    /** The version that the other engine has. */
    version_id: number | null
    /** Runs that changed before it, by the other engine's clock, are mirrored. */
    mirrored_until: string | null
    /** Of a list longer than one look: where the next one goes on, and what follows it. */
    offset: number
    then_until: string | null
    /** Looks in a row that did not work. */
    failures: number
  }
}

/** What of it the API shows; null: the engine has not looked at it yet. */
export function engineStateAnswer(state: Record<string, unknown> | null): Omit<EngineState, 'sync'> | null {
  if (state === null || state.state === undefined) return null
  const {
    sync: _sync,
    leased_until: _lease,
    ...shown
  } = state as unknown as EngineState & { leased_until?: string }
  return shown
}
