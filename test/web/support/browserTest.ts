import { describe } from '@jest/globals'
import { hasBrowser } from '../../../scripts/lib/openBrowser.mjs'

/** `describe` where there is a Chromium, and in CI, which has to have one; elsewhere its tests are told as skipped. */
export const browserTests = hasBrowser() || process.env.CI ? describe : describe.skip
