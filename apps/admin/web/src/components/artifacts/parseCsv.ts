/**
 * The first rows of a CSV file, as RFC 4180 has it: quotes hold separators, line breaks, and quotes doubled.
 *
 * @param separator  one character
 */
export function parseCsv(text: string, { separator = ',', maxRows = 200 } = {}): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let isQuoted = false
  const endRow = () => {
    row.push(field)
    rows.push(row)
    row = []
    field = ''
  }
  for (let at = text.charCodeAt(0) === 0xfeff ? 1 : 0; at < text.length && rows.length < maxRows; at++) {
    const one = text[at]!
    if (isQuoted) {
      if (one !== '"') field += one
      else if (text[at + 1] === '"') {
        field += one
        at++
      } else isQuoted = false
    } else if (one === '"' && field === '') isQuoted = true
    else if (one === separator) {
      row.push(field)
      field = ''
    } else if (one === '\n') endRow()
    else if (one !== '\r' || text[at + 1] !== '\n') field += one
  }
  if (rows.length < maxRows && (field !== '' || row.length > 0)) endRow()
  return rows
}
