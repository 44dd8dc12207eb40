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

# Prints the path of the class archive of a program, which halves its start-up time; nothing if its directory is not writable.
# Its name says for which Java, options and jar it was made, so that an upgrade begins anew. Arguments: the program, its jar,
# more files that it depends on.
archive_of() {
  cache=${CACHE_DIRECTORY:-${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}/chatd}
  if (umask 077 && mkdir -p -- "$cache") 2>/dev/null && [ -w "$cache" ]; then
    program=$1
    jar=$2
    shift 2
    key=$({
      cat -- "$JAVA_HOME/release" "$@"
      stat -Lc '%s %Y' -- "$jar"
    } | cksum | tr ' ' -)
    printf '%s/%s-%s.jsa\n' "$cache" "$program" "$key"
  fi
}

# Makes a class archive, beside it and then renamed, so that it is never there in part; then deletes those for other versions.
# A program that does it at its own end, as -XX:+AutoCreateSharedArchive does, takes seconds to stop, and when it is killed
# meanwhile leaves one that is never used and never made again. One at a time; takes about ten seconds, at low priority.
# Arguments: the archive, the list of classes, the jar, Java's options.
archive_classes() (
  archive=$1 list=$2 jar=$3
  shift 3
  umask 077
  if command -v flock >/dev/null; then
    exec 9>"$archive.lock"
    flock -n 9 || exit 0
  fi
  [ -f "$list" ] && [ ! -f "$archive" ] || exit 0
  new=$archive.new
  trap 'rm -f -- "$new" "$new.classes" "$archive.lock"' EXIT
  trap 'exit 1' HUP INT TERM
  # The program may still be running, and the last line be incomplete.
  sed '$d' "$list" >"$new.classes"
  rm -f -- "$list"
  nice -n 19 "$JAVA_HOME/bin/java" "$@" -Xlog:disable -Xshare:dump "-XX:SharedClassListFile=$new.classes" \
    "-XX:SharedArchiveFile=$new" -jar "$jar" >/dev/null 2>&1
  # Java takes it, or it is thrown away.
  "$JAVA_HOME/bin/java" "$@" -Xlog:disable -Xshare:on "-XX:SharedArchiveFile=$new" -jar "$jar" --version >/dev/null 2>&1 ||
    exit 1
  sync -- "$new"
  mv -f -- "$new" "$archive"
  program=${archive##*/}
  program=${archive%/*}/${program%%-[0-9]*}
  for old in "$program.jsa" "$program"-[0-9]*.jsa "$program"-[0-9]*.classes; do
    [ "$old" = "$archive" ] || rm -f -- "$old"
  done
)

# Sets $class_data to the Java option with which a program uses its class archive. Arguments: the archive, or nothing.
use_archive() {
  class_data=
  [ -z "$1" ] || [ ! -f "$1" ] || class_data=-XX:SharedArchiveFile=$1
}

# As use_archive; if there is no archive yet, to the one with which the program writes which classes it loads, into a list of
# the archive's name, for archive_classes.
use_or_list() {
  use_archive "$1"
  [ -z "$1" ] || [ -n "$class_data" ] || class_data=-XX:DumpLoadedClassList=${1%.jsa}.classes
}

# Replaces the shell with the daemon. Arguments: its options file, its jar, its class archive, its own arguments.
run_daemon() {
  options=$1
  jar=$2
  archive=$3
  shift 3
  # Lists its classes as a service alone, which has a unit that then makes the archive (chatd-archive.service), and not in
  # the command after its stop.
  if [ -n "${CACHE_DIRECTORY:-}" ] && [ -z "${SERVICE_RESULT:-}" ]; then
    use_or_list "$archive"
  else
    use_archive "$archive"
  fi
  set -- -jar "$jar" "$@"
  [ -z "$class_data" ] || set -- "$class_data" "$@"
  [ -z "${STATE_DIRECTORY:-}" ] || set -- "-XX:ErrorFile=$STATE_DIRECTORY/java-crash-%p.log" "$@"
  # shellcheck disable=SC2086 # these are several options
  exec "$JAVA_HOME/bin/java" @"$options" ${CHAT_HEAP:+"-Xmx$CHAT_HEAP"} ${CHAT_JAVA_OPTIONS:-} "$@"
}

# Java's options for a command-line program.
cli_options='-XX:+UseCompactObjectHeaders -XX:+UseSerialGC -Xms8m'

# Replaces the shell with a command-line program. Arguments: its jar, its class archive, its own arguments.
run_cli() {
  jar=$1
  archive=$2
  shift 2
  use_archive "$archive"
  if [ -n "$archive" ] && [ -z "$class_data" ]; then
    list=${archive%.jsa}.classes
    if [ -f "$list" ]; then
      # In the background, and not as a child of the program.
      # shellcheck disable=SC2086 # these are several options
      (archive_classes "$archive" "$list" "$jar" $cli_options </dev/null >/dev/null 2>&1 &)
    elif loads_classes "$@"; then
      class_data=-XX:DumpLoadedClassList=$list
    fi
  fi
  speak_utf8
  set -- -jar "$jar" "$@"
  takes_long "$@" || set -- -XX:TieredStopAtLevel=1 "$@"
  has_everybody "$@" || set -- -Xmx128m "$@"
  [ -z "$class_data" ] || set -- "$class_data" "$@"
  # Java's own warnings are on standard error, but for those that a class archive can't be used: it is made anew.
  # shellcheck disable=SC2046,SC2086 # these are several options
  exec $(yields "$@") "$JAVA_HOME/bin/java" $cli_options -Xlog:disable "-Xlog:all=warning,cds*=off,aot*=off:stderr" "$@"
}

# Prints what makes a command give way to the daemon: one that makes or tries a backup, or reads what a user has. Arguments as
# for takes_long.
yields() {
  ! has_everybody "$@" || { echo nice -n 10; return; }
  for word; do
    [ "$word" != backup ] || { echo nice -n 10; return; }
  done
}

# Succeeds if a command has all accounts and groups in memory, as the daemon has. Arguments as for takes_long.
has_everybody() {
  case " $* " in
  *" user export "*) return 0 ;;
  esac
  return 1
}

# Succeeds if a command reads a whole log or database, or passes large files on: these gain from C2, which makes every start a quarter
# slower. Arguments: -jar, the jar, and the program's own, of which two in a row are the command.
takes_long() {
  last=
  for word; do
    case "$last $word" in
    "log verify" | "log prove" | "log query" | "log export" | "user export" | "direct accept" | "direct send") return 0 ;;
    *" backup" | *" restore") return 0 ;;
    esac
    last=$word
  done
  return 1
}

# Succeeds if a run loads what others load; one that only prints help or its version does not. Arguments: the program's.
loads_classes() {
  for word; do
    case $word in
    --version | -V | --help | -h) return 1 ;;
    esac
  done
}
