#!/bin/sh
# Install a Debian package if its command is absent and that is possible here; else say what is done
# without it. Never fails: the lab works without these packages.
# Usage: system_package.sh COMMAND "PACKAGE ..." "WHAT HAPPENS WITHOUT"
command -v "$1" >/dev/null 2>&1 && exit 0
export DEBIAN_FRONTEND=noninteractive
if ! command -v apt-get >/dev/null 2>&1; then
    echo "$1 is not installed and there is no apt-get here: $3"
    exit 0
fi
as_root=
if [ "$(id -u)" -ne 0 ]; then
    as_root="sudo -n"
    if ! $as_root true 2>/dev/null; then
        echo "$1 is not installed and installing it needs root: $3"
        echo "To have it: sudo apt-get install $2"
        exit 0
    fi
fi
echo "installing $2"
log=$(mktemp)
if { $as_root apt-get update -qq && $as_root apt-get install -y -qq --no-install-recommends $2; } >"$log" 2>&1; then
    rm -f "$log"
else
    tail -n 3 "$log"
    rm -f "$log"
    echo "$2 could not be installed: $3"
fi
exit 0
