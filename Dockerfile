# The base is pinned by digest, so that one commit of this repository always means one image.
# Dependabot moves the digest; CHANGELOG.md says when.

FROM python:3.13-slim-trixie@sha256:9d2e5553305c7c7b0097999bb17187c69b921ccd6bc9d40e4bb5ebe652c00285 AS build
WORKDIR /build
# pip stays in this stage: it installs into the other environment from outside.
RUN python -m venv /build/tools && python -m venv --without-pip /app/venv
COPY requirements/runtime.txt ./
# Wheels only, and only those whose hashes were reviewed: nothing that is downloaded is run here. The lock
# is complete, so nothing is resolved (--no-deps): pip 23 stops at a newer release of a package
# that another one asks for with an extra.
RUN /build/tools/bin/python -m pip --python /app/venv/bin/python install \
      --disable-pip-version-check --no-cache-dir --no-compile --require-hashes --no-deps --only-binary :all: \
      -r runtime.txt
COPY schemas /app/schemas
COPY publer_publish /app/publer_publish
COPY entrypoint.py /app/entrypoint.py
# -u: the log reaches the runner line by line. -E: PYTHONPATH and PYTHONHOME of earlier steps are ignored, but Python
# obeys two variables even so, which could make it start in the checkout: `env` takes them away and becomes Python,
# so that Python is PID 1 and gets the signals of a cancelled run itself. A shell would drop variables such as
# INPUT_API-KEY. `runs.entrypoint` of action.yml names one program without arguments: hence a first line.
# Libraries bring their tests along. Modes must not depend on whose checkout this is. Byte code is compiled now and
# trusted later: every run is a new container.
RUN sed -i '1i #!/usr/bin/env -S -u PYTHONEXECUTABLE -u __PYVENV_LAUNCHER__ /app/venv/bin/python -u -E' /app/entrypoint.py \
 && chmod 0755 /app/entrypoint.py \
 && find /app/venv/bin -type f -delete \
 && find /app/venv/lib -type d -name tests -prune -exec rm -r {} + \
 && chmod -R u=rwX,go=rX /app \
 && /app/venv/bin/python -m compileall -q -j 0 --invalidation-mode unchecked-hash \
      /app/venv/lib /app/publer_publish
# What every user pulls for every run: not Debian, but what the program needs of it and of Python. It fails and says
# what is missing if the result cannot import all that a run can import.
COPY image/gather.py image/imports.py ./
RUN python gather.py /image

FROM scratch
LABEL org.opencontainers.image.title="publer-publish" \
      org.opencontainers.image.description="Publish a post file to social networks through Publer, now, and report truthfully." \
      org.opencontainers.image.source="https://github.com/publer-publish/publer-publish" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/python:3.13-slim-trixie"
ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin
COPY --from=build /image/system /
COPY --from=build /image/python /
COPY --from=build /image/program /
# No USER: the workspace and the command files belong to the runner's user and are writable only
# by it and by root, so GitHub asks for root; any other user fails to write its outputs.
# No WORKDIR: the runner sets its own, the user's checkout, which is data and never code. The
# program lies at an absolute path, and Python puts that directory first on its path, not the checkout.
ENTRYPOINT ["/app/entrypoint.py"]
