// SPDX-License-Identifier: GPL-2.0
#include "tap.h"

#include "guest.h"

int tap_failures;

int tap_run(const struct tap_case *cases, size_t nr)
{
	size_t i;
	int bad = 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("TAP version 13\n1..%zu\n", nr);
	for (i = 0; i < nr; i++) {
		tap_failures = 0;
		shim_reset();
		cases[i].run();
		CHECK_EQ(shim_live(), 0);
		bad += tap_failures != 0;
		printf("%sok %zu - %s\n", tap_failures ? "not " : "", i + 1,
		       cases[i].name);
	}
	return bad != 0;
}
