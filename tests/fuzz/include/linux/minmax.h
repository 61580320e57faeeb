/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _SHIM_MINMAX_H
#define _SHIM_MINMAX_H

#ifndef min
#define min(x, y) ({ typeof(x) _x = (x); typeof(y) _y = (y); \
	(void)(&_x == &_y); _x < _y ? _x : _y; })
#endif
#ifndef max
#define max(x, y) ({ typeof(x) _x = (x); typeof(y) _y = (y); \
	(void)(&_x == &_y); _x > _y ? _x : _y; })
#endif
#ifndef min_t
#define min_t(type, x, y) min((type)(x), (type)(y))
#define max_t(type, x, y) max((type)(x), (type)(y))
#endif

#endif
