/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5)

/**
 * The value below which a share of the values lies, interpolated between neighbours.
 *
 * @param {number[]} values  at least one
 * @param {number} share     0 to 1
 */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const below = sorted[Math.floor(at)]
  return below + (sorted[Math.ceil(at)] - below) * (at % 1)
}
