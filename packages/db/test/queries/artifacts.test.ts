import { createHash, randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import {
  artifactsBefore,
  checkArtifactName,
  completeExecutions,
  deleteExecutions,
  getArtifact,
  listArtifactsOfExecution,
  listArtifactsOfRun,
  type NewArtifact,
  pruneArtifacts,
  putArtifact,
  readArtifact,
  taskOf,
} from '@jobu/db'
import { aRun, executionOfTask } from '../../../../test/support/aRun.ts'
import { Bench } from '../../../../test/support/builders.ts'

let bench: Bench
beforeAll(async () => {
  bench = await Bench.open()
})
afterEach(async () => {
  await bench.db.query('DELETE FROM artifacts')
  await bench.clear()
})
afterAll(() => bench.close())

const LIMITS = { maxBytes: 1_000_000 }
const ofExecution = (execution: { id: number; scheduledTime: Date }, more: Partial<NewArtifact> = {}) => ({
  id: execution.id,
  scheduledTime: execution.scheduledTime,
  attempt: 1,
  taskRunId: null,
  name: 'a.txt',
  contentType: 'text/plain',
  ...more,
})
const put = (artifact: NewArtifact, content: string | Buffer = 'text') =>
  putArtifact(bench.db, artifact, [content], LIMITS)
const left = async (table: string) => (await bench.db.query(`SELECT FROM ${table}`)).rowCount

async function contentOf(id: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of readArtifact(bench.db, await getArtifact(bench.db, id))) chunks.push(chunk)
  return Buffer.concat(chunks)
}

describe('putArtifact', () => {
  test('of content in pieces of any size the same bytes come back, with their size and checksum', async () => {
    const execution = await bench.anExecution({ status: 'RUNNING' })
    const content = randomBytes(700_000)
    async function* pieces() {
      let reused = Buffer.alloc(99_999)
      for (let at = 0; at < content.length; at += reused.length) {
        reused = reused.subarray(0, Math.min(reused.length, content.length - at))
        content.copy(reused, 0, at)
        yield reused
      }
    }
    const written = await putArtifact(bench.db, ofExecution(execution), pieces(), LIMITS)
    expect(written).toEqual({
      id: expect.any(Number),
      executionId: execution.id,
      attempt: 1,
      taskKey: null,
      name: 'a.txt',
      contentType: 'text/plain',
      sizeBytes: 700_000,
      sha256: createHash('sha256').update(content).digest('hex'),
      createdAt: expect.any(Date),
    })
    expect((await contentOf(written.id)).equals(content)).toBe(true)
    const { rows } = await bench.db.query('SELECT length(data) AS bytes FROM artifact_chunks ORDER BY no')
    expect(rows).toEqual([{ bytes: 262_144 }, { bytes: 262_144 }, { bytes: 175_712 }])
  })

  test('an empty one and one of text have their content', async () => {
    const execution = await bench.anExecution({ status: 'RUNNING' })
    const empty = await put(ofExecution(execution), '')
    expect([empty.sizeBytes, String(await contentOf(empty.id))]).toEqual([0, ''])
    const text = await put(ofExecution(execution, { name: 'b' }), '\uAC00')
    expect([text.sizeBytes, String(await contentOf(text.id))]).toEqual([3, '\uAC00'])
  })

  test('is seen by nobody before it is whole', async () => {
    const execution = await bench.anExecution({ status: 'RUNNING' })
    let id = 0
    async function* pieces() {
      yield randomBytes(300_000)
      expect(await listArtifactsOfExecution(bench.db, execution.id)).toEqual([])
      const { rows } = await bench.db.query<{ id: number }>('SELECT id FROM artifacts')
      id = rows[0]!.id
      await expect(getArtifact(bench.db, id)).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' })
    }
    expect(await putArtifact(bench.db, ofExecution(execution), pieces(), LIMITS)).toMatchObject({ id })
  })

  test('of one that is too large, fails, or is aborted nothing stays, and its name is free again', async () => {
    const execution = await bench.anExecution({ status: 'RUNNING' })
    const artifact = ofExecution(execution)
    await expect(put(artifact, randomBytes(1_000_001))).rejects.toMatchObject({
      code: 'ARTIFACT_REFUSED',
      message: 'artifact "a.txt" has more than 1000000 bytes, the most that is allowed',
    })
    async function* failing() {
      yield randomBytes(600_000)
      throw new Error('source broke')
    }
    await expect(putArtifact(bench.db, artifact, failing(), LIMITS)).rejects.toThrow('source broke')
    const signal = AbortSignal.abort(new Error('told to stop'))
    await expect(putArtifact(bench.db, artifact, ['x'], { ...LIMITS, signal })).rejects.toThrow(
      'told to stop',
    )
    expect([await left('artifacts'), await left('artifact_chunks')]).toEqual([0, 0])
    expect(await put(artifact, randomBytes(1_000_000))).toMatchObject({ sizeBytes: 1_000_000 })
  })

  test('a second one of a name in the same attempt is refused, in another attempt it is not', async () => {
    const execution = await bench.anExecution({ status: 'RUNNING' })
    await put(ofExecution(execution), 'first')
    await expect(put(ofExecution(execution), 'second')).rejects.toMatchObject({
      code: 'ARTIFACT_REFUSED',
      message: 'artifact "a.txt" exists already in this attempt',
    })
    await put(ofExecution(execution, { attempt: 2 }), 'second')
    const found = await listArtifactsOfExecution(bench.db, execution.id)
    expect(found.map(({ attempt, sizeBytes }) => [attempt, sizeBytes])).toEqual([
      [1, 5],
      [2, 6],
    ])
    expect(await listArtifactsOfExecution(bench.db, execution.id, 2)).toEqual([found[1]])
  })

  test.each([
    '',
    '/etc/passwd',
    '../a',
    'a/../b',
    'a//b',
    'a/',
    './a',
    'a\\b',
    'a\nb',
    'a\0b',
    'a\u007fb',
    'txt.\u202Eexe',
    '\uD800',
    '\u00e9'.repeat(128),
  ])('the name %j is refused', async (name) => {
    expect(() => checkArtifactName(name)).toThrow(expect.objectContaining({ code: 'ARTIFACT_REFUSED' }))
    const execution = await bench.anExecution({ status: 'RUNNING' })
    await expect(put(ofExecution(execution, { name }))).rejects.toMatchObject({ code: 'ARTIFACT_REFUSED' })
  })

  test.each(['a', '2026/11/\uBCF4\uACE0 "1".csv', '..a', 'a...b', 'x'.repeat(255)])(
    'the name %j is taken',
    (name) => {
      expect(() => checkArtifactName(name)).not.toThrow()
    },
  )

  test.each(['text', 'text/html\r\nX: y', 'a/b; c=\u00e9', ''])(
    'the content type %j is refused',
    async (contentType) => {
      const execution = await bench.anExecution({ status: 'RUNNING' })
      await expect(put(ofExecution(execution, { contentType }))).rejects.toMatchObject({
        code: 'ARTIFACT_REFUSED',
      })
    },
  )
})

describe('artifactsBefore', () => {
  const finish = async (runId: number, key: string, more: Partial<NewArtifact>[] = [{}]) => {
    const task = await executionOfTask(bench.db, runId, key)
    await bench.db.query(
      `UPDATE job_executions SET status = 'RUNNING', ready_at = NULL, attempt = 2, worker_id = 'w', started_at = now(),
         lease_expires_at = now() + interval '1 minute' WHERE id = $1`,
      [task.id],
    )
    for (const one of more)
      await put({
        ...ofExecution(task, { attempt: 2, name: `${key}.txt` }),
        taskRunId: task.taskRunId,
        ...one,
      })
    await completeExecutions(bench.db, [{ ...task, attempt: 2, result: '{}' }])
  }
  const names = async (runId: number, key: string, of: string | null = null) => {
    const { taskRunId } = await executionOfTask(bench.db, runId, key)
    return (await artifactsBefore(bench.db, taskRunId, of)).map(({ taskKey, name }) => `${taskKey} ${name}`)
  }

  test('has those of all tasks before it, of their last attempts alone, and not those of tasks beside it', async () => {
    const { runId } = await aRun(bench.db, [
      { key: 'a' },
      { key: 'b', dependsOn: ['a'] },
      { key: 'beside', dependsOn: ['a'] },
      { key: 'c', dependsOn: ['b'] },
    ])
    await finish(runId, 'a', [{ attempt: 1, name: 'of the failed attempt' }, { name: 'z' }, { name: 'y' }])
    await finish(runId, 'b')
    await finish(runId, 'beside')
    expect(await names(runId, 'c')).toEqual(['a y', 'a z', 'b b.txt'])
    expect(await names(runId, 'c', 'a')).toEqual(['a y', 'a z'])
    expect(await names(runId, 'c', 'beside')).toEqual([])
    expect(await names(runId, 'a')).toEqual([])
  })

  test('has none of a task that failed, also where a person marked it as succeeded', async () => {
    const { runId } = await aRun(bench.db, [
      { key: 'a' },
      { key: 'b', dependsOn: ['a'], triggerRule: 'all_done' },
    ])
    const task = await executionOfTask(bench.db, runId, 'a')
    await put(ofExecution(task, { attempt: 1, taskRunId: task.taskRunId }))
    await bench.db.query(
      `UPDATE job_executions SET status = 'FAILED', ready_at = NULL, finished_at = now() WHERE id = $1`,
      [task.id],
    )
    await bench.db.query(`UPDATE task_runs SET state = 'SUCCESS', finished_at = now() WHERE id = $1`, [
      task.taskRunId,
    ])
    expect(await names(runId, 'b')).toEqual([])
  })

  test('of a for_each has those of each item, in their order', async () => {
    const { runId } = await aRun(bench.db, [{ key: 'each' }, { key: 'join', dependsOn: ['each'] }])
    const { taskRunId } = await executionOfTask(bench.db, runId, 'each')
    for (const item of [1, 0]) {
      const execution = await bench.anExecution({ status: 'SUCCESS', attempt: 1 })
      await bench.db.query(
        `INSERT INTO task_runs (run_id, version_id, task_no, item, execution_id, execution_time, state, finished_at)
         SELECT run_id, version_id, task_no, $2, $3, $4, 'SUCCESS', now() FROM task_runs WHERE id = $1`,
        [taskRunId, item, execution.id, execution.scheduledTime],
      )
      await put(ofExecution(execution, { name: `item ${item}`, taskRunId }))
    }
    expect(await names(runId, 'join', 'each')).toEqual(['each item 0', 'each item 1'])
  })

  test('the lists of a run and of an execution name the task, and its place is known', async () => {
    const { scheduleId, runId } = await aRun(bench.db, [{ key: 'a' }])
    await finish(runId, 'a', [{ attempt: 1, name: 'one' }, { name: 'two' }, { name: 'three' }])
    const task = await executionOfTask(bench.db, runId, 'a')
    expect(await taskOf(bench.db, task.taskRunId)).toEqual({ scheduleId, runId, taskKey: 'a', item: null })
    expect(await taskOf(bench.db, 0)).toBeNull()
    const all = await listArtifactsOfRun(bench.db, { scheduleId, runId })
    expect(all.rows.map(({ name, attempt, taskKey }) => [name, attempt, taskKey])).toEqual([
      ['one', 1, 'a'],
      ['two', 2, 'a'],
      ['three', 2, 'a'],
    ])
    expect(await listArtifactsOfRun(bench.db, { scheduleId, runId }, { limit: 1, offset: 1 })).toEqual({
      rows: [all.rows[1]],
      total: 3,
    })
    await expect(listArtifactsOfRun(bench.db, { scheduleId: 0, runId })).rejects.toMatchObject({
      code: 'RUN_NOT_FOUND',
    })
  })
})

describe('artifacts go', () => {
  test('with an execution that is deleted, and those of others stay', async () => {
    const [one, other] = [
      await bench.anExecution({ status: 'SUCCESS' }),
      await bench.anExecution({ status: 'SUCCESS' }),
    ]
    await put(ofExecution(one))
    const kept = await put(ofExecution(other))
    await deleteExecutions(bench.db, [one])
    expect(await listArtifactsOfExecution(bench.db, one.id)).toEqual([])
    expect([await left('artifacts'), await left('artifact_chunks')]).toEqual([1, 1])
    expect(String(await contentOf(kept.id))).toBe('text')
  })

  test('after retention once their execution is gone with its month, some at a time', async () => {
    const old = new Date(Date.now() - 100 * 86_400_000)
    const there = await bench.anExecution({ status: 'SUCCESS' })
    await put(ofExecution({ ...there, scheduledTime: old }))
    await put(ofExecution(there, { attempt: 2 }))
    for (const attempt of [3, 4, 5]) await put(ofExecution({ id: 999_999, scheduledTime: old }, { attempt }))
    expect(await pruneArtifacts(bench.db, 90, 2)).toBe(2)
    expect(await pruneArtifacts(bench.db, 90, 2)).toBe(2)
    expect(await pruneArtifacts(bench.db, 90, 2)).toBe(0)
    const { rows } = await bench.db.query('SELECT attempt FROM artifacts')
    expect(rows).toEqual([{ attempt: 2 }])
    expect(await left('artifact_chunks')).toBe(1)
  })

  test('where a dead attempt left them half written, not where an attempt is still at it', async () => {
    const dead = await bench.anExecution({ status: 'RUNNING', attempt: 2 })
    const live = await bench.anExecution({ status: 'RUNNING', attempt: 2 })
    for (const artifact of [
      ofExecution(dead),
      ofExecution(live, { attempt: 2 }),
      ofExecution(dead, { name: 'new' }),
    ])
      await put(artifact)
    await bench.db.query(
      `UPDATE artifacts SET finished_at = NULL, created_at = now() - CASE WHEN name = 'new' THEN interval '1 minute' ELSE interval '2 hours' END`,
    )
    expect(await pruneArtifacts(bench.db, 90, 10)).toBe(1)
    const { rows } = await bench.db.query('SELECT execution_id, name FROM artifacts ORDER BY id')
    expect(rows).toEqual([
      { execution_id: live.id, name: 'a.txt' },
      { execution_id: dead.id, name: 'new' },
    ])
  })
})
