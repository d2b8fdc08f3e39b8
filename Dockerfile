# The server, with the command line. One image for every way to run it: see docs/guides/install.md.
#
# NODE_IMAGE is any image with Node 24 and npm; pin it by digest where that matters to you.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim

FROM ${NODE_IMAGE} AS build
# For the agent's native spawner alone; an image that has them needs no package archive.
RUN { command -v make && command -v cc; } >/dev/null \
 || { apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev make; }
WORKDIR /src
COPY . .
RUN npm ci \
 && npm run assemble -- /opt/postern \
 && install -D native/spawner/dist/postern-spawner /opt/postern/node_modules/@postern/agent/native/spawner/dist/postern-spawner \
 && cp packaging/container/healthcheck.ts /opt/postern/healthcheck.ts

FROM ${NODE_IMAGE}
# Ids and not names: the files of a volume belong to them, and a pod's policy can check them.
RUN mkdir -p /var/lib/postern && chown 10001:10001 /var/lib/postern && chmod 0700 /var/lib/postern \
 && ln -s /opt/postern/node_modules/@postern/cli/bin/postern.js /usr/local/bin/postern \
 && ln -s /opt/postern/node_modules/@postern/agent/bin/postern-agent.js /usr/local/bin/postern-agent
COPY --from=build /opt/postern /opt/postern
USER 10001:10001
WORKDIR /var/lib/postern
ENV NODE_ENV=production \
    HOME=/var/lib/postern \
    POSTERN_LISTEN=0.0.0.0:7070 \
    POSTERN_DATA_DIR=/var/lib/postern/data \
    POSTERN_CONFIG_DIR=/var/lib/postern/config
VOLUME /var/lib/postern
EXPOSE 7070
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s CMD ["node", "/opt/postern/healthcheck.ts"]
ENTRYPOINT ["node", "/opt/postern/node_modules/@postern/server/dist/main.js"]
# Commands of an agent in here would see this container and not a machine of yours.
CMD ["--no-embedded-agent"]
