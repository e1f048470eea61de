#!/usr/bin/env bash
# Makes the two bases that the Dockerfile asks for, from what this machine has: Debian packages and the Node 24 of
# node_modules/node. As root. The tree is kept in BASE and used again.
#   base.sh BASE     → BASE/build (Debian with node and npm) and BASE/run (node and its libraries: no shell, as distroless)
set -euo pipefail
base=${1:?usage: base.sh BASE}
project=$(cd "$(dirname "$0")/../.." && pwd)
node=$project/node_modules/node/bin/node
npm=$(dirname "$(dirname "$(readlink -f "${npm_execpath:-$(command -v npm)}")")")
[ -x "$node" ] || { echo "$node is missing: run npm ci with install scripts allowed" >&2; exit 1; }

# The mirror is the one that apt itself uses for this release.
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
mirror=$(apt-get indextargets --format '$(REPO_URI)' "Codename: $codename" 'Created-By: Packages' 'Component: main' | head -n 1)
[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' 'Created-By: Packages' |
  awk -v release="$codename" '$2 == release { print $1; exit }')
[ -n "$mirror" ] || { echo "apt names no mirror for $codename" >&2; exit 1; }

stamp="$codename $(sha256sum <"$node") $(sha256sum <"$npm/package.json") $(sha256sum <"$0")"
if [ -f "$base/stamp" ] && [ "$(cat "$base/stamp")" = "$stamp" ]; then
  echo "bases of $codename are there: $base" >&2
  exit 0
fi

rm -rf "$base"
mkdir -p "$base"
echo "making the bases of $codename in $base (about a minute, once)" >&2
debootstrap --variant=minbase "$codename" "$base/build" "$mirror" >"$base/debootstrap.log" 2>&1 ||
  { tail -n 20 "$base/debootstrap.log" >&2; exit 1; }
rm -rf "$base"/build/var/cache/apt/archives/*.deb "$base"/build/var/lib/apt/lists/*
install -D -m 755 "$node" "$base/build/usr/local/bin/node"
mkdir -p "$base/build/usr/local/lib/node_modules"
cp -a "$npm" "$base/build/usr/local/lib/node_modules/npm"
ln -s ../lib/node_modules/npm/bin/npm-cli.js "$base/build/usr/local/bin/npm"
ln -s ../lib/node_modules/npm/bin/npx-cli.js "$base/build/usr/local/bin/npx"

run=$base/run
mkdir -p "$run"/{nodejs/bin,etc,dev,proc,tmp}
chmod 1777 "$run/tmp"
install -m 755 "$node" "$run/nodejs/bin/node"
chroot "$base/build" ldd /usr/local/bin/node | grep -o '/[^ ]*' | while read -r library; do
  install -D -m 755 "$base/build$library" "$run$library"
done
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$run/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$run/etc/group"
echo "$stamp" >"$base/stamp"
