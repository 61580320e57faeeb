/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MINMAX_H
#define _SHIM_MINMAX_H

#ifndef clamp_t
#define clamp_t(type, val, lo, hi) ({				\
	type _val = (val), _lo = (lo), _hi = (hi);		\
								\
	_val < _lo ? _lo : _val > _hi ? _hi : _val; })
#endif

#endif
