/** The parts of a summary mail, each a Liquid template over a `RunSummary`. */
export interface MailTemplates {
  subject: string
  text: string
  /** Null: a mail of text alone. */
  html: string | null
}

const subject = `[jobu] {{ schedule.title }}: {{ run.status }}`

const text = `{{ schedule.title }}: {{ run.status }}

scheduled for  {{ run.scheduled_time }}
started        {{ run.started_at }}
finished       {{ run.finished_at }} ({{ run.duration }})
{%- if schedule.owner %}
owner          {{ schedule.owner }}
{%- endif %}
{%- if run.url %}
{{ run.url }}
{%- endif %}

{% for task in tasks -%}
{{ task.status }}  {{ task.key }}{% if task.duration %}  {{ task.duration }}{% endif %}{% if task.attempts > 1 %}  attempt {{ task.attempts }}{% endif %}
{%- if task.error_message %}
    {{ task.error_message }}
{%- endif %}
{% endfor -%}
{% if tasks_left_out > 0 %}
and {{ tasks_left_out }} further tasks
{% endif -%}
`

const cell = 'padding:4px 12px 4px 0;text-align:left;vertical-align:top'
const html = `<!doctype html>
<html><body style="font-family:sans-serif;font-size:14px;color:#1a1b1e">
<h1 style="font-size:18px">{{ schedule.title }}: {{ run.status }}</h1>
<p>Scheduled for {{ run.scheduled_time }}<br>Started {{ run.started_at }}<br>Finished {{ run.finished_at }} ({{ run.duration }})
{%- if schedule.owner %}<br>Owner {{ schedule.owner }}{% endif %}
{%- if run.url %}<br><a href="{{ run.url }}">Open the run</a>{% endif %}</p>
<table style="border-collapse:collapse">
<tr><th style="${cell}">Task</th><th style="${cell}">Status</th><th style="${cell}">Duration</th><th style="${cell}">Attempts</th><th style="${cell}">Error</th></tr>
{%- for task in tasks %}
<tr><td style="${cell}">{{ task.key }}</td><td style="${cell}">{{ task.status }}</td><td style="${cell}">{{ task.duration }}</td><td style="${cell}">{{ task.attempts }}</td><td style="${cell}">{{ task.error_message }}</td></tr>
{%- endfor %}
</table>
{%- if tasks_left_out > 0 %}
<p>and {{ tasks_left_out }} further tasks</p>
{%- endif %}
</body></html>
`

export const DEFAULT_TEMPLATES: MailTemplates = { subject, text, html }
