# Makes the catalog by which `journalctl -x` explains lines of the service log from their page (operations/messages.md). An
# entry's MESSAGE_ID is that of JournaldAppender: a prefix, and the line's number.
BEGIN { FS = " \\| " }
# Prints a text in lines.
function print_wrapped(text,  words, count, line, i) {
  count = split(text, words, " ")
  for (i = 1; i <= count; i++) {
    if (line != "" && length(line) + 1 + length(words[i]) > 76) { print line; line = "" }
    line = line (line == "" ? "" : " ") words[i]
  }
  print line
}
/^\| CHATD-/ {
  gsub(/`/, "")
  codes = substr($1, 3)
  explanation = $4
  sub(/ \|$/, "", explanation)
  while (match(codes, /CHATD-[0-9][0-9][0-9]/)) {
    code = substr(codes, RSTART, RLENGTH)
    codes = substr(codes, RSTART + RLENGTH)
    print "-- bb298b9506e5499f86bb99593caf0" substr(code, 7)
    print "Subject: " code " " $2
    print "Defined-By: chatd"
    print "Documentation: file:///usr/share/doc/chatd/operations/messages.md"
    print ""
    print_wrapped(toupper(substr(explanation, 1, 1)) substr(explanation, 2))
    print ""
  }
}
