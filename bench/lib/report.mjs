import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/lib/run.mjs'
import { median } from './statistics.mjs'

const FILE = join(ROOT, 'docs', 'performance.md')
const START = '<!-- bench:start, written by npm run bench -->'
const END = '<!-- bench:end -->'

/** @typedef {import('./bench.mjs').Measure} Measure */

/**
 * The tables as Markdown, which reads well on a terminal too.
 *
 * @param {Measure[]} measures
 */
export function tables(measures) {
  const main = measures.filter((one) => !one.isDetail)
  const details = measures.filter((one) => one.isDetail)
  return [
    ...(main.length > 0 ? [table(main)] : []),
    ...(details.length > 0
      ? [`What it costs, and what is behind the figures above:\n\n${table(details)}`]
      : []),
  ].join('\n\n')
}

/** Who has a column of its own; what else a measure is compared with goes into one more, with its name. */
const NAMES = ['jobu', 'graphile-worker', 'pg-boss']
const PEERS = NAMES.slice(1)

/** @param {Measure[]} measures */
function table(measures) {
  const rows = measures.map((measure) => {
    const medians = mediansOf(measure)
    const { ratio, of } = compare(measure, medians)
    return [
      measure.what,
      measure.unit,
      ...NAMES.map((name) => cell(measure.values[name])),
      Object.entries(measure.values)
        .flatMap(([name, values]) => (NAMES.includes(name) ? [] : [`${name}: ${cell(values)}`]))
        .join('; '),
      ratio === undefined ? '' : `${ratio.toFixed(2)} of ${of}`,
      goalText(measure),
      verdict(measure, medians.jobu, ratio),
    ]
  })
  return layOut([['', 'unit', ...NAMES, 'beside', 'jobu, times as good', 'to reach', 'met'], ...rows])
}

/** Whether each goal is met, for the exit code of nobody: a machine under other load misses some. */
export const missed = (measures) =>
  measures.filter((one) => {
    const medians = mediansOf(one)
    return verdict(one, medians.jobu, compare(one, medians).ratio) === 'no'
  })

function mediansOf({ values }) {
  const known = Object.entries(values).map(([name, list]) => [name, list.filter((value) => value !== null)])
  return Object.fromEntries(
    known.filter(([, list]) => list.length > 0).map(([name, list]) => [name, median(list)]),
  )
}

/** How many times as good jobu is as the better of the peers, or as the one named. */
function compare({ better, against }, { jobu, ...others }) {
  const names = against ? [against] : PEERS
  const found = names.flatMap((name) => {
    // A wait can be negative: a handler may start before the call that enqueued has been answered.
    if (!(jobu > 0) || !(others[name] > 0)) return []
    return [{ of: name, ratio: better === 'more' ? jobu / others[name] : others[name] / jobu }]
  })
  return found.sort((a, b) => a.ratio - b.ratio)[0] ?? {}
}

function goalText({ goal, unit, against }) {
  if (!goal) return ''
  if ('ratio' in goal) return `${goal.ratio} of ${against ?? 'the better peer'}`
  return 'most' in goal ? `at most ${goal.most} ${unit}` : `at least ${goal.least} ${unit}`
}

function verdict({ goal }, value, ratio) {
  if (!goal || value === undefined) return ''
  if ('ratio' in goal) return ratio === undefined ? '' : ratio >= goal.ratio ? 'yes' : 'no'
  return ('most' in goal ? value <= goal.most : value >= goal.least) ? 'yes' : 'no'
}

/** The median, and the range where there were several rounds. */
function cell(values) {
  const known = values?.filter((value) => value !== null) ?? []
  if (known.length === 0) return ''
  if (known.length === 1) return show(known[0])
  return `${show(median(known))} (${show(Math.min(...known))} to ${show(Math.max(...known))})`
}

function show(value) {
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en-US')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function layOut([head, ...rows]) {
  const used = head.map((_, column) => rows.some((row) => row[column] !== ''))
  const lines = [head, ...rows].map((row) => row.filter((_, column) => used[column]))
  const widths = lines[0].map((_, column) => Math.max(3, ...lines.map((line) => line[column].length)))
  const line = (cells) => `| ${cells.map((text, column) => text.padEnd(widths[column])).join(' | ')} |`
  return [line(lines[0]), line(widths.map((width) => '-'.repeat(width))), ...lines.slice(1).map(line)].join(
    '\n',
  )
}

/**
 * Writes the tables between their markers in docs/performance.md; the words around them stay.
 *
 * @param {Array<[string, string]>} facts
 * @param {Measure[]} measures
 */
export function writeReport(facts, measures) {
  const text = readFileSync(FILE, 'utf8')
  const from = text.indexOf(START)
  const to = text.indexOf(END)
  if (from < 0 || to < from) throw new Error(`${FILE} has lost its markers: ${START} and ${END}`)
  writeFileSync(FILE, `${text.slice(0, from)}${START}\n\n${report(facts, measures)}\n\n${text.slice(to)}`)
}

export const report = (facts, measures) =>
  `${facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')}\n\n${tables(measures)}`
