export const workerPath = (id: string) => `/workers#${encodeURIComponent(id)}`
