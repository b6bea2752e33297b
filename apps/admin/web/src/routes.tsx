import {
  IconCalendarMonth,
  IconChartHistogram,
  IconClockPlay,
  IconGauge,
  IconHistory,
  IconListDetails,
  IconPlugConnected,
  IconRoute,
  IconServer2,
  IconSettings,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react'
import type { ComponentType } from 'react'
import type { Role } from './api/session.tsx'
import OverviewPage from './pages/overview/OverviewPage.tsx'

type Page = () => Promise<{ default: ComponentType }>

interface PageRoute {
  path: string
  /** Of `common:nav`; none for a page that is reached from another. */
  nav?:
    | 'overview'
    | 'crons'
    | 'schedules'
    | 'jobs'
    | 'calendar'
    | 'forecast'
    | 'workers'
    | 'handlers'
    | 'audit'
    | 'access'
    | 'settings'
  icon?: TablerIcon
  /** Who may open it; viewer unless said. */
  role?: Role
  /** Loaded when it is opened, except for the overview, which comes with the frame. */
  page: Page
}

/** Every page there is, in the order of the menu. */
export const PAGES: PageRoute[] = [
  { path: '/', nav: 'overview', icon: IconGauge, page: async () => ({ default: OverviewPage }) },
  { path: '/crons', nav: 'crons', icon: IconClockPlay, page: () => import('./pages/crons/CronsPage.tsx') },
  { path: '/crons/new', role: 'admin', page: () => import('./pages/crons/CronFormPage.tsx') },
  { path: '/crons/:id', page: () => import('./pages/cron/CronPage.tsx') },
  { path: '/crons/:id/edit', role: 'admin', page: () => import('./pages/crons/CronFormPage.tsx') },
  {
    path: '/schedules',
    nav: 'schedules',
    icon: IconRoute,
    page: () => import('./pages/schedules/SchedulesPage.tsx'),
  },
  {
    path: '/schedules/new',
    role: 'admin',
    page: () => import('./pages/scheduleForm/ScheduleFormPage.tsx'),
  },
  {
    path: '/schedules/calendar',
    page: () => import('./pages/scheduleCalendar/ScheduleCalendarPage.tsx'),
  },
  { path: '/schedules/:id', page: () => import('./pages/schedule/SchedulePage.tsx') },
  { path: '/schedules/:id/runs/:runId', page: () => import('./pages/run/RunPage.tsx') },
  {
    path: '/schedules/:id/edit',
    role: 'admin',
    page: () => import('./pages/scheduleForm/ScheduleFormPage.tsx'),
  },
  { path: '/jobs', nav: 'jobs', icon: IconListDetails, page: () => import('./pages/jobs/JobsPage.tsx') },
  { path: '/jobs/:id', page: () => import('./pages/job/JobPage.tsx') },
  {
    path: '/calendar',
    nav: 'calendar',
    icon: IconCalendarMonth,
    page: () => import('./pages/calendar/CalendarPage.tsx'),
  },
  {
    path: '/forecast',
    nav: 'forecast',
    icon: IconChartHistogram,
    page: () => import('./pages/forecast/ForecastPage.tsx'),
  },
  {
    path: '/workers',
    nav: 'workers',
    icon: IconServer2,
    page: () => import('./pages/workers/WorkersPage.tsx'),
  },
  {
    path: '/handlers',
    nav: 'handlers',
    icon: IconPlugConnected,
    page: () => import('./pages/handlers/HandlersPage.tsx'),
  },
  {
    path: '/audit',
    nav: 'audit',
    icon: IconHistory,
    role: 'admin',
    page: () => import('./pages/audit/AuditPage.tsx'),
  },
  {
    path: '/access',
    nav: 'access',
    icon: IconUsers,
    role: 'admin',
    page: () => import('./pages/access/AccessPage.tsx'),
  },
  {
    path: '/settings',
    nav: 'settings',
    icon: IconSettings,
    page: () => import('./pages/settings/SettingsPage.tsx'),
  },
]
