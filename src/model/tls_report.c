#include "model/tls_report.h"

const struct mail_head mail_head_empty = { "", "", "", "", "", "" };
