# Node, the libraries it is linked with, one file of ours, and what is in it: no shell, no package manager, nothing else.
#
#   make image                    bundles on this machine and copies the result: no network inside the build
#   docker build -t reconsul .    bundles inside the build, from this repository alone
#
# BASE is where Node 24 is taken from: any image that also has a shell, tar, grep and ldd. BUILD_BASE has npm and make too.
ARG BASE=node:24-bookworm-slim
ARG BUILD_BASE=node:24-bookworm

FROM ${BASE} AS collected
# Without nsswitch.conf glibc asks the DNS for `localhost` before it looks into /etc/hosts.
RUN set -eu; \
	node=$(command -v node); \
	libraries=$(ldd "$node" | grep -o '/[^ )]*'); \
	mkdir -p /root-of-image/bin /root-of-image/etc; \
	cp -L "$node" /root-of-image/bin/node; \
	tar -C / -chf - $libraries | tar -C /root-of-image -xf -; \
	echo 'hosts: files dns' >/root-of-image/etc/nsswitch.conf

FROM scratch AS runtime
COPY --from=collected /root-of-image/ /
ARG BASE
ARG VERSION=unknown
ARG REVISION=unknown
ARG CREATED=unknown
LABEL org.opencontainers.image.title="reconsul" \
	org.opencontainers.image.description="Keeps a host's Consul agent in step with its Docker containers" \
	org.opencontainers.image.licenses="MIT" \
	org.opencontainers.image.base.name="${BASE}" \
	org.opencontainers.image.version="${VERSION}" \
	org.opencontainers.image.revision="${REVISION}" \
	org.opencontainers.image.created="${CREATED}"
# No USER: the socket of the quick start belongs to root. `--user 65534:$(stat -c %g /var/run/docker.sock)` is enough.
# No EXPOSE: a port that an image exposes is a service on the host's network, and this is none.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 CMD ["/bin/node", "/reconsul.cjs", "healthcheck"]
ENTRYPOINT ["/bin/node", "/reconsul.cjs"]

# Before the stage that needs the network: a builder without BuildKit runs everything up to its target.
FROM runtime AS prebuilt
COPY dist/reconsul.cjs dist/sbom.json dist/licences.txt /

FROM ${BUILD_BASE} AS build
WORKDIR /src
COPY Makefile package.json package-lock.json ./
RUN make deps
COPY tsconfig.json ./
COPY src src
RUN make build

FROM runtime AS image
COPY --from=build /src/dist/reconsul.cjs /src/dist/sbom.json /src/dist/licences.txt /
