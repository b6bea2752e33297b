/** Whether two values are the same JSON, with their keys in the same order. */
export const sameJson = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)
