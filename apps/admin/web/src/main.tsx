import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './global.css'
import { MantineProvider } from '@mantine/core'
import { ModalsProvider } from '@mantine/modals'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { setNonce } from 'get-nonce'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createBrowserRouter, RouterProvider } from 'react-router'
import { queryClient } from './api/client.ts'
import { NotFound } from './components/NotFound.tsx'
import { PageBroke } from './components/PageBroke.tsx'
import { RoleGate } from './components/RoleGate.tsx'
import { loadPageTexts, startLanguage } from './i18n/index.ts'
import { App } from './layout/App.tsx'
import { PAGES } from './routes.tsx'
import { theme } from './theme.ts'
import { ZoneProvider } from './time/zone.tsx'

/** What admin's content security policy lets styles through with. */
const nonce = document.querySelector<HTMLMetaElement>('meta[property=csp-nonce]')?.nonce
// What keeps the page behind a window from scrolling writes a <style> of its own.
if (nonce) setNonce(nonce)

/** Opens the page of the address at once: not before there is a language. */
const makeRouter = () =>
  createBrowserRouter([
    {
      element: <App />,
      errorElement: <PageBroke />,
      hydrateFallbackElement: <></>,
      children: [
        ...PAGES.map(({ path, role = 'viewer', page }) => ({
          path,
          errorElement: <PageBroke />,
          lazy: async () => {
            const [{ default: Page }] = await Promise.all([page(), path === '/' || loadPageTexts()])
            return {
              element: (
                <RoleGate role={role}>
                  <Page />
                </RoleGate>
              ),
            }
          },
        })),
        { path: '*', element: <NotFound /> },
      ],
    },
  ])

// Not awaited at the top: files that share this one would wait for it, and it for them.
void startLanguage().then(() => {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        {...(nonce ? { getStyleNonce: () => nonce } : {})}
      >
        <QueryClientProvider client={queryClient}>
          <ZoneProvider>
            <ModalsProvider>
              <Notifications position="bottom-right" />
              <RouterProvider router={makeRouter()} />
            </ModalsProvider>
          </ZoneProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  )
})
