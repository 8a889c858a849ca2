#!/bin/bash
# package-test.sh VERSION: the part of ./dev packages that runs debian/tests/installcheck, as autopkgtest does, on the package that is in
# /src/build/log, installed in a clean system.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get -y install /src/build/log/postgresql-"$1"-bookmeatoz_*.deb
useradd --create-home tester
cd /src
began=$SECONDS
runuser -u tester -- env LC_ALL=C.UTF-8 debian/tests/installcheck
echo "installcheck on the installed package: $((SECONDS - began)) s"
