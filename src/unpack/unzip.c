#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zip.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/span.h"
#include "codes/codes.h"
#include "codes/findings.h"
#include "model/limits.h"
#include "unpack/container.h"
#include "unpack/unzip.h"

enum {
	CHUNK = 32 * 1024,
	FRONT = 64,    /* bytes of an entry that tell what it is */
	HEADERS = 1000 /* headers beyond the limit that libzip may see: it
			  takes a few hundred bytes for each */
};

static const char central_header[] = "PK\1\2";
static const char end64_locator[] = "PK\6\7";

struct unzip {
	zip_t *zip;
	zip_uint64_t *entry; /* indexes of those that may be reports */
	size_t n, next;
};

/*
 * Count the headers of the directory before libzip reads them: it allocates
 * memory for each before it says how many there are, and believes the count of
 * a zip64 directory.
 */
static int
check_directory(
    struct span bytes, const struct limits *limits, struct findings *fs)
{
	struct span rest = bytes;
	size_t n = 0, at;

	if (span_find(bytes, end64_locator) < bytes.n)
		return findings_reject(fs, CODE_ZIP_INVALID, "zip64");
	while ((at = span_find(rest, central_header)) < rest.n) {
		if (++n > (size_t)limits->reports + HEADERS)
			return findings_reject(fs, CODE_ZIP_TOO_MANY_ENTRIES,
			    "over %u entries", limits->reports);
		rest = span_skip(rest, at + strlen(central_header));
	}
	return 0;
}

/*
 * End the program if a call failed for want of memory.  libzip does not always
 * say so, but errno does if it was 0 before the call.
 */
static void
check_memory(zip_error_t *error)
{
	if (zip_error_code_zip(error) == ZIP_ER_MEMORY || errno == ENOMEM)
		out_of_memory();
}

static zip_t *
open_zip(struct span bytes, struct findings *fs)
{
	zip_error_t error;
	zip_source_t *source;
	zip_t *zip = NULL;

	errno = 0;
	zip_error_init(&error);
	source = zip_source_buffer_create(bytes.p, bytes.n, 0, &error);
	if (source != NULL)
		zip = zip_open_from_source(
		    source, ZIP_RDONLY | ZIP_CHECKCONS, &error);
	if (zip == NULL) {
		zip_source_free(source);
		check_memory(&error);
		findings_reject(
		    fs, CODE_ZIP_INVALID, "%s", zip_error_strerror(&error));
	}
	zip_error_fini(&error);
	return zip;
}

static zip_file_t *
open_entry(zip_t *zip, zip_uint64_t i)
{
	zip_file_t *file;

	errno = 0;
	if ((file = zip_fopen_index(zip, i, 0)) == NULL)
		check_memory(zip_get_error(zip));
	return file;
}

static zip_int64_t
read_some(zip_file_t *file, void *to, size_t room)
{
	zip_int64_t n;

	errno = 0;
	if ((n = zip_fread(file, to, room)) < 0)
		check_memory(zip_file_get_error(file));
	return n;
}

static struct span
name_of(zip_t *zip, zip_uint64_t i)
{
	const char *name;

	errno = 0;
	if ((name = zip_get_name(zip, i, ZIP_FL_ENC_RAW)) == NULL)
		check_memory(zip_get_error(zip));
	return span_of(name != NULL ? name : "");
}

static bool
is_file(zip_t *zip, zip_uint64_t i)
{
	struct span s = name_of(zip, i);

	return !span_ends_nocase(s, "/") && !span_begins_nocase(s, "__MACOSX/");
}

static bool
is_named_report(zip_t *zip, zip_uint64_t i)
{
	struct span s = name_of(zip, i);

	return span_ends_nocase(s, ".json") || span_ends_nocase(s, ".json.gz");
}

/* Whether the bytes may be a report; yes if they cannot be read. */
static bool
is_container(zip_t *zip, zip_uint64_t i)
{
	char front[FRONT];
	zip_file_t *file = open_entry(zip, i);
	zip_int64_t n;

	if (file == NULL)
		return true;
	n = read_some(file, front, sizeof front);
	zip_fclose(file);
	return n < 0 || container_kind((struct span){ front, (size_t)n }) !=
			    CONTAINER_NONE;
}

static int
find_reports(struct unzip *u, const struct limits *limits, struct findings *fs)
{
	zip_int64_t total = zip_get_num_entries(u->zip, 0);
	zip_uint64_t i, n = total > 0 ? (zip_uint64_t)total : 0, files = 0;

	if (n > limits->reports)
		return findings_reject(fs, CODE_ZIP_TOO_MANY_ENTRIES,
		    "%llu entries, limit %u", (unsigned long long)n,
		    limits->reports);
	u->entry = xcalloc(n + 1, sizeof *u->entry);
	for (i = 0; i < n; i++)
		files += is_file(u->zip, i);
	for (i = 0; i < n; i++)
		if (is_file(u->zip, i) &&
		    (files == 1 || is_named_report(u->zip, i) ||
			is_container(u->zip, i)))
			u->entry[u->n++] = i;
	if (u->n == 0)
		return findings_reject(fs, CODE_ZIP_INVALID, "no report in it");
	return 0;
}

struct unzip *
unzip_open(struct span bytes, const struct limits *limits, struct findings *fs)
{
	struct unzip *u;
	zip_t *zip;

	if (check_directory(bytes, limits, fs) == -1 ||
	    (zip = open_zip(bytes, fs)) == NULL)
		return NULL;
	u = xcalloc(1, sizeof *u);
	u->zip = zip;
	if (find_reports(u, limits, fs) == -1) {
		unzip_close(u);
		return NULL;
	}
	return u;
}

/* Other methods than store and deflate take memory without a bound. */
static int
check_entry(zip_t *zip, zip_uint64_t i, struct findings *fs)
{
	zip_stat_t st;

	if (zip_stat_index(zip, i, 0, &st) == -1 ||
	    (st.valid & ZIP_STAT_COMP_METHOD) == 0)
		return findings_reject(fs, CODE_ZIP_INVALID, "entry %llu",
		    (unsigned long long)i + 1);
	if ((st.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 &&
	    st.encryption_method != ZIP_EM_NONE)
		return findings_reject(fs, CODE_ZIP_ENCRYPTED, "entry %llu",
		    (unsigned long long)i + 1);
	if (st.comp_method != ZIP_CM_STORE && st.comp_method != ZIP_CM_DEFLATE)
		return findings_reject(fs, CODE_ZIP_INVALID,
		    "entry %llu: compression method %u",
		    (unsigned long long)i + 1, st.comp_method);
	return 0;
}

/* It must be read to its very end: only then libzip checks the CRC. */
static int
read_entry(
    struct unzip *u, zip_uint64_t i, struct buf *out, struct findings *fs)
{
	zip_file_t *file = open_entry(u->zip, i);
	char spare, *to;
	zip_int64_t got = -1;
	size_t room, before = out->len;

	while (file != NULL) {
		to = buf_room(out, CHUNK, &room);
		got = room > 0 ? read_some(file, to, room)
			       : read_some(file, &spare, 1);
		if (got <= 0 || room == 0)
			break;
		out->len += (size_t)got;
	}
	if (got == -1)
		findings_reject(fs, CODE_ZIP_INVALID, "entry %llu: %s",
		    (unsigned long long)i + 1,
		    file != NULL ? zip_file_strerror(file)
				 : zip_strerror(u->zip));
	else if (got > 0)
		findings_reject(fs, CODE_DECOMPRESSED_TOO_LARGE,
		    "entry %llu: over %zu bytes", (unsigned long long)i + 1,
		    out->max);
	if (file != NULL)
		zip_fclose(file);
	if (got == 0)
		return 0;
	out->len = before;
	return -1;
}

int
unzip_next(struct unzip *u, struct buf *data, struct findings *fs)
{
	zip_uint64_t i;

	if (u->next == u->n)
		return 0;
	i = u->entry[u->next++];
	if (u->n > 1)
		findings_add(
		    fs, CODE_MULTIPLE_REPORT_PARTS, "%zu in one zip", u->n);
	if (check_entry(u->zip, i, fs) == -1 ||
	    read_entry(u, i, data, fs) == -1)
		return -1;
	if (container_kind(buf_span(data)) != CONTAINER_ZIP)
		return 1;
	buf_reset(data);
	return findings_reject(fs, CODE_ZIP_INVALID, "entry %llu is a zip",
	    (unsigned long long)i + 1);
}

void
unzip_close(struct unzip *u)
{
	if (u == NULL)
		return;
	zip_discard(u->zip);
	free(u->entry);
	free(u);
}
