#!/usr/bin/env bash
# Runs a program in an image's tree the way compose.yaml does: read-only root, a tmpfs on /tmp, no capability, no new
# privileges, the image's user. As root; the network is the host's, so that loopback servers of a test can be reached.
#   run.sh ROOT UID WORKDIR CONFIG COMMAND…    the environment is handed on as it is; CONFIG (or -) covers /app/config
# Every step is an exec, so that the process that was started is the program itself and gets the signals.
set -euo pipefail
export RUN_ROOT=${1:?} RUN_UID=${2:?} RUN_WORKDIR=${3:?} RUN_CONFIG=${4:?}
shift 4
exec /usr/bin/unshare --mount --propagation private /bin/bash -c '
  set -euo pipefail
  export -n RUN_ROOT RUN_UID RUN_WORKDIR RUN_CONFIG
  m() { /bin/mount "$@"; }
  m --bind "$RUN_ROOT" "$RUN_ROOT"
  m --rbind /dev "$RUN_ROOT/dev"
  m -t proc proc "$RUN_ROOT/proc"
  m -t tmpfs -o mode=1777,size=64m,noexec,nosuid tmpfs "$RUN_ROOT/tmp"
  if [ "$RUN_CONFIG" != - ]; then m --bind "$RUN_CONFIG" "$RUN_ROOT/app/config"; m -o remount,bind,ro "$RUN_ROOT/app/config"; fi
  m -o remount,bind,ro "$RUN_ROOT"
  exec /usr/bin/setpriv --no-new-privs \
    /usr/bin/unshare --root="$RUN_ROOT" --wd="$RUN_WORKDIR" --setgid "$RUN_UID" --setuid "$RUN_UID" -- "$@"
' run "$@"
