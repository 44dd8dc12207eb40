# Which tests need not run, because nothing that they cover has changed since they last passed: those on booted Debians
# (tag `booted`), those that compare what is generated with what is committed (`generated`), and those on Debian's MariaDB
# (`second-mariadb`). .ci/covered records a hash of what each covered then; whoever runs them by hand commits it. .ci/long
# runs them always. To be sourced; $root is the checkout.

# Prints the files and folders that the tests of a kind cover, as patterns of git.
paths() {
  case $1 in
  booted)
    echo "pom.xml */pom.xml systemd sql/src/main backup/src/main doctor/src/main docs/operations docs/administration.md docs/chat-admin.md docs/monitoring daemon/src/main/java/chatd/daemon/systemd" \
      "daemon/src/main/java/chatd/daemon/Main.java daemon/chatd.options"
    for name in Box BootedSystemTestBase Debian13IT OperationsPagesIT AdministrationPageIT ProxyPagesIT DoctorPageIT; do
      echo "acceptance/src/test/java/chatd/acceptance/packages/$name.java"
    done
    ;;
  second-mariadb)
    echo "pom.xml sql daemon/pom.xml daemon/src/main/java/chatd/daemon/store daemon/src/test/java/chatd/daemon/store fixtures mariadb"
    ;;
  generated) echo "pom.xml */pom.xml sql admin-cli admin-api client-cli protocol cli fixtures mariadb web/src" ;;
  esac
}

# Prints a hash of what the tests of a kind cover.
inputs() (
  cd "$root" || exit
  set -f
  # shellcheck disable=SC2046 # these are several patterns, which git expands
  git ls-files -z -co --exclude-standard -- $(paths "$1") | LC_ALL=C sort -z | xargs -0 sha256sum 2>/dev/null |
    sha256sum | cut -c1-64
)

# Succeeds if the tests of a kind have passed on what they cover as it is now.
covered() {
  command -v git >/dev/null 2>&1 && [ "$(sed -n "s/^$1 //p" "$root/.ci/covered" 2>/dev/null)" = "$(inputs "$1")" ]
}

# Records that the tests of a kind have passed.
record_covered() {
  { grep -v "^$1 " "$root/.ci/covered" 2>/dev/null; echo "$1 $(inputs "$1")"; } | LC_ALL=C sort >"$root/target/covered"
  mv "$root/target/covered" "$root/.ci/covered"
}
