import { useMantineColorScheme } from '@mantine/core'
import {
  IconAlertTriangle,
  IconBook,
  IconClock,
  IconClockPlus,
  IconKey,
  IconKeyboard,
  IconLanguage,
  IconLogout,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerStop,
  IconPlus,
  IconProgress,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api } from '../../api/client.ts'
import { useMay, useSession } from '../../api/session.tsx'
import { jobsPath } from '../../components/jobsPath.ts'
import { changeLanguage, LANGUAGES, type Language } from '../../i18n/index.ts'
import { useLive } from '../../live/LiveProvider.tsx'
import { BROWSER_ZONE, useZone, ZONE_CHOICES } from '../../time/zone.tsx'
import { THEMES, type Theme } from '../AppearanceItems.tsx'
import { openPasswordForm } from '../openPasswordForm.tsx'
import { openShortcuts } from '../openShortcuts.tsx'
import { startScheduler } from '../scheduler/startScheduler.tsx'
import { stopScheduler } from '../scheduler/stopScheduler.tsx'
import { signOut } from '../signOut.ts'
import type { Command } from './command.ts'

/** What can be done from anywhere, by who may. */
export function useActionCommands(): Command[] {
  const navigate = useNavigate()
  const [mayRun, mayRule] = [useMay('operator'), useMay('admin')]
  const { t } = useTranslation('palette')
  const { isPaused, pause, resume } = useLive()
  const isUser = useSession().kind === 'user'
  const newCron: Command = {
    id: 'do-new-cron',
    label: t('action.newCron'),
    keywords: 'new cron create',
    icon: IconClockPlus,
    run: () => void navigate('/crons/new'),
  }
  const newJob: Command = {
    id: 'do-new-job',
    label: t('action.newJob'),
    keywords: 'new job run create',
    icon: IconPlus,
    run: () => void navigate('/jobs?new='),
  }
  return [
    ...(mayRule ? [newCron] : []),
    ...(mayRun ? [newJob] : []),
    {
      id: 'do-failures',
      label: t('action.failures'),
      keywords: 'failed failures errors',
      icon: IconAlertTriangle,
      run: () => void navigate(jobsPath({ status: ['FAILED', 'TIMEOUT'] })),
    },
    {
      id: 'do-running',
      label: t('action.running'),
      keywords: 'running',
      icon: IconProgress,
      run: () => void navigate(jobsPath({ status: ['RUNNING'] })),
    },
    {
      id: 'do-live',
      label: t(isPaused ? 'action.resume' : 'action.pause'),
      keywords: 'live pause resume',
      icon: isPaused ? IconPlayerPlay : IconPlayerPause,
      run: isPaused ? resume : pause,
    },
    ...useSchedulerCommands(),
    ...useAppearanceCommands(),
    {
      id: 'do-shortcuts',
      label: t('action.shortcuts'),
      keywords: 'keyboard shortcuts help ?',
      icon: IconKeyboard,
      run: openShortcuts,
    },
    {
      id: 'do-docs',
      label: t('action.docs'),
      keywords: 'api docs openapi',
      icon: IconBook,
      run: () => void window.open('/docs', '_blank', 'noopener'),
    },
    ...(isUser
      ? [
          {
            id: 'do-password',
            label: t('action.password'),
            keywords: 'password',
            icon: IconKey,
            run: openPasswordForm,
          },
          {
            id: 'do-sign-out',
            label: t('action.signOut'),
            keywords: 'sign out log out',
            icon: IconLogout,
            run: () => void signOut(),
          },
        ]
      : []),
  ]
}

function useSchedulerCommands(): Command[] {
  const { t } = useTranslation('palette')
  const mayRule = useMay('admin')
  const { data: status } = api.useQuery('get', '/scheduler/status')
  if (!mayRule || !status) return []
  return status.scheduler_running
    ? [
        {
          id: 'do-stop',
          label: t('action.stop'),
          keywords: 'scheduler stop',
          icon: IconPlayerStop,
          run: () => stopScheduler(status),
        },
      ]
    : [
        {
          id: 'do-start',
          label: t('action.start'),
          keywords: 'scheduler start',
          icon: IconPlayerPlay,
          run: startScheduler,
        },
      ]
}

/** Zone, theme and language: each of those that are not chosen. */
function useAppearanceCommands(): Command[] {
  const { t, i18n } = useTranslation(['palette', 'common'])
  const { choice, choose } = useZone()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const zones = ZONE_CHOICES.filter((one) => one !== choice).map((one) => ({
    id: `do-zone-${one}`,
    label: t('action.zone', { zone: t(`zone.${one}`, { ns: 'common', name: BROWSER_ZONE }) }),
    keywords: `time zone ${one}`,
    icon: IconClock,
    run: () => choose(one),
  }))
  const themes = (Object.keys(THEMES) as Theme[])
    .filter((one) => one !== colorScheme)
    .map((one) => ({
      id: `do-theme-${one}`,
      label: t('action.theme', { theme: t(`theme.${one}`, { ns: 'common' }) }),
      keywords: `theme ${one}`,
      icon: THEMES[one],
      run: () => setColorScheme(one),
    }))
  const languages = (Object.keys(LANGUAGES) as Language[])
    .filter((one) => one !== i18n.language)
    .map((one) => ({
      id: `do-language-${one}`,
      label: t('action.language', { language: LANGUAGES[one] }),
      keywords: `language ${one}`,
      icon: IconLanguage,
      run: () => void changeLanguage(one),
    }))
  return [...zones, ...themes, ...languages]
}
