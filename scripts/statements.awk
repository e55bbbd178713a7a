# A file of SQL statements as C strings: awk -v file=NAME -f statements.awk FILE
#
#   --: NAME   a statement begins, the C string NAME behind the file's and a _
#   --+ NAME   a piece begins that statements have in common
#   --= NAME   that piece stands here
#   -- ...     a comment
function put(text) {
	if (piece != "")
		pieces[piece] = pieces[piece] text
	else
		printf "%s", text
}
function quoted(line) {
	gsub(/\\/, "\\\\", line)
	gsub(/"/, "\\\"", line)
	return "\"" line "\\n\"\n"
}
/^--[:+] / {
	if (name != "" && piece == "")
		print ";"
	name = $2
	piece = $1 == "--+" ? name : ""
	if (piece == "")
		printf "extern const char %s_%s[];\nconst char %s_%s[] =\n",
		    file, name, file, name
	next
}
/^--= / {
	if (!($2 in pieces)) {
		print FILENAME ": " $2 ": no such piece" > "/dev/stderr"
		exit 1
	}
	put(pieces[$2])
	next
}
/^--/ || /^$/ { next }
{ put(quoted($0)) }
END { if (piece == "") print ";" }
