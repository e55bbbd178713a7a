#include <inttypes.h>
#include <stdint.h>
#include <sys/stat.h>

#include "base/arena.h"
#include "export/file_mark.h"

const char *
file_mark(const struct stat *sb, struct arena *mem)
{
	return arena_printf(mem, "%ju %ju %jd.%09ld %jd.%09ld",
	    (uintmax_t)sb->st_ino, (uintmax_t)sb->st_size,
	    (intmax_t)sb->st_mtim.tv_sec, sb->st_mtim.tv_nsec,
	    (intmax_t)sb->st_ctim.tv_sec, sb->st_ctim.tv_nsec);
}
