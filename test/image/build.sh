#!/usr/bin/env bash
# Builds the Dockerfile for real, without an engine: buildah as root, with a store of its own.
#   build.sh WORK TAG     WORK keeps the bases and the store. Prints the image's id.
# npm's settings of this machine (registry, certificates) are mounted while building; nothing of them stays in the image.
set -euo pipefail
work=${1:?usage: build.sh WORK TAG} tag=${2:?usage: build.sh WORK TAG}
here=$(cd "$(dirname "$0")" && pwd)
project=$(cd "$here/../.." && pwd)
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
mkdir -p "$work"
store=(--root "$work/store" --runroot "$work/run")

"$here/base.sh" "$work/base"
for kind in build run; do
  name=localhost/orgtrail-base-$kind:$(sha256sum <"$work/base/stamp" | cut -c 1-12)
  declare "$kind=$name"
  buildah "${store[@]}" inspect --type image "$name" >/dev/null 2>&1 && continue
  container=$(buildah "${store[@]}" from scratch)
  buildah "${store[@]}" add --quiet "$container" "$work/base/$kind" / >/dev/null
  buildah "${store[@]}" commit --quiet --rm "$container" "$name" >/dev/null
done

# npm finds its global settings beside the node that runs it, so the project's own node must not be first in PATH.
setting() { PATH=$(tr ':' '\n' <<<"$PATH" | grep -v node_modules | paste -sd :) npm config get "$1" 2>/dev/null; }
mounts=()
mount_file() { if [ -f "$1" ]; then mounts+=(--volume "$1:$2:ro"); fi; }
settings=$(setting userconfig)
mount_file "$(setting globalconfig)" /usr/local/etc/npmrc
authority=$(setting cafile)
if [ -f "${NODE_EXTRA_CA_CERTS:-}" ] && [ ! -f "$authority" ]; then
  # A machine whose node trusts another authority by its environment: in the build npm is told by its settings.
  { if [ -f "$settings" ]; then cat "$settings"; fi; echo "cafile=$NODE_EXTRA_CA_CERTS"; } >"$work/npmrc"
  settings=$work/npmrc authority=$NODE_EXTRA_CA_CERTS
fi
mount_file "$settings" /root/.npmrc
mount_file "$authority" "$authority"
mkdir -p "$work/npm-cache"
mounts+=(--volume "$work/npm-cache:/root/.npm:rw")

version=$(node -p 'JSON.parse(fs.readFileSync(process.argv[1], "utf8")).version' "$project/package.json")
echo "building $tag" >&2
# --format docker: the other format has no place for HEALTHCHECK.
timeout 400 buildah "${store[@]}" build --pull-never --format docker --network host "${mounts[@]}" \
  --build-arg "NODE_BUILD=$build" --build-arg "NODE_RUN=$run" --build-arg "VERSION=$version" \
  --tag "$tag" "$project" >"$work/build.log" 2>&1 || { tail -n 40 "$work/build.log" >&2; exit 1; }
buildah "${store[@]}" rmi --prune --force >/dev/null # earlier builds, which nothing names any more
buildah "${store[@]}" inspect --type image --format '{{.FromImageID}}' "$tag"
