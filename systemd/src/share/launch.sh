# Finds Java and starts the programs with it; sourced by each of their scripts, and by ./chat in a checkout.
# shellcheck shell=sh

# Prints the home of the first Java 25 or newer that has the given program, java or javac; fails if there is none.
find_java() {
  on_path=$(command -v "$1" 2>/dev/null || true)
  [ -z "$on_path" ] || on_path=$(dirname -- "$(dirname -- "$(readlink -f -- "$on_path")")")
  for candidate in "${JAVA_HOME:-}" "$on_path" /usr/lib/jvm/* /usr/lib/chatd-runtime \
    "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
    [ -n "$candidate" ] && [ -x "$candidate/bin/$1" ] && [ -f "$candidate/release" ] || continue
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9]*\).*/\1/p' "$candidate/release")
    if [ "${version:-0}" -ge 25 ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

need_java() {
  if ! JAVA_HOME=$(find_java java); then
    echo "$(basename -- "$0"): no Java 25 was found (searched JAVA_HOME, PATH, /usr/lib/jvm," \
      "/usr/lib/chatd-runtime, ~/.sdkman, ~/.jdks)." >&2
    echo "Install one of the packages openjdk-25-jre-headless, temurin-25-jre, chatd-runtime." >&2
    exit 3
  fi
}

# Sets a UTF-8 locale unless there is one, because names are UTF-8.
speak_utf8() {
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
  *[Uu][Tt][Ff]-8* | *[Uu][Tt][Ff]8*) ;;
  *)
    LC_ALL=C.UTF-8
    export LC_ALL
    ;;
  esac
}

# Prints the path of a program's CDS archive, which halves its start-up time; nothing if its directory is not writable.
archive_of() {
  cache=${CACHE_DIRECTORY:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/chatd}
  if (umask 077 && mkdir -p -- "$cache") 2>/dev/null && [ -w "$cache" ]; then
    printf '%s/%s.jsa\n' "$cache" "$1"
  fi
}

# Succeeds if a run may use the CDS archive FILE, or create it: a run that only prints help, its version or the
# defaults loads too few classes for its archive to serve other runs. Arguments: FILE, the program's arguments.
may_archive() {
  [ -n "$1" ] || return 1
  [ ! -f "$1" ] || return 0
  shift
  case " $* " in
  *" --version "* | *" -V "* | *" --help "* | *" -h "* | *" --print-config "*) return 1 ;;
  esac
}

# Replaces the shell with the daemon. Arguments: its options file, its jar, its CDS archive, its own arguments.
run_daemon() {
  options=$1
  jar=$2
  archive=$3
  shift 3
  may_archive "$archive" "$@" || archive=
  set -- -jar "$jar" "$@"
  [ -z "$archive" ] || set -- -XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=$archive" "$@"
  [ -z "${STATE_DIRECTORY:-}" ] || set -- "-XX:ErrorFile=$STATE_DIRECTORY/java-crash-%p.log" "$@"
  # shellcheck disable=SC2086 # these are several options
  exec "$JAVA_HOME/bin/java" @"$options" ${CHAT_HEAP:+"-Xmx$CHAT_HEAP"} ${CHAT_JAVA_OPTIONS:-} "$@"
}

# Replaces the shell with a command-line program. Arguments: its jar, its CDS archive, its own arguments.
run_cli() {
  jar=$1
  archive=$2
  shift 2
  may_archive "$archive" "$@" || archive=
  speak_utf8
  set -- -jar "$jar" "$@"
  # C2 makes every start a quarter slower; only commands that read a whole log, or pass large files on, gain from it.
  case " $* " in
  *" log verify "* | *" log prove "* | *" log query "* | *" log export "* | \
    *" direct accept "* | *" direct send "*) ;;
  *) set -- -XX:TieredStopAtLevel=1 "$@" ;;
  esac
  # The archive is written at the end of the first run. The JVM's messages about it are not for users: whoever starts another
  # program meanwhile finds it incomplete, and runs without it.
  [ -z "$archive" ] || set -- -XX:+AutoCreateSharedArchive "-XX:SharedArchiveFile=$archive" "$@"
  exec "$JAVA_HOME/bin/java" -XX:+UseCompactObjectHeaders -XX:+UseSerialGC -Xms8m -Xmx128m -Xlog:disable -XX:-PrintWarnings \
    "$@"
}
