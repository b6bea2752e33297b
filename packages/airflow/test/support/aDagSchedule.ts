import { type AirflowConfig, airflowSchema, type DagSchedule, type DagTask } from '../../src/index.ts'

export const aDagTask = (task: Partial<DagTask> & { key: string }): DagTask => ({
  operator: 'jobu',
  handlerName: 'echo',
  params: {},
  dependsOn: [],
  triggerRule: 'all_success',
  maxRetry: 0,
  retryDelaySeconds: 10,
  retryBackoff: 'exponential',
  timeoutSeconds: null,
  priority: 0,
  queue: 'default',
  ...task,
})

export const aDagSchedule = (schedule: Partial<DagSchedule> = {}): DagSchedule => ({
  id: 7,
  title: 'Nightly report',
  description: null,
  owner: null,
  tags: [],
  cronExpression: '0 3 * * *',
  isOnce: false,
  timezone: 'Asia/Seoul',
  startDate: null,
  endDate: null,
  activeSince: new Date('2026-03-01T00:00:00Z'),
  maxActiveRuns: 1,
  tasks: [aDagTask({ key: 'extract' })],
  ...schedule,
})

export const anAirflowConfig = (config: Record<string, unknown> = {}): AirflowConfig =>
  airflowSchema.parse({
    base_url: 'http://airflow.example.com',
    username: 'jobu',
    password: 'secret of airflow',
    dags_folder: '/nowhere',
    jobu_url: 'http://jobu.example.com',
    ...config,
  }) as AirflowConfig
