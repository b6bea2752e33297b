import { Liquid } from 'liquidjs'
import { DEFAULT_TEMPLATES, type MailTemplates } from './mailTemplates.ts'

/** What a template may name: of a run that has ended, what people want to know. Instants are texts in the schedule's zone. */
export interface RunSummary {
  schedule: { id: number; title: string; owner: string | null; timezone: string }
  run: {
    id: number
    status: string
    scheduled_time: string
    started_at: string
    finished_at: string
    duration: string
    params: Record<string, unknown>
    error_message: string | null
    /** Its page; null where the deployment does not say where the UI is. */
    url: string | null
  }
  /** How many tasks ended how. */
  counts: Record<string, number>
  tasks: Array<{
    key: string
    status: string
    duration: string | null
    attempts: number
    error_message: string | null
  }>
  /** Tasks beyond those listed. */
  tasks_left_out: number
}

export interface Mail {
  subject: string
  text: string
  html?: string
}

export const MAX_TEMPLATE_CHARACTERS = 65_536
const MAX_SUBJECT_CHARACTERS = 250
/** A template is its author's, not the operator's: it may neither read files nor run for long. */
const BOUNDS = {
  templates: {},
  ownPropertyOnly: true,
  strictFilters: true,
  parseLimit: MAX_TEMPLATE_CHARACTERS,
  renderLimit: 1_000,
  memoryLimit: 10_000_000,
}
const plain = new Liquid(BOUNDS)
const escaping = new Liquid({ ...BOUNDS, outputEscape: 'escape' })

/** @returns what is wrong with a template, null when nothing is */
export function templateFault(template: string): string | null {
  try {
    plain.parse(template)
    return null
  } catch (error) {
    return (error as Error).message
  }
}

/**
 * The mail that tells how a run ended. A template that fails costs nobody the news: the built-in one stands in for all
 * of them and says why.
 *
 * @param own  what the schedule puts in the place of the built-in templates; with a text of its own there is no HTML part
 */
export function renderMail(summary: RunSummary, own: Partial<MailTemplates> = {}): Mail {
  const html = own.html ?? (own.text === undefined ? DEFAULT_TEMPLATES.html : null)
  try {
    return rendered(summary, { ...DEFAULT_TEMPLATES, ...own, html })
  } catch (error) {
    const mail = rendered(summary, DEFAULT_TEMPLATES)
    const text = `${mail.text}\nThe template of this schedule's mail failed: ${(error as Error).message}\n`
    return { subject: mail.subject, text }
  }
}

function rendered(summary: RunSummary, templates: MailTemplates): Mail {
  const subject = plain.parseAndRenderSync(templates.subject, summary).replace(/\s+/g, ' ').trim()
  const text = plain.parseAndRenderSync(templates.text, summary)
  const html = templates.html === null ? {} : { html: escaping.parseAndRenderSync(templates.html, summary) }
  return { subject: subject.slice(0, MAX_SUBJECT_CHARACTERS) || `run ${summary.run.id}`, text, ...html }
}
