#include "model/limits.h"

const struct limits limits_default = {
	.message = 25 << 20,
	.header = 256 << 10,
	.report = 16 << 20,
	.quarantine = 1 << 30,
	.mime_depth = 16,
	.parts = 100,
	.reports = 10,
	.json_depth = 32,
	.policies = 1000,
	.failures = 50000,
};
