import { randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const random = () => randomBytes(24).toString('base64url')

/**
 * What a data directory's launcher made up once and keeps, in `credentials.json`, readable by its owner only. What is
 * missing is made.
 *
 * @param {string} dataDir an existing directory
 * @param {{ database_port?: number }} [changes] written over what is kept
 * @returns {{ database_password: string, database_port?: number, admin_password: string, admin_token: string }}
 */
export function keepCredentials(dataDir, changes = {}) {
  const file = join(dataDir, 'credentials.json')
  let kept = '{}'
  try {
    kept = readFileSync(file, 'utf8')
  } catch (error) {
    if (error.code !== 'ENOENT') throw error
  }
  const made = { database_password: random(), admin_password: random(), admin_token: random() + random() }
  const credentials = { ...made, ...parse(kept, file), ...changes }
  const text = `${JSON.stringify(credentials, null, 2)}\n`
  if (text !== kept) {
    writeFileSync(`${file}.new`, text, { mode: 0o600 })
    renameSync(`${file}.new`, file)
  }
  return credentials
}

function parse(text, file) {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is broken: ${error.message}`)
  }
}
