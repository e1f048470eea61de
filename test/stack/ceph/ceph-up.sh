#!/usr/bin/env bash
# A throw-away Ceph on loopback: one monitor, one memory store, one S3 gateway with STS.
#   ceph-up.sh DIR   starts it; ends and removes everything when the process OWNER_PID is gone
# Debian 12: apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd ceph-common
# Environment (all needed): RGW_PORT MON_PORT MON_PORT_V1 PAYER MEMBERS ROLE OWNER_PID; LC_SECONDS_PER_DAY (0: real days);
#   TLS_PORT (0: plain HTTP alone; else HTTPS there too, under DIR/tls.crt)
# One Ceph tenant per AWS account id:
#   payer  user daemon, keys AKPAYER/SKPAYER          member  user admin, keys AK<id>/SK<id>
#   member role arn:aws:iam::<id>:role/$ROLE, assumable by the payer's user, may read every bucket of its tenant
# Two users without a tenant, for the contract: root AKROOT/SKROOT and second AKSECOND/SKSECOND
set -euo pipefail
D=$1
export CEPH_CONF=$D/ceph.conf
mkdir -p "$D"/{run,log,mon,osd}

stop() {
  for name in rgw osd mon; do
    [ -s "$D/run/$name.pid" ] || continue
    pid=$(cat "$D/run/$name.pid")
    # Only if that pid is still the daemon of this directory: numbers are used again.
    if tr '\0' ' ' < "/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$D/ceph.conf"; then kill -9 "$pid" 2>/dev/null || true; fi
  done
}

tls=
if [ "${TLS_PORT:-0}" != 0 ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$D/tls.key" -out "$D/tls.crt" >/dev/null 2>&1
  tls=" ssl_endpoint=127.0.0.1:$TLS_PORT ssl_certificate=$D/tls.crt ssl_private_key=$D/tls.key"
fi

fsid=$(cat /proc/sys/kernel/random/uuid)
cat > "$CEPH_CONF" <<CONF
[global]
  fsid = $fsid
  mon_host = [v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$MON_PORT_V1]
  public_network = 127.0.0.0/8
  ms_bind_ipv6 = false
  keyring = $D/keyring
  run_dir = $D/run
  admin_socket = $D/run/\$name.asok
  log_file = $D/log/\$name.log
  mon_cluster_log_file = $D/log/cluster.log
  crash_dir =
  osd_pool_default_size = 1
  osd_pool_default_min_size = 1
  osd_pool_default_pg_num = 4
  osd_pool_default_pgp_num = 4
  osd_pool_default_pg_autoscale_mode = off
  osd_crush_chooseleaf_type = 0
  mon_allow_pool_size_one = true
  mon_max_pg_per_osd = 1000
  mon_warn_on_insecure_global_id_reclaim_allowed = false
[mon]
  mon_data = $D/mon
  mon_initial_members = a
  mon_data_avail_crit = 1
  mon_data_avail_warn = 2
  paxos_propose_interval = 0.05
  paxos_min_wait = 0.01
  mon_tick_interval = 1
[osd]
  osd_data = $D/osd
  osd_objectstore = memstore
  osd_memory_target = 939524096
  memstore_device_bytes = 4294967296
  osd_class_load_list = *
  osd_class_default_list = *
[client.rgw]
  rgw_frontends = beast endpoint=127.0.0.1:$RGW_PORT tcp_nodelay=1$tls
  rgw_thread_pool_size = 64
  rgw_s3_auth_use_sts = true
  rgw_sts_key = abcdefghijklmnop
  rgw_crypt_require_ssl = false
  rgw_enable_usage_log = false
  rgw_gc_obj_min_wait = 5
  rgw_policy_reject_invalid_principals = false
CONF
if [ "${LC_SECONDS_PER_DAY:-0}" != 0 ]; then echo "  rgw_lc_debug_interval = $LC_SECONDS_PER_DAY" >> "$CEPH_CONF"; fi

# The watch: whoever started this may be killed without a chance to tidy up.
( trap '' HUP INT TERM # a signal to the whole group, such as timeout's or Ctrl-C, is for who started this
  exec >/dev/null 2>&1 </dev/null
  while kill -0 "$OWNER_PID" 2>/dev/null && [ -d "$D" ]; do sleep 1; done
  stop; rm -rf "$D" ) &
echo $! > "$D/run/watch.pid"

# One keyring for everybody. cephx must stay on: the gateway hangs without it.
key() { ceph-authtool "$D/keyring" $([ -e "$D/keyring" ] || echo -C) --gen-key -n "$@" >/dev/null; }
key mon.         --cap mon 'allow *'
key client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
key client.rgw   --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *'
osdkey=$(ceph-authtool --gen-print-key)
ceph-authtool "$D/keyring" -n osd.0 --add-key "$osdkey" --cap mon 'allow profile osd' --cap mgr 'allow profile osd' --cap osd 'allow *' >/dev/null

monmaptool --create --fsid "$fsid" --addv a "[v2:127.0.0.1:$MON_PORT,v1:127.0.0.1:$MON_PORT_V1]" "$D/monmap" >/dev/null
ceph-mon -c "$CEPH_CONF" -i a --mkfs --monmap "$D/monmap" --keyring "$D/keyring" >/dev/null
ceph-mon -c "$CEPH_CONF" -i a --pid-file "$D/run/mon.pid" >/dev/null
ceph="ceph -c $CEPH_CONF --connect-timeout 20"
$ceph osd crush add-bucket host0 host >/dev/null 2>&1
$ceph osd crush move host0 root=default >/dev/null 2>&1
uuid=$(cat /proc/sys/kernel/random/uuid)
id=$(printf '{"cephx_secret":"%s"}' "$osdkey" | $ceph osd new "$uuid" -i -)
ceph-osd -c "$CEPH_CONF" -i "$id" --mkfs --osd-uuid "$uuid" >/dev/null 2>&1
$ceph osd crush add "osd.$id" 1.0 root=default host=host0 >/dev/null 2>&1
ceph-osd -c "$CEPH_CONF" -i "$id" --osd-crush-update-on-start=false --pid-file "$D/run/osd.pid" >/dev/null 2>&1
for _ in $(seq 100); do
  $ceph osd stat --format json 2>/dev/null | grep -q '"num_up_osds":1' && break
  sleep 0.1
done

# The first contact makes the default zone. GetBucketLocation is to say us-east-1.
adm="radosgw-admin -c $CEPH_CONF -n client.admin"
$adm user list >/dev/null 2>&1
$adm zonegroup get --rgw-zonegroup default 2>/dev/null | sed 's/"api_name": "[^"]*"/"api_name": "us-east-1"/' > "$D/zonegroup.json"
$adm zonegroup set --rgw-zonegroup default --infile "$D/zonegroup.json" >/dev/null 2>&1
if [ "${LC_SECONDS_PER_DAY:-0}" != 0 ]; then
  # So that lifecycle transitions really happen.
  for class in STANDARD_IA GLACIER DEEP_ARCHIVE; do
    $adm zonegroup placement add --rgw-zonegroup default --placement-id default-placement --storage-class $class >/dev/null 2>&1
    $adm zone placement add --rgw-zone default --placement-id default-placement --storage-class $class --data-pool default.rgw.cold.data >/dev/null 2>&1
  done
fi
radosgw -c "$CEPH_CONF" -n client.rgw --pid-file "$D/run/rgw.pid" >/dev/null 2>&1
for _ in $(seq 300); do
  (exec 3<>"/dev/tcp/127.0.0.1/$RGW_PORT") 2>/dev/null && break
  sleep 0.1
done

make_user() { # tenant uid access-key secret-key
  $adm user create ${1:+--tenant "$1"} --uid "$2" --display-name "$2" --access-key "$3" --secret-key "$4" --caps 'roles=*' >/dev/null
}
make_user "" root AKROOT SKROOT
make_user "" second AKSECOND SKSECOND
make_user "$PAYER" daemon AKPAYER SKPAYER
trust='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam::'$PAYER':user/daemon"]},"Action":["sts:AssumeRole"]}]}'
read='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:List*"],"Resource":["arn:aws:s3:::*"]}]}'
for member in $MEMBERS; do
  make_user "$member" admin "AK$member" "SK$member"
  $adm role create --tenant "$member" --role-name "$ROLE" --assume-role-policy-doc "$trust" >/dev/null
  $adm role-policy put --tenant "$member" --role-name "$ROLE" --policy-name read --policy-doc "$read" >/dev/null
done
