/** The queue, or task, and the handler are called so by every contender. */
export const QUEUE = 'bench'
