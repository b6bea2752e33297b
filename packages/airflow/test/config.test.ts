import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from '@jest/globals'
import { loadAirflowConfig, loadDefaultEngine } from '../src/index.ts'

const dir = mkdtempSync(join(tmpdir(), 'jobu-config-'))
afterAll(() => rmSync(dir, { recursive: true }))
const load = (text: string, env: Record<string, string> = {}) => {
  writeFileSync(join(dir, 'airflow.yaml'), text)
  return loadAirflowConfig({ dir, env })
}
const ALL = {
  JOBU_AIRFLOW_BASE_URL: 'https://a.example.com',
  JOBU_AIRFLOW_TOKEN: 't',
  JOBU_AIRFLOW_DAGS_FOLDER: '/d',
  JOBU_AIRFLOW_JOBU_URL: 'https://j.example.com',
}

describe('loadAirflowConfig', () => {
  test('without base_url there is no such engine', () => {
    expect(load('')).toBeNull()
    expect(loadDefaultEngine({ dir, env: {} })).toBe('jobu')
  })

  test('takes everything from the environment', () => {
    expect(
      load('', { ...ALL, JOBU_AIRFLOW_VERSION: '3', JOBU_AIRFLOW_JOBU_TOKEN_FROM: 'env' }),
    ).toMatchObject({
      version: 3,
      jobu_token: { from: 'env', name: 'jobu' },
    })
    expect(loadDefaultEngine({ dir, env: { ...ALL, JOBU_AIRFLOW_ENGINE: 'airflow' } })).toBe('airflow')
  })

  test.each([
    ['dags_folder', { ...ALL, JOBU_AIRFLOW_DAGS_FOLDER: '' }],
    ['jobu_url', { ...ALL, JOBU_AIRFLOW_JOBU_URL: '' }],
    ['airflow.token', { ...ALL, JOBU_AIRFLOW_TOKEN: '' }],
    ['airflow.password', { ...ALL, JOBU_AIRFLOW_TOKEN: '', JOBU_AIRFLOW_USERNAME: 'u' }],
    ['airflow.token', { ...ALL, JOBU_AIRFLOW_USERNAME: 'u', JOBU_AIRFLOW_PASSWORD: 'p' }],
    ['airflow.base_url', { ...ALL, JOBU_AIRFLOW_BASE_URL: 'ftp://a' }],
    ['airflow.engine', { JOBU_AIRFLOW_ENGINE: 'airflow' }],
  ])('names %s where it is at fault', (key, env) => {
    expect(() => load('', env)).toThrow(key)
  })
})
