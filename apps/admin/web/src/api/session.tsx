import { useQuery } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { api, queryClient, type Schemas, setCsrfToken, whenSignedOut } from './client.ts'

type Session = Schemas['Session']
export type Role = Session['role']

const RANK: Record<Role, number> = { viewer: 0, operator: 1, admin: 2 }
const SessionContext = createContext<Session | null>(null)

const SESSION = api.queryOptions('get', '/auth/session')

/** Keeps who has signed in; without anyone, or after a session has ended, shows `signIn` in place of the page. */
export function SessionProvider({
  signIn,
  children,
  loading,
}: {
  signIn: ReactNode
  loading: ReactNode
  children: ReactNode
}) {
  const { data, error, isPending } = useQuery({
    ...SESSION,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  useEffect(() => whenSignedOut(forgetSession), [])
  if (isPending) return loading
  if (!data || error) return signIn
  setCsrfToken(data.csrf_token)
  return <SessionContext value={data}>{children}</SessionContext>
}

/** After signing in: what the answer said, and nothing of whoever was there before. */
export function beginSession(session: Session): void {
  setCsrfToken(session.csrf_token)
  removeAllButSession()
  queryClient.setQueryData(SESSION.queryKey, session)
}

/** Of the same person, after their password has changed: what is shown stays. */
export function renewSession(session: Session): void {
  setCsrfToken(session.csrf_token)
  queryClient.setQueryData(SESSION.queryKey, session)
}

/** Who has signed in, outside of a component. */
export const currentSession = (): Session | undefined => queryClient.getQueryData(SESSION.queryKey)

export function forgetSession(): void {
  setCsrfToken(null)
  removeAllButSession()
  void queryClient.resetQueries({ queryKey: SESSION.queryKey })
}

const removeAllButSession = () =>
  queryClient.removeQueries({ predicate: ({ queryKey }) => queryKey[1] !== '/auth/session' })

/** Who has signed in. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('used outside of SessionProvider')
  return session
}

/** Whether who has signed in may do what a role may. */
export function useMay(role: Role): boolean {
  return RANK[useSession().role] >= RANK[role]
}

/** Shows its children to whom a role lets do what they offer. */
export function Allowed({ role, children }: { role: Role; children: ReactNode }) {
  return useMay(role) ? children : null
}
