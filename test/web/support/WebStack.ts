import { fileURLToPath } from 'node:url'
import { Database } from '@jobu/db'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { freePort } from '../../../scripts/lib/freePort.mjs'
import { openBrowser } from '../../../scripts/lib/openBrowser.mjs'
import { type ServiceName, type ServiceProcess, startService } from '../../support/processes.ts'
import { createTestDatabase, type TestDatabase } from '../../support/testDatabase.ts'

const TOKEN = 'a-token-of-at-least-thirty-two-characters'
export const PASSWORD = 'correct horse battery'
const HANDLERS = fileURLToPath(new URL('./handlers', import.meta.url))
const PAGE_TIMEOUT_MS = 90_000
/** After which a notice of the pages goes away by itself. */
const NOTICE_MS = [4_000, 8_000]

type Role = 'viewer' | 'operator' | 'admin'

export interface PageOptions {
  /** Who signs in; null stays at the sign-in page. */
  as?: Role | null
  path?: string
  language?: 'en' | 'ko'
  scheme?: 'light' | 'dark'
  size?: 'wide' | 'phone'
}

/** A whole system, dispatcher, worker and admin as processes of their own on a database, and Chromium in front of it. */
export class WebStack {
  readonly db: Database
  readonly origin: string
  readonly browser: Browser
  readonly authorization = { Authorization: `Bearer ${TOKEN}` }
  /** What a page reported that no page should: script errors, refused by the content security policy, other hosts. */
  readonly problems: string[] = []
  readonly #database: TestDatabase
  readonly #env: Record<string, string>
  readonly #services = new Map<ServiceName, ServiceProcess>()

  private constructor(database: TestDatabase, browser: Browser, port: number) {
    this.#database = database
    this.db = new Database({ url: database.url }, { engine: true })
    this.browser = browser
    this.origin = `http://127.0.0.1:${port}`
    this.#env = {
      DATABASE_URL: database.url,
      JOBU_DISPATCHER_MIN_CRON_INTERVAL_SECONDS: '1',
      JOBU_WORKER_HANDLERS_PATH: HANDLERS,
      JOBU_WORKER_POLL_INTERVAL_SECONDS: '0.2',
      JOBU_ADMIN_PORT: String(port),
      JOBU_ADMIN_TOKEN: TOKEN,
      JOBU_ADMIN_PASSWORD: PASSWORD,
    }
  }

  static async start(services: ServiceName[] = ['dispatcher', 'worker', 'admin']): Promise<WebStack> {
    const [database, browser, port] = await Promise.all([createTestDatabase(), openBrowser(), freePort()])
    const stack = new WebStack(database, browser, port)
    await stack.db.query(
      `CREATE TABLE gates (name text PRIMARY KEY, progress integer NOT NULL DEFAULT 0, step text NOT NULL DEFAULT 'start', outcome text)`,
    )
    await Promise.all(services.map((name) => stack.startService(name)))
    await Promise.all(
      (['viewer', 'operator'] as const).map((role) =>
        stack.api('POST', '/users', { name: role, role, password: PASSWORD }),
      ),
    )
    return stack
  }

  async startService(name: ServiceName): Promise<void> {
    this.#services.set(name, await startService(name, this.#env))
  }

  /** As a crash would end it. */
  async killService(name: ServiceName): Promise<void> {
    await this.#services.get(name)?.kill()
    this.#services.delete(name)
  }

  async stop(): Promise<void> {
    await this.browser.close()
    await Promise.all([...this.#services.values()].map((service) => service.kill()))
    await this.db.close()
    await this.#database.drop()
  }

  /** @throws with the answer when it is none of success */
  async api<T = Record<string, never>>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.origin}/api/v1${path}`, {
      method,
      headers: { ...this.authorization, 'Content-Type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return (text === '' ? undefined : JSON.parse(text)) as T
  }

  /** Lets the executions of a gate go on to a place, or end. */
  async moveGate(
    name: string,
    { progress = 0, step = 'start', outcome = null as string | null },
  ): Promise<void> {
    await this.db.query(
      `INSERT INTO gates (name, progress, step, outcome) VALUES ($1, $2, $3, $4)
       ON CONFLICT (name) DO UPDATE SET progress = $2, step = $3, outcome = $4`,
      [name, progress, step, outcome],
    )
  }

  /** A browser of someone's own, at a page, signed in. Whoever opens it closes `page.context()`. */
  async open(options: PageOptions = {}): Promise<Page> {
    const { as = 'admin', path = '/', language = 'en', scheme = 'light', size = 'wide' } = options
    const context = await this.browser.newContext({
      viewport: size === 'wide' ? { width: 1440, height: 900 } : { width: 390, height: 844 },
      colorScheme: scheme,
      storageState: {
        cookies: [],
        origins: [
          {
            origin: this.origin,
            localStorage: [
              { name: 'jobu-language', value: language },
              { name: 'mantine-color-scheme-value', value: scheme },
            ],
          },
        ],
      },
    })
    if (as !== null) await this.#signIn(context, as)
    // Notices stay until they have been looked for, however late that is.
    await context.addInitScript(
      `const { setTimeout } = window
       window.setTimeout = (run, ms, ...rest) => setTimeout(run, [${NOTICE_MS}].includes(ms) ? 600_000 : ms, ...rest)`,
    )
    const page = await context.newPage()
    page.setDefaultTimeout(PAGE_TIMEOUT_MS)
    this.#watch(page)
    await page.goto(`${this.origin}${path}`)
    return page
  }

  /** By the API, with the browser's own cookies: signing in by hand has a test of its own. */
  async #signIn(context: BrowserContext, role: Role): Promise<void> {
    const response = await context.request.post(`${this.origin}/api/v1/auth/sign-in`, {
      data: { name: role, password: PASSWORD },
      headers: { Origin: this.origin },
    })
    if (!response.ok()) throw new Error(`sign-in of ${role}: ${response.status()} ${await response.text()}`)
  }

  #watch(page: Page): void {
    const note = (text: string) => this.problems.push(`${new URL(page.url()).pathname}: ${text}`)
    page.on('pageerror', (error) => note(String(error)))
    page.on('request', (request) => {
      const url = request.url()
      if (!url.startsWith(this.origin) && !/^(data|blob):/.test(url)) note(`asked ${url}`)
    })
    page.on('console', (line) => {
      const text = line.text()
      // What the server refuses is said on the page, and Chromium says it here too.
      if (line.type() === 'error' && !/Failed to load resource|net::ERR_/.test(text)) note(text)
    })
  }
}
