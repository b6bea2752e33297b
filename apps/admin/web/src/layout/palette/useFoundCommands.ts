import { IconClockPlay, IconListDetails, IconPlugConnected, IconRoute } from '@tabler/icons-react'
import { keepPreviousData } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useNavigate } from 'react-router'
import { api } from '../../api/client.ts'
import type { Command } from './command.ts'

const CRONS = 8
const SCHEDULES = 5
const HANDLERS = 5

/** Crons, schedules and handlers by a part of their name, and a job by its id. @param q  what was typed, once typing paused */
export function useFoundCommands(q: string): { commands: Command[]; isSearching: boolean } {
  const { t } = useTranslation('palette')
  const navigate = useNavigate()
  const options = { enabled: q !== '', placeholderData: keepPreviousData, meta: { isLive: false } }
  const crons = api.useQuery(
    'get',
    '/crons',
    { params: { query: { q, size: CRONS, fields: ['id', 'name', 'handler_name'] } } },
    options,
  )
  const schedules = api.useQuery(
    'get',
    '/schedules',
    { params: { query: { title: q, size: SCHEDULES } } },
    options,
  )
  const handlers = api.useQuery(
    'get',
    '/handlers',
    { params: { query: { q, size: HANDLERS, fields: ['name', 'description'] } } },
    options,
  )
  if (q === '') return { commands: [], isSearching: false }
  const jobId = /^#?(\d{1,15})$/.exec(q)?.[1]
  const job: Command[] = jobId
    ? [
        {
          id: `job-${jobId}`,
          label: t('job', { id: jobId }),
          icon: IconListDetails,
          run: () => void navigate(`/jobs/${jobId}`),
        },
      ]
    : []
  const foundCrons: Command[] = (crons.data?.items ?? []).map(({ id, name, handler_name }) => ({
    id: `cron-${id}`,
    label: name ?? '',
    detail: `${t('cron')}, ${handler_name}`,
    icon: IconClockPlay,
    run: () => void navigate(`/crons/${id}`),
  }))
  const foundSchedules: Command[] = (schedules.data?.items ?? []).map(({ id, title }) => ({
    id: `schedule-${id}`,
    label: title,
    detail: t('schedule'),
    icon: IconRoute,
    run: () => void navigate(`/schedules/${id}`),
  }))
  const foundHandlers: Command[] = (handlers.data?.items ?? []).map(({ name = '' }, index) => ({
    id: `handler-${index}`,
    label: name,
    detail: t('handler'),
    icon: IconPlugConnected,
    run: () => void navigate(`/handlers?handler=${encodeURIComponent(name)}`),
  }))
  return {
    commands: [...job, ...foundCrons, ...foundSchedules, ...foundHandlers],
    isSearching: crons.isFetching || schedules.isFetching || handlers.isFetching,
  }
}
