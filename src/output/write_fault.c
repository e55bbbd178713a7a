#include <errno.h>
#include <string.h>
#include <sysexits.h>

#include "base/fault.h"
#include "output/write_fault.h"

int
write_fault(struct fault *f, const char *name, const char *what)
{
	int error = errno;

	if (name == NULL)
		name = "standard output";
	if (error == ENOSPC || error == EDQUOT)
		return fault(f, FAULT_HOST, EX_CANTCREAT,
		    "%s: the disk is full: free room and run again", name);
	return fault(f, FAULT_HOST, EX_CANTCREAT, "%s: %s: %s%s", name, what,
	    error != 0 ? strerror(error) : "writing failed",
	    error == EFBIG ? ": raise the limit (ulimit -f) and run again"
			   : "");
}
