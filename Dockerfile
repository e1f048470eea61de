# orgtrail as a container: compiled JavaScript on a base without a shell, as a user without rights.
# It writes nowhere but to /tmp, so it runs with a read-only root:
#   docker run --read-only --tmpfs /tmp --cap-drop ALL --security-opt no-new-privileges \
#     -v ./config:/app/config:ro orgtrail run
# Both bases can be replaced by a mirror's; the second needs `node` in /nodejs/bin or /usr/local/bin, and no shell.
ARG NODE_BUILD=docker.io/library/node:24-bookworm-slim
ARG NODE_RUN=gcr.io/distroless/nodejs24-debian13:nonroot

FROM ${NODE_BUILD} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package needs its install script here: the native ones bring their binaries along.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json vite.config.ts ./
COPY src ./src
# The compiler is started by the base's own node: node_modules/.bin may hold another one, meant for older machines.
# It goes by name afterwards: a package of the product names it as an optional peer, so that prune would keep it.
RUN node node_modules/typescript/bin/tsc -p tsconfig.build.json \
  && node node_modules/vite/bin/vite.js build --logLevel warn \
  && npm prune --omit=dev --ignore-scripts \
  && rm -rf node_modules/typescript node_modules/@typescript

FROM ${NODE_RUN}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="orgtrail" \
      org.opencontainers.image.description="Gathers the CloudTrail output of every account of an organization into one bucket and proves that nothing in it is missing, changed or added." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
# node is found by PATH, so that the same lines hold on distroless (/nodejs/bin) and on the official image (/usr/local/bin).
ENV NODE_ENV=production \
    PATH=/nodejs/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /app
COPY LICENSE package.json ./
COPY config/example.yaml ./config/example.yaml
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# By number: Kubernetes' runAsNonRoot cannot judge a name. 65532 is `nonroot` on distroless.
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["node", "dist/health.js"]
ENTRYPOINT ["node", "--enable-source-maps", "dist/main.js"]
CMD ["run"]
