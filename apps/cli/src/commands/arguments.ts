import { readFileSync } from 'node:fs'
import { InvalidArgumentError } from 'commander'
import { usageError } from '../errors.ts'

/** A whole number of an option or argument. */
export function wholeNumber(text: string): number {
  if (!/^-?\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a whole number')
  return Number(text)
}

/** For options that may be repeated, or hold commas. */
export function listOf(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(',').filter((one) => one !== '')]
}

/** For options that may be repeated. */
export const collect = (text: string, before: string[] = []): string[] => [...before, text]

/** The ids of executions among a command's arguments. */
export function idsOf(texts: readonly string[]): number[] {
  return texts.map((text) => {
    if (!/^\d{1,15}$/.test(text)) throw usageError(`"${text}" is no id of a job`)
    return Number(text)
  })
}

/** A JSON object given as text, or as `@file`. */
export function jsonObject(text: string, option: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text.startsWith('@') ? readFileSync(text.slice(1), 'utf8') : text)
  } catch (error) {
    throw usageError(`${option}: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw usageError(`${option}: expected a JSON object such as '{"seconds": 5}'`)
  }
  return value as Record<string, unknown>
}
