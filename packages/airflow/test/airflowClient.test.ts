import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { AirflowClient, type AirflowError, renderDag } from '../src/index.ts'
import { aDagSchedule, aDagTask, anAirflowConfig } from './support/aDagSchedule.ts'
import { AirflowStandIn, PASSWORD, USER } from './support/airflowStandIn.ts'
import { pythonTests } from './support/pythonTests.ts'

const AT = new Date('2026-03-01T03:00:00.123Z')

pythonTests.each([2, 3] as const)('AirflowClient, with Airflow %s', (version) => {
  let folder: string
  let airflow: AirflowStandIn
  let client: AirflowClient
  const configFor = (more: Record<string, unknown> = {}) =>
    anAirflowConfig({
      base_url: airflow.url,
      username: USER,
      password: PASSWORD,
      dags_folder: folder,
      ...more,
    })

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jobu-airflow-'))
    airflow = await AirflowStandIn.start(version, folder)
    client = new AirflowClient(configFor())
  })
  afterEach(async () => {
    await airflow.close()
    rmSync(folder, { recursive: true })
    expect(airflow.faults).toEqual([])
  })
  const publish = async (keys = ['extract', 'load']) => {
    const tasks = keys.map((key) => aDagTask({ key }))
    const file = renderDag(aDagSchedule({ tasks }), configFor())
    writeFileSync(join(folder, file.fileName), file.text)
    await airflow.scan()
    return file
  }
  const failure = async (work: Promise<unknown>): Promise<AirflowError> =>
    work.then(
      () => {
        throw new Error('it did not fail')
      },
      (error) => error,
    )

  test('learns the version by asking, once', async () => {
    expect(await client.version()).toBe(version)
    expect(await client.version()).toBe(version)
    expect(airflow.asked).toEqual(['GET /version'])
  })

  test('a DAG is there once Airflow has read its file, paused, with the tag of that very file', async () => {
    expect(await client.dag('jobu_7')).toBeNull()
    const { fingerprint } = await publish()
    expect(await client.dag('jobu_7')).toMatchObject({ dagId: 'jobu_7', isPaused: true })
    expect((await client.dag('jobu_7'))!.tags).toContain(fingerprint)
    await client.setPaused('jobu_7', false)
    expect((await client.dag('jobu_7'))!.isPaused).toBe(false)
  })

  test('a run is triggered, followed, ended, and its tasks cleared', async () => {
    await publish()
    const run = await client.trigger('jobu_7', { runId: 'jobu__1', logicalDate: AT, conf: { a: 1 } })
    expect(run).toMatchObject({ runId: 'jobu__1', state: 'queued', scheduledTime: AT, conf: { a: 1 } })
    airflow.move('jobu_7', 'jobu__1', 'extract', 'running')
    expect(await client.tasks('jobu_7', 'jobu__1')).toMatchObject([
      { key: 'extract', state: 'running', attempts: 1 },
      { key: 'load', state: null, attempts: 0 },
    ])
    await client.failRun('jobu_7', 'jobu__1')
    expect(await client.run('jobu_7', 'jobu__1')).toMatchObject({ state: 'failed' })
    await client.clear('jobu_7', 'jobu__1', ['load'])
    expect(await client.run('jobu_7', 'jobu__1')).toMatchObject({ state: 'queued' })
    expect((await client.tasks('jobu_7', 'jobu__1')).map((task) => task.state)).toEqual(['failed', null])
    expect(await client.run('jobu_7', 'jobu__2')).toBeNull()
  })

  test('a second run of the same id is a conflict', async () => {
    await publish()
    await client.trigger('jobu_7', { runId: 'jobu__1', logicalDate: AT, conf: {} })
    const error = await failure(client.trigger('jobu_7', { runId: 'jobu__1', logicalDate: AT, conf: {} }))
    expect(error).toMatchObject({ kind: 'CONFLICT', status: 409 })
    expect(error.message).toContain('already exists')
  })

  test('long lists come in pages, and runs that did not change since are left out', async () => {
    const keys = Array.from({ length: 230 }, (_, index) => `t${index}`)
    await publish(keys)
    for (let day = 1; day <= 105; day++) airflow.schedule('jobu_7', new Date(Date.UTC(2025, 0, day)))
    const first = await client.runs('jobu_7', { updatedSince: null, offset: 0 })
    expect(first.runs).toHaveLength(100)
    expect(first.isMore).toBe(true)
    expect(first.at!.getTime()).toBeGreaterThan(Date.now() - 10_000)
    const rest = await client.runs('jobu_7', { updatedSince: null, offset: 100 })
    expect(rest).toMatchObject({ runs: { length: 5 }, isMore: false })
    const later = new Date(Date.now() + 60_000)
    expect((await client.runs('jobu_7', { updatedSince: later, offset: 0 })).runs).toEqual([])
    const tasks = await client.tasks('jobu_7', first.runs[0]!.runId)
    expect(tasks.map(({ key }) => key).sort()).toEqual(keys.sort())
  })

  test('the log of a task is read to its end', async () => {
    await publish()
    const { runId } = airflow.schedule('jobu_7', AT)
    airflow.move('jobu_7', runId, 'extract', 'running', ['one', 'two', 'three'])
    const messages: string[] = []
    for (let token: string | null | undefined; token !== null; ) {
      const page = await client.log('jobu_7', runId, { key: 'extract', attempt: 1, token })
      messages.push(...page.lines.map(({ message }) => message.replace('[2026-03-01] INFO - ', '')))
      token = page.nextToken
    }
    expect(messages).toEqual(['one', 'two', 'three'])
    expect(await failure(client.log('jobu_7', runId, { key: 'extract', attempt: 2 }))).toMatchObject({
      kind: 'NOT_FOUND',
    })
  })

  test('a file that is no DAG is told with its trace', async () => {
    writeFileSync(join(folder, 'jobu_9.py'), 'nonsense(')
    writeFileSync(join(folder, 'xjobu_8.py'), 'nonsense(')
    await airflow.scan()
    expect(await client.importError('jobu_9.py')).toContain('SyntaxError')
    expect(await client.importError('jobu_8.py')).toBeNull()
  })

  test('a DAG is deleted once, and again without complaint', async () => {
    await publish()
    await client.deleteDag('jobu_7')
    expect(await client.dag('jobu_7')).toBeNull()
    await client.deleteDag('jobu_7')
  })

  test.each([
    [{ kind: 'status', status: 401 } as const, 'DENIED', 'does not accept the credentials'],
    [{ kind: 'status', status: 403, detail: 'no right' } as const, 'DENIED', 'does not allow it: no right'],
    [{ kind: 'status', status: 500 } as const, 'AWAY', 'Airflow failed'],
    [{ kind: 'status', status: 503 } as const, 'AWAY', 'Airflow failed'],
    [{ kind: 'page' } as const, 'MALFORMED', 'something else than JSON'],
    [{ kind: 'away' } as const, 'AWAY', 'cannot be reached'],
    [{ kind: 'silent' } as const, 'AWAY', 'did not answer within 1 s'],
  ])('%o is an error that says so', async (mood, kind, message) => {
    client = new AirflowClient(configFor({ version, timeout_seconds: 1 }))
    await publish()
    await client.dag('jobu_7')
    airflow.mood = mood
    const error = await failure(client.dag('jobu_7'))
    expect(error).toMatchObject({ name: 'AirflowError', kind })
    expect(error.message).toContain(message)
    airflow.mood = { kind: 'well' }
    expect(await client.dag('jobu_7')).not.toBeNull()
  })

  test('what changes nothing by it is asked again after an answer that was lost; a trigger is not', async () => {
    await publish()
    airflow.next.set('GET /dags/{dag_id}', 'lost')
    expect(await client.dag('jobu_7')).not.toBeNull()
    airflow.next.set('POST /dags/{dag_id}/dagRuns', 'lost')
    const triggered = client.trigger('jobu_7', { runId: 'jobu__1', logicalDate: AT, conf: {} })
    expect(await failure(triggered)).toMatchObject({ kind: 'AWAY' })
    expect(airflow.asked.filter((name) => name.startsWith('POST /dags'))).toHaveLength(1)
    expect(await client.run('jobu_7', 'jobu__1')).not.toBeNull()
  })

  test('wrong credentials are refused as such', async () => {
    client = new AirflowClient(configFor({ password: 'wrong' }))
    expect(await failure(client.dag('jobu_7'))).toMatchObject({ kind: 'DENIED', status: 401 })
  })

  if (version === 3) {
    test('a token that has run out is renewed', async () => {
      await publish()
      await client.dag('jobu_7')
      airflow.tokens.clear()
      expect(await client.dag('jobu_7')).not.toBeNull()
      expect(airflow.asked.filter((name) => name === 'POST /auth/token')).toHaveLength(2)
    })
  }
})

test('what is no Airflow is told so, and a redirect is not followed', async () => {
  const server = createServer((request, response) => {
    if (request.url!.startsWith('/moved')) response.writeHead(302, { location: '/elsewhere' }).end()
    else response.writeHead(404).end('nothing here')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const of = (base_url: string) => new AirflowClient(anAirflowConfig({ base_url }))
  await expect(of(url).dag('x')).rejects.toMatchObject({ kind: 'MALFORMED' })
  await expect(of(`${url}/moved`).dag('x')).rejects.toThrow('Airflow redirects; is base_url right')
  await new Promise((resolve) => server.close(resolve))
})
