import type { ErrorDetail } from '@jobu/db'

/** One thing that is wrong with a definition: where it stands, what came, what was expected. */
export type Fault = ErrorDetail
