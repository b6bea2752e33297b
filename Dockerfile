# One image per service: docker build --target worker .   Targets: dispatcher, worker, admin, migrate
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS manifests
WORKDIR /app
ENV CI=true
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml .npmrc .pnpmfile.cjs ./
COPY packages/airflow/package.json packages/airflow/
COPY packages/cron/package.json packages/cron/
COPY packages/db/package.json packages/db/
COPY packages/handlers/package.json packages/handlers/
COPY packages/runtime/package.json packages/runtime/
COPY packages/workflow/package.json packages/workflow/
COPY apps/admin/package.json apps/admin/
COPY apps/admin/web/package.json apps/admin/web/
COPY apps/cli/package.json apps/cli/
COPY apps/dispatcher/package.json apps/dispatcher/
COPY apps/worker/package.json apps/worker/
RUN npm install --global --no-fund --no-update-notifier "$(node -p 'require("./package.json").packageManager')"

# What runs, compiled: /out holds dist, manifests, migrations and configuration in the layout of the checkout.
FROM manifests AS build
RUN pnpm install --frozen-lockfile
COPY tsconfig.base.json tsconfig.json ./
COPY packages packages
COPY apps apps
COPY config config
RUN pnpm build \
 && mkdir /out && cp -r --parents packages/*/package.json packages/*/dist packages/db/migrations apps/*/package.json apps/*/dist apps/admin/web/dist config /out

# The production dependencies of each.
FROM manifests AS dispatcher-dependencies
RUN pnpm install --prod --frozen-lockfile --filter '@jobu/dispatcher...'
FROM manifests AS worker-dependencies
RUN pnpm install --prod --frozen-lockfile --filter '@jobu/worker...'
FROM manifests AS admin-dependencies
RUN pnpm install --prod --frozen-lockfile --filter '@jobu/admin...'
FROM manifests AS migrate-dependencies
RUN pnpm install --prod --frozen-lockfile --filter '@jobu/db...'

# Node is PID 1 and gets the signals. With the shell or script handler enabled, run the worker with an init (docker run --init):
# commands may leave processes behind that PID 1 has to reap.
FROM ${NODE_IMAGE} AS service
WORKDIR /app
ENV NODE_ENV=production JOBU_LOG_FORMAT=json JOBU_CONFIG_DIR=/app/config HEALTH_PORT=9090
USER node
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HEALTH_PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

FROM service AS dispatcher
ENV JOBU_DISPATCHER_HTTP_HOST=0.0.0.0 JOBU_DISPATCHER_HTTP_PORT=9090
COPY --from=dispatcher-dependencies /app .
COPY --from=build /out .
CMD ["node", "--enable-source-maps", "apps/dispatcher/dist/main.js"]

FROM service AS worker
ENV JOBU_WORKER_HTTP_HOST=0.0.0.0 JOBU_WORKER_HTTP_PORT=9090
COPY --from=worker-dependencies /app .
COPY --from=build /out .
CMD ["node", "--enable-source-maps", "apps/worker/dist/main.js"]

FROM service AS admin
ENV JOBU_ADMIN_HOST=0.0.0.0 JOBU_ADMIN_PORT=8080 HEALTH_PORT=8080
EXPOSE 8080
COPY --from=admin-dependencies /app .
COPY --from=build /out .
CMD ["node", "--enable-source-maps", "apps/admin/dist/main.js"]

# Runs once: brings the database at DATABASE_URL to this build's schema.
FROM service AS migrate
HEALTHCHECK NONE
COPY --from=migrate-dependencies /app .
COPY --from=build /out .
CMD ["node", "--enable-source-maps", "packages/db/dist/cli/migrate.js"]
