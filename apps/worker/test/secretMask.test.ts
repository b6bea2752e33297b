import { describe, expect, test } from '@jest/globals'
import { SecretMask } from '@jobu/worker'

const SECRET = 'p@ss/w0rd+"7'
const mask = new SecretMask([SECRET])

describe('SecretMask', () => {
  test.each([
    ['as it is', `Bearer ${SECRET}!`, 'Bearer ***!'],
    ['twice', `${SECRET} ${SECRET}`, '*** ***'],
    ['URL-encoded', `key=${encodeURIComponent(SECRET)}&x=1`, 'key=***&x=1'],
    ['URL-encoded in lower case', `key=p%40ss%2fw0rd%2b%227`, 'key=***'],
    ['inside of JSON text', JSON.stringify({ key: SECRET }), '{"key":"***"}'],
    ['in base64', Buffer.from(SECRET).toString('base64'), '***'],
  ])('hides a secret %s', (_how, text, expected) => {
    expect(mask.text(text)).toBe(expected)
  })

  test.each(['', 'u', 'us', 'usr', 'user:', 'user name:'])(
    'hides it in the base64 of "%s" and the secret',
    (before) => {
      for (const encoding of ['base64', 'base64url'] as const) {
        const encoded = Buffer.from(`${before}${SECRET} and more`).toString(encoding)
        const masked = mask.text(encoded)
        expect(masked).toContain('***')
        // What is left decodes to nothing of it but the edges that share a character with their neighbours.
        for (let from = 0; from + 4 <= SECRET.length; from++) {
          expect(Buffer.from(masked.replace('***', ''), encoding).toString()).not.toContain(
            SECRET.slice(from, from + 4),
          )
        }
      }
    },
  )

  test('hides its beginning where a text was cut', () => {
    expect(mask.text(`answered: ${SECRET.slice(0, 8)}`)).toBe('answered: ***')
    expect(mask.text(`answered: ${SECRET.slice(0, 5)}`)).toBe(`answered: ${SECRET.slice(0, 5)}`)
  })

  test('hides each line of one that has several', () => {
    const key = '-----BEGIN KEY-----\nMIIEpAIBAAK\n}\nCAQEA7bq9x==\n-----END KEY-----'
    const lines = new SecretMask([key])
    expect(lines.text(`read ${key}`)).toBe('read ***')
    expect(lines.text('line 2: MIIEpAIBAAK')).toBe('line 2: ***')
    expect(lines.text('{"a": 1}')).toBe('{"a": 1}')
  })

  test('of two secrets the longer one is hidden whole', () => {
    expect(new SecretMask(['secret-1', 'secret-1-and-2']).text('a secret-1-and-2 b secret-1')).toBe(
      'a *** b ***',
    )
  })

  test('a short one is left alone: it would be found everywhere', () => {
    expect(new SecretMask(['12345', '']).text('12345 67890')).toBe('12345 67890')
  })

  test('of JSON it hides strings, keys and numbers, and leaves JSON', () => {
    const found = new SecretMask(['12345678', SECRET]).json(
      JSON.stringify({ [SECRET]: [SECRET, 12345678, 5, null, true], deep: { n: -0.12345678 } }),
    )
    expect(JSON.parse(found)).toEqual({ '***': ['***', '***', 5, null, true], deep: { n: '-0.***' } })
  })

  test('characters that mean something to a pattern mean themselves', () => {
    expect(new SecretMask(['a.c*(x)[1]-\\$^|?/']).text('abcc a.c*(x)[1]-\\$^|?/')).toBe('abcc ***')
  })
})
