#!/bin/sh
# Stages the contents of the packages under target/: chatd/ in its installed layout, for all architectures, beside the
# chatd-runtime/ of runtime.sh; control/ for each package; and dist/ with the archive for other systems and the bill of
# materials. The same sources make the same bytes.
# usage: stage.sh VERSION TIMESTAMP, with JAVA_HOME
set -eu
umask 022
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$(dirname -- "$here")
version=$1
timestamp=$2
cd "$here"
rm -rf target/chatd target/control target/dist target/archive
mkdir -p target/dist

# install_to MODE DIRECTORY FILE…
install_to() {
  mode=$1 directory=$2
  shift 2
  mkdir -p "$directory"
  install -m "$mode" -- "$@" "$directory"
}

# Prints the libraries on a jar's Class-Path; other files in that directory are from an earlier build.
libraries() {
  (cd target && "$JAVA_HOME/bin/jar" --extract --file "$1" META-INF/MANIFEST.MF)
  tr -d '\r' <target/META-INF/MANIFEST.MF |
    awk '/^ / { if (on) printf "%s", substr($0, 2); next } { on = sub(/^Class-Path: /, ""); if (on) printf "%s", $0 }'
}

# Lays out the files that are the same on every system in the given directory.
programs() {
  install_to 755 "$1/bin" src/bin/chatd src/bin/chat-admin src/bin/chat-client
  install_to 644 "$1/share/chatd" src/share/launch.sh src/share/archive-chatd "$root/daemon/chatd.options" \
    "$root/daemon/target/chatd.jar" "$root/admin-cli/target/chat-admin.jar" "$root/client-cli/target/chat-client.jar"
  for program in daemon/target/chatd admin-cli/target/chat-admin client-cli/target/chat-client; do
    for library in $(libraries "$root/$program.jar"); do
      install_to 644 "$1/share/chatd/lib" "$root/${program%/*}/$library"
    done
  done
  doc=$1/share/doc/chatd
  install_to 644 "$doc" "$root"/docs/*.md "$root"/docs/verify.py \
    "$root"/daemon/src/main/resources/chatd/daemon/config/chatd.toml target/bom.json
  for page in README SECURITY; do
    # Here they lie beside what is below docs/ in the sources.
    sed 's#\([[`(]\)docs/#\1#g' "$root/$page.md" >"$doc/$page.md"
  done
  for directory in adr operations protocol; do
    install_to 644 "$doc/$directory" "$root/docs/$directory"/*.md
  done
  install_to 644 "$doc/protocol" "$root/docs/protocol/client.py"
  install_to 644 "$doc/pictures" "$root"/docs/pictures/*.png
  install_to 644 "$doc/bots" "$root"/docs/bots/*
  install_to 644 "$doc/monitoring" "$root"/docs/monitoring/*
  install_to 644 "$1/share/bash-completion/completions" target/chat-admin target/chat-client
  install_to 644 "$1/share/man/man1" "$root"/admin-cli/src/main/man/*.1 "$root"/client-cli/src/main/man/*.1
  install_to 644 "$1/share/man/man5" target/chatd.toml.5
  install_to 644 "$1/share/man/man8" src/man/*.8
}

# Lays out what makes a service of them under systemd, beneath the given prefix.
service() {
  install_to 755 "$1/sbin" src/bin/chatd-setup
  install_to 644 "$1/lib/systemd/system" src/units/chatd.service src/units/chatd.socket \
    src/units/chatd-archive.service src/units/chatd-backup.service src/units/chatd-backup.timer
  mkdir -p "$1/lib/sysusers.d" "$1/lib/tmpfiles.d"
  install -m 644 src/units/sysusers.conf "$1/lib/sysusers.d/chatd.conf"
  install -m 644 src/units/tmpfiles.conf "$1/lib/tmpfiles.d/chatd.conf"
  install_to 644 "$1/lib/systemd/catalog" target/chatd.catalog
}

for program in admin client; do
  "$JAVA_HOME/bin/java" -jar "$root/$program-cli/target/chat-$program.jar" completion bash | tail -n +2 \
    >"target/chat-$program"
done

awk -f chatd.toml.awk "$root/daemon/src/main/resources/chatd/daemon/config/chatd.toml" >target/chatd.toml.5
awk -f catalog.awk "$root/docs/operations/messages.md" >target/chatd.catalog
programs target/chatd/usr
install_to 644 target/chatd/usr/share/zsh/vendor-completions src/share/_chat-admin src/share/_chat-client
service target/chatd/usr
install_to 644 target/chatd/etc/chatd src/etc/chatd.toml
mkdir -p target/chatd/etc/default
install -m 644 src/etc/default target/chatd/etc/default/chatd
install -m 644 src/deb/copyright target/chatd/usr/share/doc/chatd/copyright
install -m 644 "$root/CHANGELOG.md" target/chatd/usr/share/doc/chatd/NEWS.md

maintainer=$(sh "$here/maintainer.sh")

# The Debian changelog, which points to the real one.
for package in chatd chatd-runtime; do
  doc=target/$package/usr/share/doc/$package
  mkdir -p "$doc"
  printf '%s (%s) stable; urgency=medium\n\n  * See NEWS.md of the package chatd.\n\n -- %s  %s\n' \
    "$package" "$version" "$maintainer" "$(LC_ALL=C date -u -R -d "$timestamp")" | gzip -9n >"$doc/changelog.gz"
  mkdir -p "target/control/$package"
  install_to 644 "target/$package/usr/share/lintian/overrides" "src/lintian/$package"
  for file in "src/deb/$package"/*; do
    install -m 755 "$file" "target/control/$package/"
  done
  MAINTAINER=$maintainer awk '{ sub(/@MAINTAINER@/, ENVIRON["MAINTAINER"]); print }' "src/deb/$package/control" \
    >"target/control/$package/control"
done
# The same content, with the native libraries of both; our own runtime can't be linked for another architecture.
cp -a target/control/chatd target/control/chatd-arm64
sed 's/^Architecture: amd64$/Architecture: arm64/; s/ | chatd-runtime,/,/' target/control/chatd/control \
  >target/control/chatd-arm64/control
find target/chatd/usr/share/man -type f -exec gzip -9n {} +

archive=target/archive/chatd-$version
programs "$archive"
install_to 644 "$archive" "$root/LICENSE" "$root/CHANGELOG.md"
service "$archive"
install_to 644 "$archive/etc" src/etc/chatd.toml
# For /usr/local, where systemd looks for units and the like, too.
sed -i 's#/usr/\(bin\|share\)/#/usr/local/\1/#g' "$archive/etc/chatd.toml" "$archive"/lib/systemd/system/*
tar -C target/archive --sort=name --mtime="$timestamp" --owner=0 --group=0 --numeric-owner -cf - "chatd-$version" |
  gzip -9n >"target/dist/chatd-$version.tar.gz"
install -m 644 target/bom.json "target/dist/chatd-$version.bom.json"
