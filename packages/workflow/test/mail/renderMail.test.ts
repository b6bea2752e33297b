import { describe, expect, test } from '@jest/globals'
import { type RunSummary, renderMail, templateFault } from '../../src/index.ts'

const summary: RunSummary = {
  schedule: { id: 7, title: 'Nightly & <b>daily</b>', owner: 'data team', timezone: 'Asia/Seoul' },
  run: {
    ...{ id: 12, status: 'FAILED', duration: '1m 5s', params: { day: 'monday' }, error_message: null },
    scheduled_time: '2026-11-21 00:00:00 Asia/Seoul',
    started_at: '2026-11-21 00:00:01 Asia/Seoul',
    finished_at: '2026-11-21 00:01:06 Asia/Seoul',
    url: 'https://jobu.example.com/schedules/7/runs/12',
  },
  counts: { SUCCESS: 1, FAILED: 1 },
  tasks: [
    { key: 'extract', status: 'SUCCESS', duration: '5.0s', attempts: 1, error_message: null },
    { key: 'load', status: 'FAILED', duration: '1m 0s', attempts: 3, error_message: 'table <x> & co' },
  ],
  tasks_left_out: 0,
}

describe('renderMail', () => {
  test('the built-in mail names each task with its state, duration and error, and where the run can be seen', () => {
    const mail = renderMail(summary)
    expect(mail.subject).toBe('[jobu] Nightly & <b>daily</b>: FAILED')
    expect(mail.text).toContain('SUCCESS  extract  5.0s\n')
    expect(mail.text).toContain('FAILED  load  1m 0s  attempt 3\n    table <x> & co\n')
    expect(mail.text).toContain('https://jobu.example.com/schedules/7/runs/12\n')
    expect(mail.text).not.toContain('further tasks')
  })

  test('in HTML what people wrote is text, never markup', () => {
    const { html } = renderMail(summary)
    expect(html).toContain('Nightly &amp; &lt;b&gt;daily&lt;/b&gt;')
    expect(html).toContain('table &lt;x&gt; &amp; co')
    expect(html).not.toContain('<b>')
  })

  test('more tasks than are listed are counted', () => {
    const mail = renderMail({ ...summary, tasks_left_out: 4_800 })
    expect(mail.text).toContain('and 4800 further tasks')
    expect(mail.html).toContain('and 4800 further tasks')
  })

  test("a schedule's own subject and text replace the built-in ones, and the HTML part goes with the text", () => {
    const mail = renderMail(summary, {
      subject: '{{ run.params.day }}:\n {{ run.status | downcase }}',
      text: '{{ counts.FAILED }} failed',
    })
    expect(mail).toEqual({ subject: 'monday: failed', text: '1 failed' })
    expect(renderMail(summary, { subject: 'x' })).toMatchObject({ subject: 'x', html: expect.any(String) })
  })

  test.each([
    ['an unknown filter', '{{ run.id | nothing }}'],
    ['an open tag', '{% if run.id %}'],
    ['a file of the server', '{% include "/etc/passwd" %}'],
    ['a loop without an end', '{% for a in (1..100000000) %}{{ a }}{% endfor %}'],
  ])('%s in a template: the built-in mail goes out and says so', (_, text) => {
    const mail = renderMail(summary, { text })
    expect(mail.text).toContain('FAILED  load')
    expect(mail.text).toContain("The template of this schedule's mail failed: ")
    expect(mail.text).not.toContain('root:')
  })

  test('a template reaches nothing but the summary', () => {
    const text = '[{{ run.constructor }}{{ process.env }}{{ run.__proto__ }}{{ schedule.toString }}]'
    expect(renderMail(summary, { text }).text).toBe('[]')
  })

  test('an empty subject is no subject at all, and gets the run', () => {
    expect(renderMail(summary, { subject: '{{ nothing }}' }).subject).toBe('run 12')
  })
})

describe('templateFault', () => {
  test('says what does not parse, and null of what does', () => {
    expect(templateFault('{{ run.id }}')).toBeNull()
    expect(templateFault('{% if %}')).toEqual(expect.any(String))
    expect(templateFault('{{ run.id')).toContain('not closed')
  })
})
