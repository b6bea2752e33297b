import { once } from 'node:events'
import { Writable } from 'node:stream'
import { HandlerFailure } from '../errors.ts'
import type { Batch, Column } from './cursor.ts'
import { exactNumber, isoInstant, type Kind, kindOf, wallClock } from './values.ts'

/** Of a sheet, beside its header. */
const MAX_ROWS = 1_048_575
const MAX_COLUMNS = 16_384
const MAX_CELL_CHARACTERS = 32_767
/** The first day that spreadsheets know. */
const FIRST_DAY = Date.UTC(1900, 2, 1)
const FORMATS: Partial<Record<Kind, string>> = {
  date: 'yyyy-mm-dd',
  timestamp: 'yyyy-mm-dd hh:mm:ss',
  timestamptz: 'yyyy-mm-dd hh:mm:ss',
}
/** What XML cannot hold; the library leaves out the controls. */
const NOT_IN_XML = /[\uFFFE\uFFFF]/g

/**
 * The rows as a spreadsheet, compressed as they come. Text is text, whatever it begins with; what fits into no sheet goes on
 * in the next one.
 */
export async function* xlsxOf(
  batches: AsyncIterable<Batch>,
  { sheet: sheetName }: { sheet: string },
): AsyncGenerator<Buffer> {
  // Loaded by the first report: it is large.
  const { default: exceljs } = await import('exceljs')
  let ready: Buffer[] = []
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      ready.push(chunk)
      done()
    },
  })
  const workbook = new exceljs.stream.xlsx.WorkbookWriter({ stream: output, useStyles: true })
  const zip = (workbook as unknown as { zip: NodeJS.EventEmitter & { abort(): void } }).zip
  let failure: Error | undefined
  zip.on('error', (error: Error) => {
    failure = error
  })
  let isWhole = false
  try {
    let sheet: Sheet | undefined
    let sheets = 0
    let kinds: Kind[] = []
    for await (const { columns, rows } of batches) {
      if (sheets === 0) kinds = columns.map(({ type }) => kindOf(type))
      for (const row of rows.length === 0 && sheets === 0 ? [null] : rows) {
        if (!sheet || sheet.rows === MAX_ROWS) {
          sheet?.worksheet.commit()
          sheets++
          sheet = aSheet(workbook, sheets === 1 ? sheetName : `${sheetName} ${sheets}`, columns, kinds)
        }
        if (row === null) continue
        sheet.worksheet.addRow(row.map((value, at) => cell(value, kinds[at]!, columns[at]!))).commit()
        sheet.rows++
      }
      if (sheet) await drained(sheet.worksheet)
      if (failure) throw failure
      if (ready.length > 0) {
        yield Buffer.concat(ready)
        ready = []
      }
    }
    await workbook.commit()
    isWhole = true
    yield Buffer.concat(ready)
  } finally {
    if (!isWhole) zip.abort()
  }
}

interface Sheet {
  worksheet: import('exceljs').Worksheet
  rows: number
}

function aSheet(
  workbook: import('exceljs').stream.xlsx.WorkbookWriter,
  name: string,
  columns: Column[],
  kinds: Kind[],
): Sheet {
  if (columns.length > MAX_COLUMNS) {
    throw new HandlerFailure(
      'REPORT_FAILED',
      `a sheet has at most ${MAX_COLUMNS} columns, not ${columns.length}`,
    )
  }
  const worksheet = workbook.addWorksheet(name, { views: [{ state: 'frozen', ySplit: 1 }] })
  worksheet.columns = columns.map((_, at) => {
    const numFmt = FORMATS[kinds[at]!]
    return { width: numFmt ? numFmt.length + 3 : 16, ...(numFmt ? { style: { numFmt } } : {}) }
  })
  const header = worksheet.addRow(columns.map((column) => cell(column.name, 'text', column)))
  header.font = { bold: true }
  header.commit()
  return { worksheet, rows: 0 }
}

function cell(value: string | null, kind: Kind, { name }: Column): string | number | boolean | Date | null {
  if (value === null) return null
  switch (kind) {
    case 'number':
      return exactNumber(value) ?? value
    case 'boolean':
      return value === 't'
    case 'date':
    case 'timestamp':
    case 'timestamptz': {
      const date = wallClock(value)
      return date && date.getTime() >= FIRST_DAY ? date : kind === 'timestamptz' ? isoInstant(value) : value
    }
    case 'text':
      if (value.length > MAX_CELL_CHARACTERS) {
        throw new HandlerFailure(
          'REPORT_FAILED',
          `a value of column "${name}" has ${value.length} characters, and a cell holds ${MAX_CELL_CHARACTERS}: write a CSV`,
        )
      }
      return value.replace(NOT_IN_XML, '\uFFFD')
  }
}

/**
 * Waits until the compression has caught up. The library's sheets hand their text on and never wait, so that what is not
 * compressed yet would pile up in the stream behind them.
 */
async function drained(worksheet: import('exceljs').Worksheet): Promise<void> {
  const { pipes } = (worksheet as unknown as { stream: { pipes: Writable[] } }).stream
  for (const pipe of pipes) {
    while (pipe.writableLength >= pipe.writableHighWaterMark) await once(pipe, 'drain')
  }
}
