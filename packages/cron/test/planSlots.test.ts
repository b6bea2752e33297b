import { describe, expect, test } from '@jest/globals'
import {
  type ActiveExecutions,
  type DueCron,
  NextRunMemo,
  planSlots,
  type Slot,
  SpecGuard,
} from '../src/index.ts'

const NOW = new Date('2026-05-01T12:00:00Z')
/** An instant so many seconds before NOW. */
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000)
const minutesAgo = (minutes: number) => ago(minutes * 60)

const aDueCron = (cron: Partial<DueCron> = {}): DueCron => ({
  id: 7,
  cronExpression: '* * * * *',
  timezone: 'UTC',
  dayMatch: 'or',
  overlapPolicy: 'allow',
  misfirePolicy: 'fire_once',
  misfireLimit: 100,
  misfireGraceSeconds: 86_400,
  endAt: null,
  jitterSeconds: 0,
  runsLeft: null,
  nextRunAt: NOW,
  now: NOW,
  ...cron,
})

const anActive = (active: Partial<ActiveExecutions> = {}): ActiveExecutions => ({
  id: 41,
  scheduledTime: minutesAgo(5),
  status: 'RUNNING',
  buffered: 0,
  ...active,
})

const plan = (cron: Partial<DueCron> = {}, active?: ActiveExecutions, minIntervalSeconds = 60) =>
  planSlots(aDueCron(cron), active, {
    misfireThresholdSeconds: 60,
    memo: new NextRunMemo(),
    guard: new SpecGuard(minIntervalSeconds),
  })

const verdict = (slot: Slot) =>
  slot.skipped?.reason ?? (slot.waitingFor ? `waits for ${slot.waitingFor}` : 'runs')
const clock = (time: Date | null) => time?.toISOString().slice(11, 19) ?? null
/** Each slot as `12:00:00 runs`. */
const shown = (slots: Slot[]) => slots.map((slot) => `${clock(slot.slot)} ${verdict(slot)}`)

/** How many instants the slots account for. */
const accounted = (slots: Slot[]) => slots.reduce((sum, slot) => sum + (slot.skipped?.covers?.count ?? 1), 0)

describe('planSlots, on time', () => {
  test('one slot runs under its own time, and the next comes from the slot, not from now', () => {
    const now = new Date(NOW.getTime() + 30_500)
    const planned = plan({ now, cronExpression: '*/5 * * * *' })
    expect(planned).toEqual({
      slots: [{ jobId: 7, slot: NOW, runAt: NOW, waitingFor: null, skipped: null }],
      advance: { jobId: 7, nextRunAt: new Date('2026-05-01T12:05:00Z'), fired: 1, disabledReason: null },
      isReplacing: false,
    })
  })

  test.each(['fire_once', 'fire_all', 'skip'] as const)(
    'a slot exactly at the threshold is no misfire under %s',
    (misfirePolicy) => {
      const planned = plan({ misfirePolicy, cronExpression: '59 11 * * *', nextRunAt: ago(60) })
      expect(shown(planned.slots)).toEqual(['11:59:00 runs'])
    },
  )

  test('all slots within the threshold run', () => {
    expect(shown(plan({ misfirePolicy: 'skip', nextRunAt: ago(60) }).slots)).toEqual([
      '11:59:00 runs',
      '12:00:00 runs',
    ])
  })

  test('a slot a millisecond past the threshold is a misfire', () => {
    const cron = { cronExpression: '59 11 * * *', nextRunAt: ago(60), now: new Date(NOW.getTime() + 1) }
    expect(shown(plan({ ...cron, misfirePolicy: 'skip' }).slots)).toEqual(['11:59:00 MISFIRE'])
  })

  test('next_run_at off the pattern, set by SQL, fires then, and the pattern goes on from there', () => {
    const planned = plan({ cronExpression: '0 * * * *', nextRunAt: ago(17) })
    expect(shown(planned.slots)).toEqual(['11:59:43 runs', '12:00:00 runs'])
    expect(planned.advance).toMatchObject({ nextRunAt: new Date('2026-05-01T13:00:00Z'), fired: 2 })
  })
})

describe('planSlots, after an outage', () => {
  // 11:50 to 12:00: nine minutes missed, 11:59 and 12:00 on time.
  const outage = { nextRunAt: minutesAgo(10) }

  test('fire_once runs the latest missed slot under its own time, and accounts for the earlier ones', () => {
    const { slots, advance } = plan({ ...outage, misfirePolicy: 'fire_once' })
    expect(shown(slots)).toEqual([
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((minute) => `11:5${minute}:00 MISFIRE`),
      '11:58:00 runs',
      '11:59:00 runs',
      '12:00:00 runs',
    ])
    expect(advance).toMatchObject({ fired: 3, nextRunAt: new Date('2026-05-01T12:01:00Z') })
    expect(slots[0]!.skipped!.message).toContain('misfire_policy fire_once')
  })

  test('skip runs none of the missed ones', () => {
    const { slots, advance } = plan({ ...outage, misfirePolicy: 'skip' })
    expect(slots.map(verdict)).toEqual([...Array(9).fill('MISFIRE'), 'runs', 'runs'])
    expect(advance.fired).toBe(2)
  })

  test('fire_all runs all of them, oldest first', () => {
    const { slots } = plan({ ...outage, misfirePolicy: 'fire_all' })
    expect(shown(slots)[0]).toBe('11:50:00 runs')
    expect(slots.map(verdict)).toEqual(Array(11).fill('runs'))
  })

  test('fire_all keeps the newest up to misfire_limit, and accounts for the others', () => {
    const { slots } = plan({ ...outage, misfirePolicy: 'fire_all', misfireLimit: 3 })
    expect(slots.map(verdict)).toEqual([...Array(6).fill('MISFIRE'), ...Array(5).fill('runs')])
  })

  test('fire_all runs none older than the grace, which is inclusive', () => {
    const { slots } = plan({ ...outage, misfirePolicy: 'fire_all', misfireGraceSeconds: 240 })
    expect(shown(slots).slice(5, 7)).toEqual(['11:55:00 MISFIRE', '11:56:00 runs'])
    const none = plan({ ...outage, misfirePolicy: 'fire_all', misfireGraceSeconds: 0 })
    expect(none.slots.map(verdict)).toEqual([...Array(9).fill('MISFIRE'), 'runs', 'runs'])
  })

  test('a single late slot fires under fire_once and is skipped under skip', () => {
    const daily = { cronExpression: '0 9 * * *', nextRunAt: minutesAgo(180) }
    expect(shown(plan(daily).slots)).toEqual(['09:00:00 runs'])
    expect(shown(plan({ ...daily, misfirePolicy: 'skip' }).slots)).toEqual(['09:00:00 MISFIRE'])
    expect(plan({ ...daily, misfirePolicy: 'skip' }).advance).toMatchObject({
      nextRunAt: new Date('2026-05-02T09:00:00Z'),
      fired: 0,
    })
  })

  test('100 skipped slots have a row each; of 101 the oldest row stands for what is left', () => {
    const hundred = plan({ misfirePolicy: 'skip', nextRunAt: minutesAgo(101) }).slots
    expect(hundred.filter((slot) => slot.skipped)).toHaveLength(100)
    expect(hundred.some((slot) => slot.skipped?.covers)).toBe(false)
    const more = plan({ misfirePolicy: 'skip', nextRunAt: minutesAgo(102) }).slots
    expect(more.filter((slot) => slot.skipped)).toHaveLength(101)
    expect(more[0]!.skipped!.covers).toEqual({ first: minutesAgo(102), last: minutesAgo(102), count: 1 })
  })

  test('beyond 100 one row covers the rest with its first and last time and count', () => {
    const { slots } = plan({ misfirePolicy: 'fire_once', nextRunAt: minutesAgo(1_000) })
    const covering = slots[0]!
    expect(covering.slot).toEqual(minutesAgo(1_000))
    expect(covering.skipped!.covers).toEqual({
      first: minutesAgo(1_000),
      last: minutesAgo(103),
      count: 898,
    })
    expect(covering.skipped!.message).toContain('stands for 898 slots from 2026-04-30T19:20:00.000Z')
    expect(slots.slice(1, 101).map(verdict)).toEqual(Array(100).fill('MISFIRE'))
    expect(shown(slots.slice(1, 2))).toEqual(['10:18:00 MISFIRE'])
    expect(shown(slots.slice(-3))).toEqual(['11:58:00 runs', '11:59:00 runs', '12:00:00 runs'])
    expect(accounted(slots)).toBe(1_001)
  })

  test.each(['fire_once', 'fire_all', 'skip'] as const)(
    'three months of a minutely cron are accounted for to the minute under %s',
    (misfirePolicy) => {
      const minutes = 90 * 24 * 60
      const { slots, advance } = plan({ misfirePolicy, nextRunAt: minutesAgo(minutes) })
      expect(accounted(slots)).toBe(minutes + 1)
      expect(slots.length).toBeLessThanOrEqual(203)
      expect(new Set(slots.map(({ slot }) => slot.getTime())).size).toBe(slots.length)
      expect(advance.nextRunAt).toEqual(new Date('2026-05-01T12:01:00Z'))
    },
  )

  test('an outage across a change to daylight saving time accounts for what the zone had', () => {
    // America/New_York, 2026-03-08: 01:30 is followed by 03:30.
    const { slots } = plan({
      cronExpression: '30 * * * *',
      timezone: 'America/New_York',
      misfirePolicy: 'skip',
      nextRunAt: new Date('2026-03-08T05:30:00Z'),
      now: new Date('2026-03-08T10:00:00Z'),
    })
    expect(shown(slots)).toEqual(['05', '06', '07', '08', '09'].map((hour) => `${hour}:30:00 MISFIRE`))
  })

  test('a first slot off the pattern is accounted for too', () => {
    const { slots } = plan({
      cronExpression: '0 * * * *',
      nextRunAt: new Date('2026-05-01T08:17:23Z'),
      misfirePolicy: 'skip',
    })
    expect(shown(slots)).toEqual([
      '08:17:23 MISFIRE',
      '09:00:00 MISFIRE',
      '10:00:00 MISFIRE',
      '11:00:00 MISFIRE',
      '12:00:00 runs',
    ])
  })
})

describe('planSlots, at the end of a window', () => {
  test('end_at is exclusive: the slot before it fires and the cron is completed', () => {
    const { slots, advance } = plan({ endAt: new Date('2026-05-01T12:01:00Z') })
    expect(shown(slots)).toEqual(['12:00:00 runs'])
    expect(advance).toMatchObject({ nextRunAt: null, disabledReason: null })
    const open = plan({ endAt: new Date('2026-05-01T12:01:00.001Z') })
    expect(open.advance.nextRunAt).toEqual(new Date('2026-05-01T12:01:00Z'))
  })

  test('after an outage nothing at or past end_at fires or is accounted for', () => {
    const { slots, advance } = plan({ nextRunAt: minutesAgo(10), endAt: minutesAgo(5) })
    expect(shown(slots)).toEqual([
      ...[0, 1, 2, 3].map((minute) => `11:5${minute}:00 MISFIRE`),
      '11:54:00 runs',
    ])
    expect(advance.nextRunAt).toBeNull()
  })

  test.each([0, 600])(
    'one that SQL moved before next_run_at completes it without a run, %i s late',
    (late) => {
      const { slots, advance } = plan({ nextRunAt: ago(late), endAt: ago(late) })
      expect(slots).toEqual([])
      expect(advance).toEqual({ jobId: 7, nextRunAt: null, fired: 0, disabledReason: null })
    },
  )
})

describe('planSlots, with max_runs', () => {
  test('the last run completes the cron', () => {
    expect(plan({ runsLeft: 1 }).advance).toMatchObject({ nextRunAt: null, fired: 1 })
    expect(plan({ runsLeft: 2 }).advance.nextRunAt).not.toBeNull()
  })

  test('of many due slots no more run than are left', () => {
    const { slots, advance } = plan({ runsLeft: 4, misfirePolicy: 'fire_all', nextRunAt: minutesAgo(10) })
    expect(shown(slots)).toEqual([0, 1, 2, 3].map((minute) => `11:5${minute}:00 runs`))
    expect(advance).toMatchObject({ nextRunAt: null, fired: 4 })
  })

  test.each([0, -3])('with %i left, since it was lowered, none runs, not even one on time', (runsLeft) => {
    for (const nextRunAt of [NOW, minutesAgo(10)]) {
      const { slots, advance } = plan({ runsLeft, nextRunAt, misfirePolicy: 'fire_all' })
      expect(slots.filter((slot) => slot.skipped === null)).toEqual([])
      expect(advance).toMatchObject({ nextRunAt: null, fired: 0 })
    }
  })

  test('a skipped slot uses up no run, and what comes after it is not forgotten', () => {
    const { slots, advance } = plan({ runsLeft: 1, overlapPolicy: 'skip', nextRunAt: ago(60) }, anActive())
    expect(shown(slots)).toEqual(['11:59:00 OVERLAP', '12:00:00 OVERLAP'])
    expect(advance).toMatchObject({ fired: 0, nextRunAt: new Date('2026-05-01T12:01:00Z') })
  })
})

describe('planSlots, jitter', () => {
  const jittered = (id: number, nextRunAt = NOW) =>
    plan({ id, jitterSeconds: 30, nextRunAt }).slots[0]!.runAt.getTime() - nextRunAt.getTime()

  test('is the same on every try, below jitter_seconds, and spread over crons and slots', () => {
    const offsets = Array.from({ length: 200 }, (_, id) => jittered(id))
    expect(Array.from({ length: 200 }, (_, id) => jittered(id))).toEqual(offsets)
    expect(Math.min(...offsets)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...offsets)).toBeLessThan(30_000)
    expect(new Set(offsets).size).toBeGreaterThan(190)
    expect(offsets.filter((offset) => offset < 15_000).length).toBeGreaterThan(60)
    expect(jittered(1, minutesAgo(0))).not.toBe(jittered(1, new Date('2026-05-01T11:59:30Z')))
  })

  test('keeps the slot at its nominal time, and waits only while it is not over', () => {
    const [slot] = plan({ jitterSeconds: 30 }).slots
    expect(slot).toMatchObject({ slot: NOW, waitingFor: 'time' })
    const over = plan(
      { jitterSeconds: 1, nextRunAt: ago(30), cronExpression: '30 59 11 * * *' },
      undefined,
      1,
    )
    expect(over.slots[0]).toMatchObject({ waitingFor: null })
    const none = plan({ jitterSeconds: 0 })
    expect(none.slots[0]!.runAt).toEqual(NOW)
  })
})

describe('planSlots, overlap', () => {
  test('allow runs beside whatever is active', () => {
    expect(shown(plan({ overlapPolicy: 'allow' }, anActive()).slots)).toEqual(['12:00:00 runs'])
  })

  test.each(['skip', 'buffer_one', 'replace'] as const)('%s runs when nothing is active', (overlapPolicy) => {
    const planned = plan({ overlapPolicy })
    expect(shown(planned.slots)).toEqual(['12:00:00 runs'])
    expect(planned.isReplacing).toBe(false)
  })

  test.each(['RUNNING', 'PENDING'] as const)('skip says which execution is still %s', (status) => {
    const { slots, advance } = plan({ overlapPolicy: 'skip' }, anActive({ status }))
    expect(shown(slots)).toEqual(['12:00:00 OVERLAP'])
    expect(slots[0]!.skipped!.message).toBe(
      `skipped: execution 41 of 2026-05-01T11:55:00.000Z is still ${status} (overlap_policy skip)`,
    )
    expect(advance).toMatchObject({ fired: 0, nextRunAt: new Date('2026-05-01T12:01:00Z') })
  })

  test('skip of two slots on time runs the first and skips the second', () => {
    expect(shown(plan({ overlapPolicy: 'skip', nextRunAt: ago(60) }).slots)).toEqual([
      '11:59:00 runs',
      '12:00:00 OVERLAP',
    ])
  })

  test('buffer_one lets one wait and skips the next, whether it waited before or not', () => {
    const two = { overlapPolicy: 'buffer_one' as const, nextRunAt: ago(60) }
    expect(shown(plan(two, anActive()).slots)).toEqual(['11:59:00 waits for overlap', '12:00:00 BUFFER_FULL'])
    expect(shown(plan({ overlapPolicy: 'buffer_one' }, anActive({ buffered: 1 })).slots)).toEqual([
      '12:00:00 BUFFER_FULL',
    ])
    expect(shown(plan(two).slots)).toEqual(['11:59:00 runs', '12:00:00 waits for overlap'])
  })

  test('replace runs the newest due slot in the place of what is active and of the earlier ones', () => {
    const planned = plan({ overlapPolicy: 'replace', nextRunAt: ago(60) }, anActive())
    expect(shown(planned.slots)).toEqual(['11:59:00 REPLACED', '12:00:00 runs'])
    expect(planned).toMatchObject({ isReplacing: true, advance: { fired: 1 } })
  })

  test('replace cancels nothing when no slot runs', () => {
    const late = {
      overlapPolicy: 'replace' as const,
      misfirePolicy: 'skip' as const,
      cronExpression: '0 9 * * *',
    }
    expect(plan({ ...late, nextRunAt: minutesAgo(180) }, anActive()).isReplacing).toBe(false)
  })

  test('slots that are caught up run one after another, under skip too', () => {
    const { slots, advance } = plan({
      overlapPolicy: 'skip',
      misfirePolicy: 'fire_all',
      nextRunAt: minutesAgo(4),
    })
    expect(shown(slots)).toEqual([
      '11:56:00 runs',
      '11:57:00 waits for overlap',
      '11:58:00 waits for overlap',
      '11:59:00 OVERLAP',
      '12:00:00 OVERLAP',
    ])
    expect(advance.fired).toBe(3)
  })

  test('fire_once waits for what is still active rather than being skipped', () => {
    const daily = { cronExpression: '0 9 * * *', nextRunAt: minutesAgo(180), overlapPolicy: 'skip' as const }
    expect(shown(plan(daily, anActive()).slots)).toEqual(['09:00:00 waits for overlap'])
  })
})

describe('planSlots, on a row that SQL wrote', () => {
  test.each([
    ['an expression nobody can parse', { cronExpression: 'every day' }, 'Invalid cron expression'],
    ['an unknown zone', { timezone: 'Mars/Olympus' }, 'Unknown time zone'],
    ['an expression that never fires', { cronExpression: '0 0 31 2 *' }, 'never fires'],
    ['a gap under the minimum interval', { cronExpression: '*/5 * * * * *' }, 'too often'],
  ])('%s disables the cron and says why', (_, cron, reason) => {
    const planned = plan(cron)
    expect(planned.slots).toEqual([])
    expect(planned.advance).toMatchObject({ nextRunAt: null, fired: 0 })
    expect(planned.advance.disabledReason).toContain(reason)
  })

  test('crons with seconds fire where the minimum interval allows them', () => {
    const { slots } = plan({ cronExpression: '*/20 * * * * *', nextRunAt: ago(40) }, undefined, 1)
    expect(shown(slots)).toEqual(['11:59:20 runs', '11:59:40 runs', '12:00:00 runs'])
  })
})
