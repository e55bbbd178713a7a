#include <stdlib.h>
#include <strings.h>
#include <sysexits.h>

#include "base/alloc.h"
#include "source/folder.h"
#include "source/login.h"
#include "source/session.h"

enum {
	NAMES_BYTES = 1024 * 1024
};

static bool
says_non_existent(const struct mailimap_mbx_list_oflag *flag)
{
	return flag->of_type == MAILIMAP_MBX_LIST_OFLAG_FLAG_EXT &&
	       strcasecmp(flag->of_flag_ext, "NonExistent") == 0;
}

static void
read_folder(
    struct imap_listed *folder, const struct mailimap_mailbox_list *listed)
{
	const struct mailimap_mbx_list_flags *flags = listed->mb_flag;
	clistiter *it;

	folder->name = folder_decode(listed->mb_name);
	if (folder->name == NULL)
		folder->name = xstrdup(listed->mb_name);
	folder->selectable =
	    flags == NULL || flags->mbf_type != MAILIMAP_MBX_LIST_FLAGS_SFLAG ||
	    flags->mbf_sflag != MAILIMAP_MBX_LIST_SFLAG_NOSELECT;
	if (flags == NULL || flags->mbf_oflags == NULL)
		return;
	for (it = clist_begin(flags->mbf_oflags); it != NULL;
	     it = clist_next(it))
		if (says_non_existent(clist_content(it)))
			folder->selectable = false;
}

int
imap_list(
    struct imap *im, struct imap_listed **list, size_t *n, struct fault *f)
{
	static const struct guard_limits limits = { .command = GUARD_NAMES,
		.lines = NAMES_BYTES,
		.literals = NAMES_BYTES };
	clist *folders = NULL;
	clistiter *it;
	int rc, code;

	*list = NULL;
	*n = 0;
	if (login_settle(im, f) == -1)
		return -1;
	session_begin(im, &limits, TLS_STEADY);
	code = mailimap_list(im->etpan, "", "*", &folders);
	rc = session_end(im, code, EX_NOPERM, "LIST refused", f);
	if (rc == 0 && folders != NULL) {
		*list = xcalloc((size_t)clist_count(folders), sizeof **list);
		for (it = clist_begin(folders); it != NULL; it = clist_next(it))
			read_folder(&(*list)[(*n)++], clist_content(it));
	}
	if (folders != NULL)
		mailimap_list_result_free(folders);
	return rc;
}

void
imap_list_free(struct imap_listed *list, size_t n)
{
	while (n > 0)
		free(list[--n].name);
	free(list);
}
