/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_KUNIT_VISIBILITY_H
#define _SHIM_KUNIT_VISIBILITY_H

/* All that is not static can be tested. */
#define EXPORT_SYMBOL_IF_KUNIT(symbol) \
	static_assert(__builtin_types_compatible_p(typeof(symbol), typeof(symbol)))

#endif
