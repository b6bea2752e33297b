/** The pages and their scripts. The content policy allows no script within a page, so each has a file. */

export const swaggerPage = (version: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>jobu API</title>
<link rel="icon" href="data:,">
<style>body { margin: 0 }</style>
<link rel="stylesheet" href="/docs/swagger-ui.css?v=${version}">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js?v=${version}" defer></script>
<script src="/docs/init.js" defer></script>
</body>
</html>
`

export const redocPage = (version: string) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>jobu API</title>
<link rel="icon" href="data:,">
<style>body { margin: 0 }</style>
</head>
<body>
<div id="redoc"></div>
<script src="/redoc/redoc.standalone.js?v=${version}" defer></script>
<script src="/redoc/init.js" defer></script>
</body>
</html>
`

/** With a session a change needs its CSRF token, which "Try it out" asks for once. */
export const swaggerScript = `'use strict'
let csrfToken

async function withCsrfToken(request) {
  const isRead = request.method === undefined || /^(get|head|options)$/i.test(request.method)
  if (isRead || request.headers.Authorization) return request
  csrfToken ??= fetch('/api/v1/auth/session').then(
    async (answer) => (answer.ok ? (await answer.json()).csrf_token : undefined),
  )
  const token = await csrfToken
  if (token) request.headers['X-CSRF-Token'] = token
  else csrfToken = undefined
  return request
}

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  validatorUrl: null,
  requestInterceptor: withCsrfToken,
  responseInterceptor(response) {
    // Another session may have begun since.
    if (response.status === 403) csrfToken = undefined
    return response
  },
})
`

export const redocScript = `'use strict'
Redoc.init('/openapi.json', { hideDownloadButton: false, sortRequiredPropsFirst: true }, document.getElementById('redoc'))
`
