#include <grp.h>
#include <stddef.h>
#include <sys/types.h>
#include <sysexits.h>

#include "base/fault.h"
#include "config/config.h"
#include "output/file_rights.h"
#include "views/view_rights.h"

int
view_rights(
    const struct config_view *v, struct file_rights *rights, struct fault *f)
{
	const struct group *group;

	*rights = (struct file_rights){ v->mode, (gid_t)-1 };
	if (v->group[0] == '\0')
		return 0;
	if ((group = getgrnam(v->group)) == NULL)
		return fault(f, FAULT_HOST, EX_CONFIG,
		    "group: there is no group \"%s\": as root, groupadd %s, "
		    "or name another",
		    v->group, v->group);
	rights->group = group->gr_gid;
	return 0;
}
