/**
 * Microseconds of the machine's monotonic clock: one clock for all processes of a machine, so an instant taken in the
 * enqueuing process can be subtracted from one taken in the handler.
 */
export const nowUs = () => Number(process.hrtime.bigint() / 1000n)

/** @param {number} fromUs */
export const secondsSince = (fromUs) => (nowUs() - fromUs) / 1e6
