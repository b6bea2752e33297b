import { describe, expect, test } from '@jest/globals'
import { AirflowClient, airflowTaskLog, findError } from '../src/index.ts'
import { anAirflowConfig } from './support/aDagSchedule.ts'

describe('findError', () => {
  test('reads the last trace out of a log of version 2', () => {
    const log = [
      '[2026-03-01T03:00:00.000+0000] {taskinstance.py:1345} INFO - Starting attempt 1 of 1',
      '[2026-03-01T03:00:01.000+0000] {taskinstance.py:2890} ERROR - Traceback (most recent call last):',
      '  File "x.py", line 3, in run',
      '    raise ValueError("no rows")',
      'ValueError: no rows',
      '[2026-03-01T03:00:01.000+0000] {local_task_job_runner.py:261} INFO - Task exited with return code 1',
    ]
    expect(findError(log.join('\n'))).toEqual({
      message: 'ValueError: no rows',
      trace:
        'Traceback (most recent call last):\n  File "x.py", line 3, in run\n    raise ValueError("no rows")\nValueError: no rows',
    })
  })

  test('or the last line that names an error, or nothing', () => {
    expect(findError('airflow.exceptions.AirflowException: Bash command failed\nbye')).toEqual({
      message: 'airflow.exceptions.AirflowException: Bash command failed',
      trace: null,
    })
    expect(findError('all is well')).toBeNull()
  })
})

test('airflowTaskLog says ENGINE_UNAVAILABLE where Airflow cannot be reached', async () => {
  const client = new AirflowClient(anAirflowConfig({ base_url: 'http://127.0.0.1:1', version: 2 }))
  const log = airflowTaskLog(client, { scheduleId: 7, externalRunId: 'x', key: 'a', attempt: 1 })
  await expect(log).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
})
