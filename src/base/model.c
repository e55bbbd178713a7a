#include "base/model.h"

const struct mail_head mail_head_empty = { "", "", "", "", "", "" };
