import { bareSql } from './bareSql.mjs'
import { graphileWorker } from './graphileWorker.mjs'
import { jobu } from './jobu.mjs'
import { pgBoss } from './pgBoss.mjs'

/**
 * What is measured. The functions run in processes of their own, under the benchmark's Node; the rest is read by the
 * driver, which may run on an older one. So a contender's libraries are imported inside its functions.
 *
 * @typedef {object} Contender
 * @property {string} name             as in the tables
 * @property {string} [package]        the npm package whose version is reported
 * @property {Record<Profile, string>} settings  what it is run with, for people
 * @property {(url: string) => Promise<void>} prepare  makes its tables in an empty database
 * @property {(url: string, target?: Target) => Promise<Client>} openClient  what enqueues
 * @property {(url: string, profile: Profile, handled: (payload: object) => void, options: any) => Promise<() => Promise<void>>} [startWorker]
 *           works until the function it gives is called; `handled` is the trivial handler
 * @property {(profile: Profile, url: string) => { script: string, env: Record<string, string> }} [workerProcess]
 *           instead of `startWorker`: a program of its own, whose handlers find `handled` by themselves
 * @property {string} unsettled        SQL for whether anything that was started is unsettled, as `is_left`
 * @property {string} [settledCount]   SQL for how many are settled, as `count`; not where a settled job's row is deleted
 *
 * @typedef {'drain' | 'latency'} Profile  many jobs at once; single ones on an idle system
 * @typedef {{ adminUrl?: string, token?: string }} Target
 *
 * @typedef {object} Client
 * @property {(payloads: object[]) => Promise<void>} insertMany  in one call
 * @property {(payload: object) => Promise<void>} insertOne
 * @property {() => Promise<void>} close
 */

/** @type {Record<string, Contender>} */
export const CONTENDERS = { jobu, bareSql, graphileWorker, pgBoss }

/** Name of the queue and of the handler, everywhere. */
export { QUEUE } from './queue.mjs'
