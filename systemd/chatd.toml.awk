# Makes the man page chatd.toml(5) from the commented configuration: its first paragraphs are the description, a section
# is a heading, and its comments stand above the options as they do there.
function plain(text) {
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  gsub(/'/, "\\(aq", text)
  gsub(/`/, "", text)
  return text ~ /^\./ ? "\\&" text : text
}
function options(on) {
  if (on != listing) print on ? ".RS\n.nf" : ".fi\n.RE\n.PP"
  listing = on
}
BEGIN {
  print ".TH CHATD.TOML 5 \"\" \"chatd\" \"chatd\""
  print ".SH NAME\nchatd.toml \\- the configuration of the chat daemon\n.SH SYNOPSIS\n.I /etc/chatd/chatd.toml\n.SH DESCRIPTION"
}
/^#$/ { print ".PP"; next }
/^# / { options(0); print plain(substr($0, 3)); next }
/^\[/ {
  options(0)
  if (!section++) print ".SH OPTIONS"
  print ".SS " plain($0)
  next
}
/^$/ { next }
{
  options(1)
  print plain($0)
}
END {
  options(0)
  print ".SH EXAMPLE\n.nf\n[everyone]\nwrite = \"granted\"\n.fi"
  print ".SH SEE ALSO\n.BR chatd (8),\n.BR chat\\-admin\\-config (1)"
}
