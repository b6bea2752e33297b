import { fetchClient } from '../api/client.ts'
import { forgetSession } from '../api/session.tsx'
import { notifyError } from '../components/notify.tsx'

export const signOut = () => fetchClient.POST('/auth/sign-out').then(forgetSession, notifyError)
