#!/bin/sh
# Prints who answers for the packages: whom DEBFULLNAME and DEBEMAIL name, as for Debian's own tools, or else the author
# of the commit.
set -eu
if [ -n "${DEBEMAIL:-}" ]; then
  echo "${DEBFULLNAME:-$DEBEMAIL} <$DEBEMAIL>"
elif ! git -C "$(dirname -- "$0")" -c safe.directory='*' log -1 --format='%an <%ae>' 2>/dev/null; then
  echo "maintainer.sh: this is not a git checkout: set DEBFULLNAME and DEBEMAIL to who answers for the packages." >&2
  exit 1
fi
