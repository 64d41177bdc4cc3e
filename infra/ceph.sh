#!/bin/sh
# One Ceph with an S3 gateway (radosgw) on this machine's loopback, for the storage tests: `make ceph`.
#
#   infra/ceph.sh COMMAND...     start it, run the command with GONGKAI_TEST_S3 pointing to it, stop it
#
# Needs Debian's ceph-mon, ceph-mgr, ceph-osd, ceph-common and radosgw (installed here when root). The data lie in a
# temporary folder in the main memory or on the disk and go away with the server.
set -eu

if ! command -v radosgw >/dev/null 2>&1 || ! command -v ceph-osd >/dev/null 2>&1; then
  [ "$(id -u)" = 0 ] || { echo "install ceph-mon ceph-mgr ceph-osd ceph-common radosgw first" >&2; exit 1; }
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends ceph-mon ceph-mgr ceph-osd ceph-common radosgw
fi

DIR=$(mktemp -d /tmp/gongkai-ceph-XXXXXX)
PIDS=
stop() {
  for pid in $PIDS; do kill "$pid" 2>/dev/null || true; done
  sleep 1
  for pid in $PIDS; do kill -9 "$pid" 2>/dev/null || true; done
  rm -rf "$DIR"
}
trap stop EXIT INT TERM

free_port() { "${PYTHON:-python3}" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
MON=$(free_port)
RGW=$(free_port)
FSID=$("${PYTHON:-python3}" -c 'import uuid; print(uuid.uuid4())')
mkdir -p "$DIR/mon" "$DIR/osd" "$DIR/mgr" "$DIR/rgw" "$DIR/run"
export CEPH_CONF="$DIR/ceph.conf"
cat > "$CEPH_CONF" <<CONF
[global]
fsid = $FSID
mon initial members = a
mon host = [v1:127.0.0.1:$MON]
public addr = 127.0.0.1
keyring = $DIR/keyring
run dir = $DIR/run
admin socket = $DIR/run/\$name.asok
log file = $DIR/\$name.log
pid file = $DIR/run/\$name.pid
auth cluster required = cephx
auth service required = cephx
auth client required = cephx
auth allow insecure global id reclaim = false
ms bind msgr2 = false
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
mon pg warn on pool no redundancy = false
osd objectstore = memstore
memstore device bytes = 2147483648
osd data = $DIR/osd
[mon.a]
mon data = $DIR/mon
[mgr.a]
mgr data = $DIR/mgr
[client.rgw.a]
rgw data = $DIR/rgw
rgw frontends = beast endpoint=127.0.0.1:$RGW
rgw enable usage log = false
CONF

ceph-authtool --create-keyring "$DIR/keyring" --gen-key -n mon. --cap mon 'allow *' >/dev/null
ceph-authtool "$DIR/keyring" --gen-key -n client.admin --cap mon 'allow *' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool "$DIR/keyring" --gen-key -n osd.0 --cap mon 'allow profile osd' --cap osd 'allow *' --cap mgr 'allow *' >/dev/null
ceph-authtool "$DIR/keyring" --gen-key -n mgr.a --cap mon 'allow *' --cap osd 'allow *' --cap mds 'allow *' >/dev/null
ceph-authtool "$DIR/keyring" --gen-key -n client.rgw.a --cap mon 'allow rw' --cap osd 'allow rwx' >/dev/null
monmaptool --create --addv a "[v1:127.0.0.1:$MON]" --fsid "$FSID" "$DIR/monmap" >/dev/null
ceph-mon -i a --mkfs --monmap "$DIR/monmap" --keyring "$DIR/keyring"
ceph-mon -i a -f >"$DIR/mon.out" 2>&1 & PIDS="$PIDS $!"

ceph_() { timeout 60 ceph --connect-timeout 30 "$@"; }
ceph_ auth import -i "$DIR/keyring" 2>/dev/null
ceph-mgr -i a -f >"$DIR/mgr.out" 2>&1 & PIDS="$PIDS $!"
ceph_ osd create "$(cat /proc/sys/kernel/random/uuid)" 0 >/dev/null
ceph-osd -i 0 --mkfs --osd-uuid "$(ceph_ osd dump --format json | "${PYTHON:-python3}" -c 'import json, sys; print(json.load(sys.stdin)["osds"][0]["uuid"])')" >"$DIR/osd.out" 2>&1
ceph_ osd crush add osd.0 1.0 root=default host=here >/dev/null 2>&1
ceph-osd -i 0 -f >>"$DIR/osd.out" 2>&1 & PIDS="$PIDS $!"
tries=0
until ceph_ osd stat --format json 2>/dev/null | grep -q '"num_up_osds": *1'; do
  tries=$((tries + 1)); [ $tries -lt 60 ] || { tail -20 "$DIR"/*.out >&2; echo "Ceph's disk did not come up" >&2; exit 1; }
  sleep 1
done
radosgw -n client.rgw.a -f >"$DIR/rgw.out" 2>&1 & PIDS="$PIDS $!"
tries=0
until "${PYTHON:-python3}" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=2)' "http://127.0.0.1:$RGW/" 2>/dev/null; do
  tries=$((tries + 1)); [ $tries -lt 180 ] || { tail -20 "$DIR"/*.out >&2; echo "radosgw did not come up" >&2; exit 1; }
  sleep 1
done
# The credentials and the bucket that the tests use; the server lives as long as they do.
radosgw-admin -n client.rgw.a user create --uid tests --display-name tests --access-key test-key --secret-key test-secret >/dev/null 2>"$DIR/admin.out"
export GONGKAI_TEST_S3="http://127.0.0.1:$RGW"
AWS_ACCESS_KEY_ID=test-key AWS_SECRET_ACCESS_KEY=test-secret "${PYTHON:-python3}" -c '
import os, boto3
boto3.client("s3", endpoint_url=os.environ["GONGKAI_TEST_S3"], region_name="us-east-1").create_bucket(Bucket="archive")'
echo "Ceph answers at $GONGKAI_TEST_S3" >&2
"$@"
