import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

type Labels = Record<string, string>
interface Sample {
  name: string
  labels: Labels
  value: number
}

const DOCS = readFileSync(fileURLToPath(new URL('../../docs/metrics.md', import.meta.url)), 'utf8')
const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*'
const SAMPLE = new RegExp(`^(${NAME})(?:\\{(.*)\\})? (\\S+)$`)
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\n"])*)"(?:,|$)/y

/** What a service answered to a scrape. */
export class Scrape {
  readonly samples: Sample[] = []
  /** Type by metric. */
  readonly types = new Map<string, string>()

  constructor(text: string) {
    const helps = new Map<string, string>()
    for (const line of text.split('\n')) {
      if (line === '') continue
      const [, keyword, name, rest] = new RegExp(`^# (HELP|TYPE) (${NAME}) (.+)$`).exec(line) ?? []
      if (keyword === 'HELP') helps.set(name!, rest!)
      else if (keyword === 'TYPE') this.types.set(name!, rest!)
      else this.samples.push(sampleOf(line))
    }
    this.#check(text, helps)
  }

  /** The one sample of this name with at least these labels; 0 where there is none yet. */
  value(name: string, labels: Labels = {}): number {
    const found = this.samples.filter(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([key, text]) => sample.labels[key] === text),
    )
    if (found.length > 1) throw new Error(`${name} ${JSON.stringify(labels)} has ${found.length} samples`)
    return found[0]?.value ?? 0
  }

  /** The values a label takes in a metric's samples. */
  labelValues(name: string, label: string): string[] {
    const values = this.samples.filter((sample) => sample.name === name).map(({ labels }) => labels[label]!)
    return [...new Set(values)].sort()
  }

  has(name: string): boolean {
    return this.samples.some((sample) => sample.name === name)
  }

  /** What promtool's linter looks for, and that ours are documented. */
  #check(text: string, helps: Map<string, string>): void {
    if (!text.endsWith('\n')) throw new Error('the answer does not end with a line end')
    const seen = new Set<string>()
    for (const { name, labels, value } of this.samples) {
      const metric = this.types.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')
      if (!this.types.has(metric) || !helps.has(metric)) throw new Error(`${name} has no TYPE or no HELP`)
      // prom-client's lag of the event loop is none where nothing was measured since the last scrape.
      if (Number.isNaN(value) && name.startsWith('jobu_')) throw new Error(`${name} is not a number`)
      const key = `${name}${JSON.stringify(Object.entries(labels).sort())}`
      if (seen.has(key)) throw new Error(`${key} is there twice`)
      seen.add(key)
    }
    for (const [name, type] of this.types) {
      if (!name.startsWith('jobu_')) continue
      if ((type === 'counter') !== name.endsWith('_total')) throw new Error(`${name} is a ${type}`)
      if (!DOCS.includes(`\`${name}\``)) throw new Error(`docs/metrics.md does not tell of ${name}`)
      if (type === 'histogram') this.#checkHistogram(name)
    }
  }

  #checkHistogram(name: string): void {
    let below = { key: '', value: 0 }
    for (const { name: sample, labels, value } of this.samples) {
      if (sample !== `${name}_bucket`) continue
      const { le, ...others } = labels
      const key = JSON.stringify(others)
      if (key === below.key && value < below.value)
        throw new Error(`${name} ${key} is not cumulative at ${le}`)
      below = { key, value }
      if (le === '+Inf' && this.value(`${name}_count`, others) !== value)
        throw new Error(`${name} ${key}: the count is not that of all`)
    }
  }
}

function sampleOf(line: string): Sample {
  const [, name, labelText = '', value] = SAMPLE.exec(line) ?? []
  if (!name) throw new Error(`not a sample: ${line}`)
  const labels: Labels = {}
  LABEL.lastIndex = 0
  for (let end = 0; end < labelText.length; end = LABEL.lastIndex) {
    const label = LABEL.exec(labelText)
    if (!label) throw new Error(`not labels: ${line}`)
    labels[label[1]!] = label[2]!
  }
  return { name, labels, value: value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value) }
}

/** Scrapes what needs no credentials. */
export async function scrape(port: number | null): Promise<Scrape> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`)
  if (!response.headers.get('content-type')?.startsWith('text/plain; version=0.0.4'))
    throw new Error(`content type ${response.headers.get('content-type')}`)
  return new Scrape(await response.text())
}
