import { queryClient } from '../../api/client.ts'

/** What one has changed oneself shows at once, also while live updates are paused. */
export const rereadStatus = () => queryClient.invalidateQueries({ queryKey: ['get', '/scheduler/status'] })
