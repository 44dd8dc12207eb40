#!/bin/sh
# Builds our own Java runtime under target/chatd-runtime/, in its installed layout; it must not exist there yet. The
# same JDK makes the same bytes.
# usage: runtime.sh TIMESTAMP, with JAVA_HOME
set -eu
umask 022
timestamp=$1
cd "$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)"

command -v strip >/dev/null || { echo "runtime.sh: strip was not found: install the package binutils" >&2; exit 1; }
java=target/chatd-runtime/usr/lib/chatd-runtime
mkdir -p target/chatd-runtime/usr/lib target/chatd-runtime/usr/share/doc/chatd-runtime
"$JAVA_HOME/bin/jlink" --output "$java" --compress zip-6 --no-header-files --no-man-pages --strip-java-debug-attributes \
  --exclude-files "/java.desktop/lib/**" \
  --add-modules "java.base,java.desktop,java.logging,java.management,java.naming,java.security.sasl,java.sql,java.xml,\
jdk.crypto.cryptoki,jdk.jfr,jdk.management,jdk.net,jdk.unsupported,jdk.zipfs"
# Removes jrt-fs.jar, which is for tools that inspect runtimes, and symbols that only debuggers read.
rm -f "$java/lib/jrt-fs.jar"
find "$java" -type f \( -name '*.so' -o -path '*/bin/*' -o -name jspawnhelper -o -name jexec \) -exec strip --strip-unneeded {} +
# Lists only the security providers whose modules are here: Java looks for any other on the class path, and loads all of
# Bouncy Castle's on its way.
providers=$("$java/bin/java" -XshowSettings:security:providers -version 2>&1 | sed -n 's/^ *Provider name: //p')
: "${providers:?java did not name its security providers}"
sed -i '/^security\.provider\.[0-9]/d' "$java/conf/security/java.security"
number=0
for provider in $providers; do
  number=$((number + 1))
  echo "security.provider.$number=$provider" >>"$java/conf/security/java.security"
done
# Dumps the base CDS archive, on which the programs' archives are layered; it is valid only for a lib/modules with
# exactly this modification time.
touch -d "$timestamp" "$java/lib/modules"
"$java/bin/java" -XX:+UseCompactObjectHeaders -XX:+UseSerialGC -Xlog:disable -Xshare:dump
install -m 644 src/deb/copyright-runtime target/chatd-runtime/usr/share/doc/chatd-runtime/copyright
